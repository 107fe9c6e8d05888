using System.Collections.Immutable;
using System.IO.Enumeration;

namespace Nightjar.Connectors.Kubernetes;

/// <summary>Which namespaces are looked at.</summary>
internal sealed class Scope(KubernetesOptions options)
{
    private const string All = "*";

    /// <summary>Namespaces that are named to whoever asked for one that is not there.</summary>
    private const int MostNamed = 10;

    private readonly bool isNamed = options.Namespaces.All(n => !n.Contains('*', StringComparison.Ordinal));

    /// <summary>The namespaces that are asked for one by one, so that rights in them are enough; one null for all, which are then chosen from.</summary>
    public IReadOnlyList<string?> Asked => isNamed ? [.. options.Namespaces] : [null];

    /// <summary>False where labels choose among objects: then that there is none is not known.</summary>
    public bool SeesAll => options.Selector.Length == 0;

    /// <summary>What has no namespace is in every scope.</summary>
    public bool Has(string space) => space.Length == 0 || (Fits(options.Namespaces, space) && (isNamed || !Fits(options.Exclude, space)));

    /// <summary>
    /// What is configured and means no namespace that there is: a mistake, for which nothing else is looked at in its place. Null when all
    /// that is named is there.
    /// </summary>
    /// <param name="there">The cluster's namespaces.</param>
    public string? Misses(IReadOnlyCollection<string> there)
    {
        var missed = options.Namespaces.Where(n => n != All && !there.Any(s => Fits([n], s) && Has(s))).ToList();
        return missed.Count == 0 ? null
            : $"kubernetes.namespaces: {string.Join(", ", missed)} {(missed.Count == 1 ? "means" : "mean")} no namespace of this cluster, which has {string.Join(", ", there.Order(StringComparer.Ordinal).Take(MostNamed))}{(there.Count > MostNamed ? ", …" : "")}";
    }

    private static bool Fits(ImmutableArray<string> patterns, string space) => patterns.Any(p => FileSystemName.MatchesSimpleExpression(p, space, ignoreCase: false));
}
