namespace Nightjar.Core.Evidence.StackTraces;

/// <summary>The line that names an exception: <c>Shop.StockMismatchError: stock is -3</c>.</summary>
internal sealed record ExceptionHeader(string ErrorClass, string Message)
{
    public static readonly ExceptionHeader Empty = new("", "");

    private const int LongestClass = 200;

    private const int LongestMessage = 2_000;

    /// <summary>What runtimes put before the class.</summary>
    private static readonly string[] Prefixes =
    [
        "Unhandled exception. ", "Unhandled Exception: ", "Uncaught exception: ", "Uncaught ", "Caused by: ", "---> ", "[cause]: ", "Suppressed: ",
    ];

    private static readonly string[] Suffixes = ["Error", "Exception", "Throwable", "Failure", "Fault", "Interrupt", "Exit"];

    /// <summary>Reads a line that begins with a class.</summary>
    /// <param name="strict">Takes only names that end as exceptions do; otherwise any name followed by a colon or nothing.</param>
    public static ExceptionHeader? Read(ReadOnlySpan<char> line, bool strict)
    {
        var text = WithoutPrefix(line.Trim());
        var length = NameLength(text);
        if (length is 0 or > LongestClass)
        {
            return null;
        }

        var name = text[..length];
        var rest = WithoutCode(text[length..]);
        if ((rest.Length > 0 && rest[0] != ':') || (strict && !HasSuffix(name)) || !char.IsLetter(name[0]))
        {
            return null;
        }

        var message = rest.Length > 0 ? rest[1..].Trim() : [];
        return new ExceptionHeader(name.ToString(), Bounded(message));
    }

    /// <summary>The first line that begins with the name of an exception, or else the first such name followed by a colon inside a line.</summary>
    public static ExceptionHeader? Find(ReadOnlySpan<char> text)
    {
        foreach (var line in text.EnumerateLines())
        {
            if (Read(line, strict: true) is { } header)
            {
                return header;
            }
        }

        foreach (var line in text.EnumerateLines())
        {
            if (FindInside(line) is { } header)
            {
                return header;
            }
        }

        return null;
    }

    /// <summary>The header above the first frame: see <see cref="Find"/>; failing that, the last line when it reads <c>Name: message</c>.</summary>
    public static ExceptionHeader Above(ReadOnlySpan<char> text)
    {
        if (Find(text) is { } found)
        {
            return found;
        }

        var trimmed = text.TrimEnd();
        var last = trimmed[(trimmed.LastIndexOf('\n') + 1)..];
        return Read(last, strict: false) ?? Empty;
    }

    private static ExceptionHeader? FindInside(ReadOnlySpan<char> line)
    {
        for (var at = 0; at < line.Length;)
        {
            var length = NameLength(line[at..]);
            if (length == 0)
            {
                at++;
                continue;
            }

            var end = at + length;
            if (length <= LongestClass && HasSuffix(line[at..end]) && end < line.Length && line[end] == ':')
            {
                return new ExceptionHeader(line[at..end].ToString(), Bounded(line[(end + 1)..].Trim()));
            }

            at = end;
        }

        return null;
    }

    private static ReadOnlySpan<char> WithoutPrefix(ReadOnlySpan<char> text)
    {
        foreach (var prefix in Prefixes)
        {
            if (text.StartsWith(prefix, StringComparison.Ordinal))
            {
                text = text[prefix.Length..].TrimStart();
            }
        }

        const string thread = "Exception in thread \"";
        if (text.StartsWith(thread, StringComparison.Ordinal) && text[thread.Length..].IndexOf('"') is >= 0 and var end)
        {
            return text[(thread.Length + end + 1)..].TrimStart();
        }

        return text.StartsWith("(Inner Exception #", StringComparison.Ordinal) && text.IndexOf(')') is > 0 and var close
            ? text[(close + 1)..].TrimStart()
            : text;
    }

    /// <summary>Node.js puts a code between: <c>TypeError [ERR_INVALID_ARG_TYPE]: …</c>.</summary>
    private static ReadOnlySpan<char> WithoutCode(ReadOnlySpan<char> rest) =>
        rest.StartsWith(" [", StringComparison.Ordinal) && rest.IndexOf(']') is > 0 and var close ? rest[(close + 1)..] : rest;

    /// <summary>Length of the qualified name at the start; a trailing dot is not part of it.</summary>
    private static int NameLength(ReadOnlySpan<char> text)
    {
        var end = 0;
        while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '_' or '.' or '$' or '`' or '+'))
        {
            end++;
        }

        while (end > 0 && text[end - 1] == '.')
        {
            end--;
        }

        return end;
    }

    private static bool HasSuffix(ReadOnlySpan<char> name)
    {
        foreach (var suffix in Suffixes)
        {
            if (name.EndsWith(suffix, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static string Bounded(ReadOnlySpan<char> message) => (message.Length > LongestMessage ? message[..LongestMessage] : message).ToString();
}
