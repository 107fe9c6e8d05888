namespace Nightjar.Logs.Events;

/// <summary>Reads a level from the many names and numbers that loggers give it.</summary>
internal static class Levels
{
    private const int Longest = 12;

    /// <summary>Names in any case; <see cref="LogLevel.Unknown"/> for any other word.</summary>
    public static LogLevel Named(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > Longest)
        {
            return LogLevel.Unknown;
        }

        Span<char> lower = stackalloc char[Longest];
        var length = name.ToLowerInvariant(lower);
        return lower[..length] switch
        {
            "error" or "err" or "eror" or "fail" or "failure" or "severe" or "e" => LogLevel.Error,
            "info" or "information" or "notice" or "inf" or "i" => LogLevel.Info,
            "warn" or "warning" or "wrn" or "w" => LogLevel.Warning,
            "debug" or "dbug" or "dbg" or "fine" or "d" => LogLevel.Debug,
            "fatal" or "critical" or "crit" or "panic" or "emerg" or "emergency" or "alert" or "ftl" or "f" => LogLevel.Fatal,
            "trace" or "trce" or "verbose" or "vrb" or "finer" or "finest" or "t" => LogLevel.Trace,
            _ => LogLevel.Unknown,
        };
    }

    /// <summary>
    /// Numbers: 10 to 60 as pino and bunyan count, 0 to 7 as syslog does.
    /// </summary>
    public static LogLevel Numbered(long number) => number switch
    {
        >= 60 => LogLevel.Fatal,
        >= 50 => LogLevel.Error,
        >= 40 => LogLevel.Warning,
        >= 30 => LogLevel.Info,
        >= 20 => LogLevel.Debug,
        >= 10 => LogLevel.Trace,
        7 => LogLevel.Debug,
        5 or 6 => LogLevel.Info,
        4 => LogLevel.Warning,
        3 => LogLevel.Error,
        >= 0 and <= 2 => LogLevel.Fatal,
        _ => LogLevel.Unknown,
    };

    /// <summary>
    /// Looks for a level at the beginning of a plain line: a word in capitals, in brackets, before a colon, or behind <c>level=</c>.
    /// </summary>
    public static LogLevel Leading(ReadOnlySpan<char> line)
    {
        const int words = 8;
        const int reach = 120;
        var head = line.Length > reach ? line[..reach] : line;
        var at = 0;
        for (var word = 0; word < words && at < head.Length; word++)
        {
            var start = at;
            while (start < head.Length && !char.IsAsciiLetter(head[start]))
            {
                start++;
            }

            var end = start;
            while (end < head.Length && char.IsAsciiLetter(head[end]))
            {
                end++;
            }

            if (end - start is > 1 and <= Longest && IsMarked(head, start, end) && Named(head[start..end]) is not LogLevel.Unknown and var level)
            {
                return level;
            }

            at = end;
        }

        return LogLevel.Unknown;
    }

    private static bool IsMarked(ReadOnlySpan<char> text, int start, int end)
    {
        var before = start == 0 ? ' ' : text[start - 1];
        var after = end == text.Length ? ' ' : text[end];
        if (char.IsAsciiDigit(before) || before is '.' or '-' or '/' || char.IsAsciiDigit(after) || after is '-' or '_' or '.')
        {
            return false;
        }

        return !text[start..end].ContainsAnyInRange('a', 'z')
            || (before is '[' or '<' or '(' && after is ']' or '>' or ')')
            || (after == ':' && before != ':')
            || (before == '=' && text[..(start - 1)].EndsWith("level", StringComparison.OrdinalIgnoreCase))
            || (before == '"' && text[..(start - 1)].EndsWith("level=", StringComparison.OrdinalIgnoreCase));
    }
}
