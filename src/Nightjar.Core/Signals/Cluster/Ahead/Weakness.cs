using System.Collections.Immutable;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Signals.Cluster.Ahead;

/// <summary>Something that is well now, and would not survive what happens in every cluster sooner or later.</summary>
/// <param name="Family">What kind of weakness, as a person would head a list of them.</param>
/// <param name="Owner">Whose it is; told once for all its pods.</param>
/// <param name="Detail">What differs from one to the next; empty where the family says it all.</param>
public sealed record Weakness(string Family, ObjectRef Owner, string Detail = "");

/// <summary>What the look ahead has before it.</summary>
/// <param name="Workloads">Those that people made and that are to be looked after.</param>
/// <param name="Pods">With their owners, as far as they run.</param>
public sealed record AheadFacts(IClusterView View, ImmutableArray<Workload> Workloads, ImmutableArray<(Pod Pod, ObjectRef Owner)> Pods, DateTimeOffset Now)
{
    /// <summary>CPU cores and bytes of memory, by container; empty where the cluster measures nothing.</summary>
    public ImmutableDictionary<(string Namespace, string Pod, string Container), Usage> Use { get; init; } = ImmutableDictionary<(string, string, string), Usage>.Empty;

    /// <summary>By node.</summary>
    public ImmutableDictionary<string, Usage> NodeUse { get; init; } = ImmutableDictionary<string, Usage>.Empty;

    public ImmutableArray<ShownCertificate> Certificates { get; init; } = [];

    /// <summary>Whether a namespace is looked after.</summary>
    public Func<string, bool> Has { get; init; } = _ => true;
}

/// <param name="Cpu">Cores.</param>
/// <param name="Memory">Bytes.</param>
public sealed record Usage(decimal Cpu, decimal Memory);

/// <summary>A certificate as a server showed it.</summary>
/// <param name="About">Whose it is: an ingress, or the cluster's own API server.</param>
public sealed record ShownCertificate(ObjectRef About, string Host, DateTimeOffset NotAfter);
