using System.Collections.Immutable;
using System.Globalization;

namespace Nightjar.Core.Signals.Cluster.Ahead;

/// <summary>Everything that is weak, and the one page that says so.</summary>
public static class LookAhead
{
    /// <summary>Owners that are named of one family; the others are counted.</summary>
    private const int MostNamed = 8;

    private static readonly ImmutableArray<Func<AheadFacts, IEnumerable<Weakness>>> Families =
    [
        Limits.Find, NearLimits.Find, Certificates.Find, SingleReplica.Find, DisruptionBudgets.Find, Autoscalers.Find, Availability.Find, Quotas.Find, Images.Find, Privileges.Find, Probes.Find, Nodes.Find,
    ];

    public static ImmutableArray<Weakness> Find(AheadFacts facts) => [.. Families.SelectMany(f => f(facts)).Distinct()];

    /// <summary>A line for each family, those that many share first.</summary>
    public static ImmutableArray<string> Digest(IReadOnlyCollection<Weakness> all) =>
    [
        .. all.GroupBy(w => w.Family, StringComparer.Ordinal).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).Select(g =>
        {
            var named = g.Select(w => $"{(w.Owner.Namespace.Length > 0 ? $"{w.Owner.Namespace}/" : "")}{w.Owner.Kind.ToLowerInvariant()}/{w.Owner.Name}{(w.Detail.Length > 0 ? $" ({w.Detail})" : "")}").Order(StringComparer.Ordinal).ToList();
            return string.Create(CultureInfo.InvariantCulture, $"{g.Key}: {string.Join(", ", named.Take(MostNamed))}{(named.Count > MostNamed ? $" and {named.Count - MostNamed} more" : "")}");
        }),
    ];
}
