using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Evidence.Kubectl;

/// <summary>The small things that kubectl prints everywhere: times, ages, labels, conditions, events.</summary>
internal static partial class Readings
{
    /// <summary><c>Fri, 14 Nov 2025 22:33:23 +0800</c>.</summary>
    public static DateTimeOffset? Moment(string text) =>
        DateTimeOffset.TryParseExact(text, "ddd, dd MMM yyyy HH:mm:ss zzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment) ? moment.ToUniversalTime()
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out moment) ? moment.ToUniversalTime() : null;

    /// <summary><c>72s</c>, <c>2m21s</c>, <c>6h6m</c>, <c>18d</c>; null for <c>&lt;unknown&gt;</c>.</summary>
    public static TimeSpan? Age(string text)
    {
        var match = AgeShape().Match(text.Trim());
        return !match.Success || match.Length == 0 ? null
            : TimeSpan.FromDays((Number(match, "y") * 365) + Number(match, "d")) + TimeSpan.FromHours(Number(match, "h")) + TimeSpan.FromMinutes(Number(match, "m")) + TimeSpan.FromSeconds(Number(match, "s"));
    }

    public static ImmutableDictionary<string, string> Labels(IEnumerable<string> lines)
    {
        var found = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var parts in lines.SelectMany(l => l.Split(',')).Select(l => l.Trim().Split('=', 2)).Where(p => p.Length == 2))
        {
            found[parts[0]] = parts[1];
        }

        return found.ToImmutable();
    }

    /// <summary>Three columns at least for nodes (with times), two for pods, three for workloads (with a reason).</summary>
    public static ImmutableArray<ObjectCondition> Conditions(Described of) =>
        [.. (of.At("Conditions")?.Children ?? []).Select(c => Columns().Split(c.Line)).Where(c => c.Length >= 2 && c[0] != "Type" && !c[0].StartsWith("--", StringComparison.Ordinal))
            .Select(c => c.Length >= 5 ? new ObjectCondition(c[0], c[1].Trim(), c[4], c.Length > 5 ? c[5] : "", Moment(c[3])) : new ObjectCondition(c[0], c[1].Trim(), c.Length > 2 ? c[2] : "", "", null))];

    /// <summary>The table of events under an object. An age of <c>15s (x2 over 30s)</c> is that of the last one, how many, and that of the first.</summary>
    public static IEnumerable<ClusterEvent> Events(Described of, ObjectRef about, DateTimeOffset taken)
    {
        foreach (var row in of.At("Events")?.Children ?? [])
        {
            var cells = Columns().Split(row.Line, 5);
            if (cells is not [("Normal" or "Warning") and var type, var reason, var age, var by, var message])
            {
                continue;
            }

            var more = string.Concat(row.Children.Select(c => $"\n{c.Line}"));
            yield return Event(about, type, reason, age, by, message + more, taken);
        }
    }

    public static ClusterEvent Event(ObjectRef about, string type, string reason, string age, string by, string message, DateTimeOffset taken)
    {
        var times = Repeated().Match(age);
        var last = taken - (Age(times.Success ? times.Groups["last"].Value : age) ?? TimeSpan.Zero);
        var first = times.Success ? taken - (Age(times.Groups["first"].Value) ?? TimeSpan.Zero) : last;
        return new ClusterEvent(new ObjectMeta { Ref = new ObjectRef("Event", about.Namespace, $"{about.Name}.{reason}") }, about, "", type, reason, message, times.Success && int.TryParse(times.Groups["count"].ValueSpan, out var count) ? count : 1, first, last, by);
    }

    private static int Number(Match match, string group) => int.TryParse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    [GeneratedRegex(@"^(?:(?<y>\d{1,4})y)?(?:(?<d>\d{1,6})d)?(?:(?<h>\d{1,6})h)?(?:(?<m>\d{1,6})m)?(?:(?<s>\d{1,6})s)?", RegexOptions.CultureInvariant)]
    private static partial Regex AgeShape();

    [GeneratedRegex(@"^(?<last>\S+) \(x(?<count>\d{1,9}) over (?<first>[^)]+)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Repeated();

    [GeneratedRegex(@"\s{2,}")]
    internal static partial Regex Columns();
}
