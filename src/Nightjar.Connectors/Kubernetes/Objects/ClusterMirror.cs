using System.Collections.Immutable;
using Nightjar.Connectors.Kubernetes.Wire;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Connectors.Kubernetes.Objects;

/// <summary>One cluster as it is now, kept up to date by reflectors.</summary>
/// <param name="changed">Told of each object that changed or is gone.</param>
internal sealed class ClusterMirror(Action<ObjectMeta, bool> changed) : IClusterView
{
    private static readonly string[] WorkloadKinds = ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job"];

    private readonly ImmutableDictionary<string, Kept<Workload>> workloads = WorkloadKinds.ToImmutableDictionary(k => k, k => new Kept<Workload>(i => WorkloadReader.Read(k, i), w => w.Meta, (w, isThere) => changed(w.Meta, isThere)));
    private readonly Kept<Pod> pods = new(PodReader.Read, p => p.Meta, (p, isThere) => changed(p.Meta, isThere));
    private readonly Kept<Node> nodes = new(SurroundingsReader.Node, n => n.Meta, (n, isThere) => changed(n.Meta, isThere));
    private readonly Kept<Claim> claims = new(SurroundingsReader.Claim, c => c.Meta, (c, isThere) => changed(c.Meta, isThere));
    private readonly EventLog events = new();

    public IEnumerable<Pod> Pods => pods.All;

    public IEnumerable<Workload> Workloads => workloads.Values.SelectMany(w => w.All);

    public IEnumerable<Node> Nodes => nodes.All;

    public IEnumerable<Claim> Claims => claims.All;

    /// <summary>Everything that is kept.</summary>
    public IEnumerable<ObjectRef> All => workloads.Values.SelectMany(w => w.All).Select(w => w.Meta).Concat(nodes.All.Select(n => n.Meta)).Concat(claims.All.Select(c => c.Meta)).Concat(pods.All.Select(p => p.Meta)).Select(m => m.Ref);

    public int Count => pods.Count + nodes.Count + claims.Count + workloads.Values.Sum(w => w.Count);

    public Pod? Pod(ObjectRef about) => pods.Find(about.Namespace, about.Name);

    public Workload? Workload(ObjectRef about) => workloads.TryGetValue(about.Kind, out var kept) ? kept.Find(about.Namespace, about.Name) : null;

    public Node? Node(string name) => nodes.Find("", name);

    public Claim? Claim(ObjectRef about) => claims.Find(about.Namespace, about.Name);

    public IReadOnlyList<ClusterEvent> EventsAbout(ObjectRef about) => events.About(about);

    /// <summary>Who keeps objects of that kind.</summary>
    public IReflected Keeper(string kind) => kind switch
    {
        "Pod" => pods,
        "Node" => nodes,
        "PersistentVolumeClaim" => claims,
        "Event" => events,
        _ => workloads[kind],
    };
}
