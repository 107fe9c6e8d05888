using System.Collections.Immutable;

namespace Nightjar.Core.Evidence.StackTraces;

/// <summary>
/// What the text of a stack trace says, whichever of .NET, Java, Python, Node.js and Go printed it. Frames of the root
/// cause come first (top frame first), then those of the exceptions around it.
/// </summary>
/// <param name="ErrorClass">Of the outermost exception; empty when the text names none.</param>
/// <param name="Message">Of the outermost exception.</param>
/// <param name="RootClass">Of the innermost cause; the same as <paramref name="ErrorClass"/> when there is no other.</param>
/// <param name="RootMessage">Of the innermost cause.</param>
public sealed record StackTrace(string ErrorClass, string Message, string RootClass, string RootMessage, ImmutableArray<StackFrame> Frames)
{
    /// <summary>Frames kept: a runaway recursion prints thousands, and the top ones tell it all.</summary>
    public const int MostFrames = 512;

    /// <summary>Characters of text looked at: 512 frames of 128 characters.</summary>
    public const int LongestText = 64 * 1024;

    public static readonly StackTrace None = new("", "", "", "", []);

    /// <summary>Reads a trace, also one in the middle of other lines. Never throws; text without frames gives <see cref="None"/> or a class alone.</summary>
    public static StackTrace Parse(string text)
    {
        var bounded = text.Length > LongestText ? text[..LongestText] : text;
        var sections = Read(bounded);
        if (sections.Count == 0)
        {
            return ExceptionHeader.Find(bounded) is { } header
                ? new StackTrace(header.ErrorClass, header.Message, header.ErrorClass, header.Message, [])
                : None;
        }

        var root = sections[0];
        var outer = sections[^1];
        return new StackTrace(
            outer.Header.ErrorClass,
            outer.Header.Message,
            root.Header.ErrorClass,
            root.Header.Message,
            [.. sections.SelectMany(s => s.Frames).Take(MostFrames)]);
    }

    /// <summary>The exceptions of the text, root cause first; empty when it holds no frame that is known.</summary>
    private static List<TraceSection> Read(string text)
    {
        if (text.Contains(PythonTrace.Mark, StringComparison.Ordinal))
        {
            return PythonTrace.Read(text);
        }

        if (GoTrace.IsIn(text))
        {
            return GoTrace.Read(text);
        }

        return FirstCall(text) switch
        {
            { Length: 0 } => [],
            var call when JavaTrace.IsFrame(call) => JavaTrace.Read(text),
            var call when NodeTrace.IsFrame(call) => NodeTrace.Read(text),
            _ => DotNetTrace.Read(text),
        };
    }

    /// <summary>The text behind the first <c>at </c> that begins a frame: its shape tells the runtime.</summary>
    private static ReadOnlySpan<char> FirstCall(string text)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            var trimmed = line.TrimStart();
            if (trimmed.StartsWith("at ", StringComparison.Ordinal) && trimmed.Length > 5)
            {
                return trimmed[3..];
            }

            var inline = line.IndexOf(DotNetTrace.InlineAt, StringComparison.Ordinal);
            if (inline >= 0 && line.Length > inline + 8)
            {
                return line[(inline + DotNetTrace.InlineAt.Length)..];
            }
        }

        return [];
    }
}

/// <summary>One exception of a trace: its first line and its frames, top frame first.</summary>
internal sealed record TraceSection(ExceptionHeader Header, List<StackFrame> Frames);
