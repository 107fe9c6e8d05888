using System.Globalization;
using System.Text;

namespace Nightjar.Core.Evidence.StackTraces;

/// <summary><c>    at async place (/app/orders.js:12:7)</c> or <c>    at /app/orders.js:12:7</c>; a cause comes last, behind <c>[cause]:</c>.</summary>
internal static class NodeTrace
{
    private const string Cause = "[cause]: ";

    /// <param name="call">The text behind <c>at </c>.</param>
    public static bool IsFrame(ReadOnlySpan<char> call)
    {
        var place = Place(call, out var function);
        return place is "<anonymous>" or "native"
            || EndsWithPosition(place)
            || function.StartsWith("async ", StringComparison.Ordinal)
            || place.StartsWith("index ", StringComparison.Ordinal);
    }

    public static List<TraceSection> Read(string text)
    {
        var sections = new List<TraceSection>();
        var above = new StringBuilder();
        var read = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var trimmed = line.Trim();
            if (trimmed.StartsWith("at ", StringComparison.Ordinal))
            {
                if (above.Length > 0 || sections.Count == 0)
                {
                    sections.Add(new TraceSection(ExceptionHeader.Above(above.ToString()), []));
                    above.Clear();
                }

                if (read++ < StackTrace.MostFrames)
                {
                    sections[^1].Frames.Add(Frame(trimmed[3..].TrimEnd(" {")));
                }
            }
            else if (trimmed.StartsWith(Cause, StringComparison.Ordinal))
            {
                above.Clear().Append(trimmed).Append('\n');
            }
            else if (sections.Count == 0 || above.Length > 0)
            {
                above.Append(line).Append('\n');
            }
        }

        sections.Reverse();
        return sections;
    }

    private static StackFrame Frame(ReadOnlySpan<char> call)
    {
        var place = Place(call, out var function);
        int? line = null;
        var file = place;
        if (EndsWithPosition(place))
        {
            file = place[..place.LastIndexOf(':')];
            var colon = file.LastIndexOf(':');
            line = int.Parse(file[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture);
            file = file[..colon];
        }

        if (file.StartsWith("file://", StringComparison.Ordinal))
        {
            file = file[7..];
        }

        return new StackFrame(Name(function), line is null ? null : file.ToString(), line, line is not null && IsOwn(file));
    }

    /// <summary>What is in the last brackets, or everything when there are none.</summary>
    private static ReadOnlySpan<char> Place(ReadOnlySpan<char> call, out ReadOnlySpan<char> function)
    {
        var trimmed = call.TrimEnd(" {");
        var open = trimmed.LastIndexOf(" (", StringComparison.Ordinal);
        if (open >= 0 && trimmed[^1] == ')')
        {
            function = trimmed[..open];
            return trimmed[(open + 2)..^1];
        }

        const string waiting = "async ";
        function = [];
        return trimmed.StartsWith(waiting, StringComparison.Ordinal) ? trimmed[waiting.Length..] : trimmed;
    }

    private static bool EndsWithPosition(ReadOnlySpan<char> place)
    {
        var column = place.LastIndexOf(':');
        var line = column <= 0 ? -1 : place[..column].LastIndexOf(':');
        return line > 0 && IsNumber(place[(column + 1)..]) && IsNumber(place[(line + 1)..column]);
    }

    private static bool IsNumber(ReadOnlySpan<char> text) => text.Length is > 0 and < 9 && !text.ContainsAnyExceptInRange('0', '9');

    private static string Name(ReadOnlySpan<char> function)
    {
        var name = function;
        foreach (var word in (ReadOnlySpan<string>)["async ", "new "])
        {
            name = name.StartsWith(word, StringComparison.Ordinal) ? name[word.Length..] : name;
        }

        var alias = name.IndexOf(" [as ", StringComparison.Ordinal);
        name = alias < 0 ? name : name[..alias];
        return name is "<anonymous>" or "Object.<anonymous>" or "eval" ? "" : name.ToString();
    }

    private static bool IsOwn(ReadOnlySpan<char> file) =>
        !file.StartsWith("node:", StringComparison.Ordinal)
        && !file.StartsWith("internal/", StringComparison.Ordinal)
        && file.IndexOf("node_modules", StringComparison.Ordinal) < 0
        && file.IndexOfAny('/', '\\') >= 0
        && file.IndexOf("webpack/runtime", StringComparison.Ordinal) < 0;
}
