using System.Collections.Immutable;
using System.IO.Enumeration;

namespace Nightjar.Connectors.Kubernetes;

/// <summary>Which namespaces are looked at.</summary>
internal sealed class Scope(KubernetesOptions options)
{
    private readonly bool isNamed = options.Namespaces.All(n => !n.Contains('*', StringComparison.Ordinal));

    /// <summary>The namespaces that are asked for one by one, so that rights in them are enough; one null for all, which are then chosen from.</summary>
    public IReadOnlyList<string?> Asked => isNamed ? [.. options.Namespaces] : [null];

    /// <summary>What has no namespace is in every scope.</summary>
    public bool Has(string space) => space.Length == 0 || (Fits(options.Namespaces, space) && (isNamed || !Fits(options.Exclude, space)));

    private static bool Fits(ImmutableArray<string> patterns, string space) => patterns.Any(p => FileSystemName.MatchesSimpleExpression(p, space, ignoreCase: false));
}
