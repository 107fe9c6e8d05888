using System.Globalization;
using System.Text;

namespace Nightjar.Core.Evidence.StackTraces;

/// <summary>
/// <c>   at Shop.Orders.PlaceAsync(Order order) in /src/Orders.cs:line 12</c>. Inner exceptions are printed innermost first,
/// each closed by <c>--- End of inner exception stack trace ---</c>. Some JSON loggers put it all on one line.
/// </summary>
internal static class DotNetTrace
{
    public const string InlineAt = "   at ";

    private const string InnerHeader = "--->";

    private const string InnerEnd = "--- End of inner exception stack trace ---";

    private static readonly string[] Foreign =
    [
        "System.", "Microsoft.", "Npgsql.", "Newtonsoft.", "Dapper.", "Polly.", "Serilog.", "MediatR.", "AutoMapper.", "FluentValidation.",
        "Grpc.", "StackExchange.", "MySql.", "MySqlConnector.", "RabbitMQ.", "MassTransit.", "Quartz.", "Hangfire.", "Autofac.", "Castle.", "Xunit.", "NUnit.",
    ];

    public static List<TraceSection> Read(string text)
    {
        var segments = Segments(text);
        var sections = new List<TraceSection>();
        var headers = new Stack<ExceptionHeader>();
        var above = new StringBuilder();
        var frames = new List<StackFrame>();
        var read = 0;
        foreach (var segment in segments)
        {
            if (segment.StartsWith("at ", StringComparison.Ordinal))
            {
                PushHeader(headers, above);
                if (read++ < StackTrace.MostFrames)
                {
                    frames.Add(Frame(segment.AsSpan(3)));
                }
            }
            else if (segment.StartsWith(InnerEnd, StringComparison.Ordinal))
            {
                sections.Add(new TraceSection(Pop(headers), frames));
                frames = [];
            }
            else if (sections.Count == 0 && frames.Count == 0)
            {
                if (segment.StartsWith(InnerHeader, StringComparison.Ordinal))
                {
                    PushHeader(headers, above);
                }

                above.Append(segment).Append('\n');
            }
        }

        // The outermost exception was first in the text, so it is last on the stack; one without frames of its own still counts.
        if (frames.Count > 0 || headers.Count > 0)
        {
            sections.Add(new TraceSection(headers.Count > 0 ? headers.Last() : ExceptionHeader.Empty, frames));
        }

        return WithOwnCode(sections);
    }

    private static ExceptionHeader Pop(Stack<ExceptionHeader> headers) => headers.Count > 0 ? headers.Pop() : ExceptionHeader.Empty;

    private static void PushHeader(Stack<ExceptionHeader> headers, StringBuilder above)
    {
        if (above.Length > 0)
        {
            headers.Push(ExceptionHeader.Above(above.ToString()));
            above.Clear();
        }
    }

    /// <summary>Lines, and within a line the parts that a logger joined by blanks.</summary>
    private static List<string> Segments(string text)
    {
        var segments = new List<string>();
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var rest = line;
            while (NextCut(rest) is > 0 and var cut)
            {
                Add(segments, rest[..cut]);
                rest = rest[cut..];
            }

            Add(segments, rest);
        }

        return segments;
    }

    private static int NextCut(ReadOnlySpan<char> rest)
    {
        var from = rest.Length - rest.TrimStart().Length + 1;
        if (from >= rest.Length)
        {
            return -1;
        }

        var tail = rest[from..];
        var nearest = -1;
        foreach (var cut in (ReadOnlySpan<string>)[InlineAt, "   --- End of ", " ---> "])
        {
            var found = tail.IndexOf(cut, StringComparison.Ordinal);
            nearest = found >= 0 && (nearest < 0 || found < nearest) ? found : nearest;
        }

        return nearest < 0 ? -1 : from + nearest;
    }

    private static void Add(List<string> segments, ReadOnlySpan<char> segment)
    {
        var trimmed = segment.Trim();
        if (trimmed.Length > 0)
        {
            segments.Add(trimmed.ToString());
        }
    }

    private static StackFrame Frame(ReadOnlySpan<char> call)
    {
        string? file = null;
        int? line = null;
        var place = call.IndexOf(") in ", StringComparison.Ordinal);
        if (place >= 0)
        {
            var path = call[(place + 5)..].Trim();
            var mark = path.LastIndexOf(":line ", StringComparison.Ordinal);
            if (mark >= 0 && int.TryParse(path[(mark + 6)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                line = number;
                path = path[..mark];
            }

            file = path.ToString();
        }

        return new StackFrame(DotNetNames.Clean(call), file, line, IsOwnCode: false);
    }

    /// <summary>
    /// Where some frames have a file, symbols were there, and a frame without one belongs to somebody else. Where none has,
    /// only the names can tell. <c>/_/</c> is what packages built elsewhere print as their root.
    /// </summary>
    private static List<TraceSection> WithOwnCode(List<TraceSection> sections)
    {
        var symbols = sections.Exists(s => s.Frames.Exists(f => f.File is not null));
        foreach (var frames in sections.Select(s => s.Frames))
        {
            for (var i = 0; i < frames.Count; i++)
            {
                var frame = frames[i];
                frames[i] = frame with { IsOwnCode = symbols ? IsOwnFile(frame) : !IsForeign(frame.Function) };
            }
        }

        return sections;
    }

    private static bool IsOwnFile(StackFrame frame) =>
        frame.File is { } file
        && !IsForeign(frame.Function)
        && !file.StartsWith("/_/", StringComparison.Ordinal)
        && !file.EndsWith(".g.cs", StringComparison.Ordinal)
        && !file.EndsWith(".generated.cs", StringComparison.OrdinalIgnoreCase)
        && !file.Replace('\\', '/').Contains("/obj/", StringComparison.Ordinal);

    private static bool IsForeign(string function) =>
        function.StartsWith("lambda_method", StringComparison.Ordinal)
        || Foreign.Any(prefix => function.StartsWith(prefix, StringComparison.Ordinal));
}
