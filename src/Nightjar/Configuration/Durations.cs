using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Nightjar.Configuration;

/// <summary>Lengths of time as people write them: <c>10m</c>, <c>1h30m</c>, <c>90s</c>, <c>250ms</c>, <c>30d</c>.</summary>
internal static partial class Durations
{
    /// <summary>The grammar, also for the schema: units from large to small, each at most once.</summary>
    public const string Pattern = @"^(?=[0-9])([0-9]{1,9}d)?([0-9]{1,9}h)?([0-9]{1,9}m)?([0-9]{1,9}s)?([0-9]{1,9}ms)?$";

    private static readonly (string Unit, long Milliseconds)[] Units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

    /// <summary>Null when it is no duration, or one that no clock can count.</summary>
    public static TimeSpan? TryRead(string text)
    {
        if (Written().Match(text) is not { Success: true } match)
        {
            return null;
        }

        var sum = 0L;
        for (var i = 0; i < Units.Length; i++)
        {
            var part = match.Groups[i + 1].Value;
            if (part.Length > 0)
            {
                sum += long.Parse(part[..^Units[i].Unit.Length], CultureInfo.InvariantCulture) * Units[i].Milliseconds;
            }
        }

        return sum < TimeSpan.MaxValue.TotalMilliseconds ? TimeSpan.FromMilliseconds(sum) : null;
    }

    public static string Write(TimeSpan span)
    {
        var rest = (long)span.TotalMilliseconds;
        var text = new StringBuilder();
        foreach (var (unit, milliseconds) in Units)
        {
            if (rest / milliseconds is var count and > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{count}{unit}");
                rest %= milliseconds;
            }
        }

        return text.Length == 0 ? "0s" : text.ToString();
    }

    [GeneratedRegex(Pattern, RegexOptions.CultureInvariant)]
    private static partial Regex Written();
}
