using System.Collections.Immutable;
using Nightjar.Core.Signals.Cluster;

namespace Nightjar.Connectors.Kubernetes;

/// <summary>Which clusters are watched, and what of them.</summary>
public sealed record KubernetesOptions
{
    /// <summary>False until it is configured: a kubeconfig that happens to lie about is nobody's wish.</summary>
    public bool IsOn { get; init; }

    /// <summary>A kubeconfig file; null takes the ones that kubectl takes, or the pod's own service account.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Contexts of it, one cluster each; empty takes the current one.</summary>
    public ImmutableArray<string> Contexts { get; init; } = [];

    /// <summary>Names, or patterns with <c>*</c>.</summary>
    public ImmutableArray<string> Namespaces { get; init; } = ["*"];

    public ImmutableArray<string> Exclude { get; init; } = ["kube-system", "kube-public", "kube-node-lease"];

    /// <summary>A label selector, as kubectl's <c>-l</c>: only what it fits is looked at.</summary>
    public string Selector { get; init; } = "";

    public ClusterPatience Patience { get; init; } = new();
}
