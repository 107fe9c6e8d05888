namespace Nightjar.Logs.Lines;

/// <summary>Takes one line, without its end.</summary>
/// <param name="start">Where the line begins in its file.</param>
internal delegate void LineSink(ReadOnlySpan<byte> line, long start);

/// <summary>Cuts bytes into lines. Keeps at most <see cref="LongestLine"/> of a line that has not ended yet; the rest of it is skipped and counted.</summary>
internal sealed class LineCutter(LineSink sink, LineCounts counts, long start)
{
    public const int LongestLine = 64 * 1024;

    private byte[] partial = [];
    private int kept;
    private long seen;

    /// <summary>Where the line begins that has not ended yet; the position of the next byte when there is none.</summary>
    public long LineStart { get; private set; } = start;

    public void Push(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf((byte)'\n') is >= 0 and var end)
        {
            if (seen == 0)
            {
                Emit(bytes[..end], end, lineEnd: 1);
            }
            else
            {
                Keep(bytes[..end]);
                EmitKept(lineEnd: 1);
            }

            bytes = bytes[(end + 1)..];
        }

        Keep(bytes);
    }

    /// <summary>Takes what is there of the last line as a whole one: nothing more will come.</summary>
    public void End()
    {
        if (seen > 0)
        {
            EmitKept(lineEnd: 0);
        }
    }

    private void EmitKept(int lineEnd)
    {
        var length = seen;
        var line = partial.AsSpan(0, kept);
        seen = 0;
        kept = 0;
        Emit(line, length, lineEnd);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        var take = Math.Min(bytes.Length, LongestLine - kept);
        if (take > 0)
        {
            Grow(kept + take);
            bytes[..take].CopyTo(partial.AsSpan(kept));
            kept += take;
        }

        seen += bytes.Length;
    }

    private void Emit(ReadOnlySpan<byte> line, long length, int lineEnd)
    {
        counts.AddLine();
        if (length > LongestLine)
        {
            counts.AddCutLine();
            line = line[..Math.Min(line.Length, LongestLine)];
        }

        var start = LineStart;
        LineStart += length + lineEnd;
        sink(line.EndsWith("\r"u8) ? line[..^1] : line, start);
    }

    private void Grow(int size)
    {
        if (partial.Length < size)
        {
            Array.Resize(ref partial, Math.Min(LongestLine, Math.Max(size, Math.Max(256, partial.Length * 2))));
        }
    }
}
