using System.Globalization;

namespace Nightjar.Core.Evidence.StackTraces;

/// <summary>
/// <c>  File "/app/orders.py", line 12, in place</c>, the failing frame last, then <c>shop.StockError: message</c>. Of a chain the
/// first traceback is the cause.
/// </summary>
internal static class PythonTrace
{
    public const string Mark = "Traceback (most recent call last):";

    private static readonly string[] Foreign = ["/site-packages/", "/dist-packages/", "/lib/python", "/lib64/python", "\\lib\\", "\\site-packages\\"];

    public static List<TraceSection> Read(string text)
    {
        var sections = new List<TraceSection>();
        var frames = new List<StackFrame>();
        var inside = false;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.IndexOf(Mark, StringComparison.Ordinal) >= 0)
            {
                inside = true;
                frames = [];
            }
            else if (inside && Frame(line) is { } frame)
            {
                frames.Add(frame);
            }
            else if (inside && EndsTrace(line))
            {
                sections.Add(Section(ExceptionHeader.Read(line, strict: false) ?? ExceptionHeader.Empty, frames));
                inside = false;
            }
        }

        if (inside && frames.Count > 0)
        {
            sections.Add(Section(ExceptionHeader.Empty, frames));
        }

        return sections;
    }

    /// <summary>Python prints the failing frame last; the frames that matter in a long recursion are therefore at the end.</summary>
    private static TraceSection Section(ExceptionHeader header, List<StackFrame> frames)
    {
        frames.Reverse();
        return new TraceSection(header, frames.Count > StackTrace.MostFrames ? frames[..StackTrace.MostFrames] : frames);
    }

    private static bool EndsTrace(ReadOnlySpan<char> line)
    {
        var trimmed = Unframed(line);
        return trimmed.Length > 0 && !char.IsWhiteSpace(trimmed[0]);
    }

    private static StackFrame? Frame(ReadOnlySpan<char> line)
    {
        var trimmed = Unframed(line).TrimStart();
        if (!trimmed.StartsWith("File \"", StringComparison.Ordinal))
        {
            return null;
        }

        var path = trimmed[6..];
        var close = path.IndexOf('"');
        if (close < 0)
        {
            return null;
        }

        var rest = path[(close + 1)..];
        path = path[..close];
        int? number = null;
        if (rest.StartsWith(", line ", StringComparison.Ordinal))
        {
            rest = rest[7..];
            var end = rest.IndexOf(',');
            number = int.TryParse(end < 0 ? rest : rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
        }

        var name = rest.IndexOf(", in ", StringComparison.Ordinal);
        var function = name < 0 ? "" : rest[(name + 5)..].Trim().ToString();
        return new StackFrame(function == "<module>" ? "" : function, path.ToString(), number, IsOwn(path));
    }

    /// <summary>Exception groups draw a frame of <c>| </c> and <c>+ </c> around their traces.</summary>
    private static ReadOnlySpan<char> Unframed(ReadOnlySpan<char> line)
    {
        var trimmed = line.TrimStart();
        return trimmed.Length > 1 && trimmed[0] is '|' or '+' && trimmed[1] == ' ' ? trimmed[2..] : line;
    }

    private static bool IsOwn(ReadOnlySpan<char> path)
    {
        if (path.Length == 0 || path[0] == '<')
        {
            return false;
        }

        foreach (var part in Foreign)
        {
            if (path.IndexOf(part, StringComparison.OrdinalIgnoreCase) >= 0)
            {
                return false;
            }
        }

        return true;
    }
}
