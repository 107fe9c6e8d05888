namespace Nightjar.Logs.Lines;

/// <summary>What was odd about the lines of a service, and what had to be left out. Shown to people, never reset.</summary>
internal sealed class LineCounts
{
    private long lines;
    private long cutLines;
    private long cutEvents;
    private long invalidText;
    private long nulBytes;
    private long brokenJson;
    private long lostFiles;

    public long Lines => Interlocked.Read(ref lines);

    /// <summary>Lines longer than is kept of one.</summary>
    public long CutLines => Interlocked.Read(ref cutLines);

    /// <summary>Events of more lines or bytes than are kept of one.</summary>
    public long CutEvents => Interlocked.Read(ref cutEvents);

    /// <summary>Events that were not UTF-8.</summary>
    public long InvalidText => Interlocked.Read(ref invalidText);

    public long NulBytes => Interlocked.Read(ref nulBytes);

    /// <summary>Events that looked like JSON and were not; read as plain text.</summary>
    public long BrokenJson => Interlocked.Read(ref brokenJson);

    /// <summary>Rotated files whose unread end could not be found again.</summary>
    public long LostFiles => Interlocked.Read(ref lostFiles);

    public void AddLine() => Interlocked.Increment(ref lines);

    public void AddCutLine() => Interlocked.Increment(ref cutLines);

    public void AddCutEvent() => Interlocked.Increment(ref cutEvents);

    public void AddInvalidText() => Interlocked.Increment(ref invalidText);

    public void AddNulBytes(int count) => Interlocked.Add(ref nulBytes, count);

    public void AddBrokenJson() => Interlocked.Increment(ref brokenJson);

    public void AddLostFile() => Interlocked.Increment(ref lostFiles);
}
