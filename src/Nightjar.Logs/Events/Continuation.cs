namespace Nightjar.Logs.Events;

/// <summary>
/// Whether a line goes on with the event above it: indented lines do, and what .NET, Java, Python, Node.js and Go print at the
/// margin within a trace. Remembers which kind of trace is open.
/// </summary>
internal sealed class Continuation
{
    private Trace trace;

    private enum Trace
    {
        None,
        Python,
        PythonEnded,
        Go,
        Json,
    }

    /// <summary>True for a line that is an event of its own and has nothing below it: a complete JSON object.</summary>
    public bool IsWhole(ReadOnlySpan<byte> line) => line[0] == '{' && line[^1] == '}';

    public void Begin(ReadOnlySpan<byte> line) =>
        trace = line.IndexOf("Traceback (most recent call last):"u8) >= 0 ? Trace.Python
            : StartsGo(line) ? Trace.Go
            : line is [(byte)'{'] ? Trace.Json
            : Trace.None;

    public bool Continues(ReadOnlySpan<byte> line, ReadOnlySpan<byte> open)
    {
        if (IsWhole(line))
        {
            return false;
        }

        if (line[0] is (byte)' ' or (byte)'\t')
        {
            return true;
        }

        return trace switch
        {
            Trace.Json => line[0] == '}',
            Trace.Python => ContinuesPython(),
            Trace.PythonEnded => ContinuesPythonChain(line),
            Trace.Go => ContinuesGo(line),
            _ => ContinuesPlain(line, open),
        };
    }

    /// <summary>The first line at the margin below a traceback names the exception and ends it.</summary>
    private bool ContinuesPython()
    {
        trace = Trace.PythonEnded;
        return true;
    }

    private bool ContinuesPythonChain(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("Traceback (most recent"u8))
        {
            trace = Trace.Python;
            return true;
        }

        return line.StartsWith("During handling of the above"u8) || line.StartsWith("The above exception was the direct"u8);
    }

    /// <summary>Functions are printed at the margin, so a dump goes on until something begins that is clearly not one of its lines.</summary>
    private static bool ContinuesGo(ReadOnlySpan<byte> line) =>
        StartsGo(line)
        || line.StartsWith("created by "u8) || line.StartsWith("exit status "u8) || line.StartsWith("[signal "u8) || line.StartsWith("\tpanic: "u8)
        || (line[^1] == ')' && line.IndexOf((byte)'.') > 0 && line.IndexOf((byte)'(') is > 0 and var arguments && line[..arguments].IndexOf((byte)' ') < 0);

    private bool ContinuesPlain(ReadOnlySpan<byte> line, ReadOnlySpan<byte> open)
    {
        if (line.StartsWith("Traceback (most recent"u8))
        {
            trace = Trace.Python;
            return true;
        }

        if (line.StartsWith("goroutine "u8))
        {
            trace = Trace.Go;
            return true;
        }

        return line.StartsWith("Caused by: "u8)
            || line.StartsWith("at "u8)
            || line.StartsWith("---> "u8)
            || line.StartsWith("--- End of "u8)
            || line.StartsWith("... "u8)
            || line is [(byte)'}'] or [(byte)'^']
            || (IsExceptionHeader(line) && IsUnexplainedError(open));
    }

    private static bool StartsGo(ReadOnlySpan<byte> line) =>
        line.StartsWith("panic: "u8) || line.StartsWith("goroutine "u8) || line.StartsWith("fatal error: "u8);

    /// <summary>A word that ends as exceptions do, alone or before a colon: what loggers print below the message.</summary>
    private static bool IsExceptionHeader(ReadOnlySpan<byte> line)
    {
        var end = line.IndexOfAny((byte)':', (byte)' ');
        var word = end < 0 ? line : line[..end];
        return (end < 0 || line[end] == ':')
            && (word.EndsWith("Exception"u8) || word.EndsWith("Error"u8) || word.EndsWith("Throwable"u8));
    }

    /// <summary>A single line that speaks of an error, so that an exception below it is its explanation and not the next event.</summary>
    private static bool IsUnexplainedError(ReadOnlySpan<byte> open)
    {
        if (open.IndexOf((byte)'\n') >= 0)
        {
            return false;
        }

        var head = open[..Math.Min(open.Length, 200)];
        return head.IndexOf("ERROR"u8) >= 0 || head.IndexOf("FATAL"u8) >= 0 || head.IndexOf("SEVERE"u8) >= 0 || head.IndexOf("WARN"u8) >= 0
            || head.IndexOf("CRITICAL"u8) >= 0 || head.IndexOf("[error]"u8) >= 0 || head.IndexOf("level=error"u8) >= 0
            || head.StartsWith("fail: "u8) || head.StartsWith("crit: "u8);
    }
}
