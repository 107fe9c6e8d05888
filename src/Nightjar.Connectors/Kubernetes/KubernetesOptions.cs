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

    /// <summary>Whether the logs of pods are read.</summary>
    public bool Logs { get; init; } = true;

    /// <summary>Whether a digest tells of what is well and will not stay so.</summary>
    public bool LookAhead { get; init; } = true;

    /// <summary>Nightjar's own namespace, where its lease is; null takes the pod's own, and <c>nightjar</c> outside of a cluster.</summary>
    public string? Home { get; init; }

    public LeaseUse Lease { get; init; } = LeaseUse.Acting;
}

/// <summary>When a scope's lease is held, so that of several Nightjars with stores of their own one alone reports and acts.</summary>
public enum LeaseUse
{
    /// <summary>By those who may act. Who only observes writes nothing to a cluster: it looks whether another one holds it, and stands by then.</summary>
    Acting,

    /// <summary>Also in observe, which then needs the right to write leases in its own namespace.</summary>
    Always,

    /// <summary>It is neither held nor looked at.</summary>
    Never,
}
