using Nightjar.Logs.Lines;

namespace Nightjar.Logs.Events;

/// <summary>Whether the event that is open is one that somebody wants to hear of at once.</summary>
internal delegate bool UrgentEvent(ReadOnlySpan<byte> text);

/// <summary>Takes the lines of one event, joined by <c>\n</c>.</summary>
internal delegate void EventSink(ReadOnlySpan<byte> text);

/// <summary>
/// Joins the lines of one file that belong to one event: a log line and the stack trace below it. The last event stays open until
/// a line begins another one, or nothing more came for <see cref="Patience"/>.
/// </summary>
internal sealed class EventJoiner(EventSink sink, LineCounts counts)
{
    /// <summary>Writers hand over a stack trace within milliseconds; one second also bridges a buffer that is flushed late.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>An event that somebody wants to hear of is not held up for that buffer.</summary>
    public static readonly TimeSpan UrgentPatience = TimeSpan.FromMilliseconds(40);

    public const int LongestEvent = 64 * 1024;

    public const int MostLines = 1_024;

    private readonly Continuation continuation = new();
    private byte[] open = [];
    private int length;
    private int lines;
    private bool isCut;

    /// <summary>Where the open event begins in its file; null when there is none.</summary>
    public long? OpenStart { get; private set; }

    /// <summary>What there is of the open event.</summary>
    public ReadOnlySpan<byte> Open => open.AsSpan(0, length);

    public void Line(ReadOnlySpan<byte> line, long start)
    {
        if (line.IsEmpty || line.Trim((byte)' ').IsEmpty)
        {
            AddToOpen(line);
            return;
        }

        if (OpenStart is not null && continuation.Continues(line, Open))
        {
            AddToOpen(line);
            return;
        }

        Flush();
        if (continuation.IsWhole(line))
        {
            sink(line);
            return;
        }

        OpenStart = start;
        lines = 1;
        continuation.Begin(line);
        Append(line);
    }

    public void Flush()
    {
        if (OpenStart is null)
        {
            return;
        }

        OpenStart = null;
        if (isCut)
        {
            counts.AddCutEvent();
        }

        var text = Open.TrimEnd("\r\n "u8);
        length = 0;
        isCut = false;
        sink(text);
    }

    private void AddToOpen(ReadOnlySpan<byte> line)
    {
        if (OpenStart is null)
        {
            return;
        }

        if (++lines > MostLines || length + 1 + line.Length > LongestEvent)
        {
            isCut = true;
            return;
        }

        Append("\n"u8);
        Append(line);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (open.Length < length + bytes.Length)
        {
            Array.Resize(ref open, Math.Max(length + bytes.Length, Math.Max(512, open.Length * 2)));
        }

        bytes.CopyTo(open.AsSpan(length));
        length += bytes.Length;
    }
}
