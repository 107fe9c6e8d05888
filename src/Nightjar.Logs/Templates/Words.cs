namespace Nightjar.Logs.Templates;

/// <summary>What a word of a log message is. The rules are those of logs in general: nothing in here knows a program.</summary>
internal static class Words
{
    private static readonly HashSet<string> Units = new(StringComparer.Ordinal)
    {
        "B", "kB", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "ns", "us", "ms", "msec", "s", "sec", "secs", "second", "seconds", "min", "mins", "minute", "minutes", "hour", "hours", "days",
    };

    private static readonly HashSet<string> MonthsAndDays = new(StringComparer.Ordinal)
    {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun",
    };

    /// <summary>Generic ends of host names, public and private.</summary>
    private static readonly HashSet<string> HostEnds = new(StringComparer.Ordinal)
    {
        "com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "local", "internal", "lan",
    };

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> UnitLookup = Units.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> DateLookup = MonthsAndDays.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> HostEndLookup = HostEnds.GetAlternateLookup<ReadOnlySpan<char>>();

    private const int LongestUnit = 7;

    public static bool IsUnit(ReadOnlySpan<char> word) => word.Length <= LongestUnit && UnitLookup.Contains(word);

    /// <param name="hasDot">True when it may be the name of a host or a file.</param>
    public static bool IsVariable(ReadOnlySpan<char> word, out bool hasDot)
    {
        var (dots, slashes, backslashes) = (0, 0, 0);
        hasDot = false;
        foreach (var c in word)
        {
            if (char.IsAsciiDigit(c))
            {
                return true;
            }

            dots += c == '.' ? 1 : 0;
            slashes += c == '/' ? 1 : 0;
            backslashes += c == '\\' ? 1 : 0;
        }

        hasDot = dots > 0;
        return slashes > 1 || backslashes > 1 || (slashes == 1 && word[0] == '/' && word.Length > 1)
            || (word.Length == 3 && DateLookup.Contains(word))
            || (dots > 0 && IsHost(word.TrimEnd('.'), dots));
    }

    /// <summary>Letters and hyphens between dots, and an end as hosts have it; two letters for a country after two names at least, all in small letters.</summary>
    private static bool IsHost(ReadOnlySpan<char> word, int dots)
    {
        var last = word[(word.LastIndexOf('.') + 1)..];
        if (last.Length == word.Length || word[0] == '.' || word.Contains("..", StringComparison.Ordinal))
        {
            return false;
        }

        var small = true;
        foreach (var c in word)
        {
            small &= !char.IsAsciiLetterUpper(c);
            if (!char.IsAsciiLetter(c) && c is not ('-' or '.'))
            {
                return false;
            }
        }

        return HostEndLookup.Contains(last) || (dots > 1 && last.Length == 2 && small);
    }
}
