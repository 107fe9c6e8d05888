using System.Collections.Immutable;

namespace Nightjar.Core.Services;

/// <summary>Where a service runs in a cluster. Everything that is named must fit.</summary>
public sealed record ClusterPlace
{
    /// <summary>The kubeconfig's context; null fits every cluster that is watched.</summary>
    public string? Context { get; init; }

    public required string Namespace { get; init; }

    /// <summary>Name of the deployment, stateful set, daemon set or job, or a pattern with <c>*</c>; null fits all of the namespace.</summary>
    public string? Workload { get; init; }

    /// <summary>Labels of the pods.</summary>
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;
}
