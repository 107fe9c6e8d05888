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
    private readonly Kept<ObjectMeta> spaces = new(i => MetaReader.Read("Namespace", i), m => m, (_, _) => { });
    private readonly Kept<Node> nodes = new(SurroundingsReader.Node, n => n.Meta, (n, isThere) => changed(n.Meta, isThere));
    private readonly Kept<Claim> claims = new(SurroundingsReader.Claim, c => c.Meta, (c, isThere) => changed(c.Meta, isThere));
    private readonly Kept<ClusterService> services = new(TrafficReader.Service, s => s.Meta, (s, isThere) => changed(s.Meta, isThere));
    private readonly Kept<Endpoints> endpoints = new(TrafficReader.Endpoints, e => e.Meta, (e, isThere) => changed(e.Meta, isThere));
    private readonly Kept<Ingress> ingresses = new(TrafficReader.Ingress, i => i.Meta, (_, _) => { });
    private readonly Kept<Volume> volumes = new(BoundsReader.Volume, v => v.Meta, (v, isThere) => changed(v.Meta, isThere));
    private readonly Kept<Quota> quotas = new(BoundsReader.Quota, q => q.Meta, (_, _) => { });
    private readonly Kept<Autoscaler> autoscalers = new(BoundsReader.Autoscaler, a => a.Meta, (_, _) => { });
    private readonly Kept<DisruptionBudget> budgets = new(BoundsReader.Budget, b => b.Meta, (_, _) => { });
    private readonly Kept<ConfigKeys> configs = new(BoundsReader.Keys, c => c.Meta, (_, _) => { });
    private readonly EventLog events = new();

    public IEnumerable<Pod> Pods => pods.All;

    public IEnumerable<Workload> Workloads => workloads.Values.SelectMany(w => w.All);

    public IEnumerable<Node> Nodes => nodes.All;

    public IEnumerable<Claim> Claims => claims.All;

    public IEnumerable<ClusterService> Services => services.All;

    public IEnumerable<Endpoints> Endpoints => endpoints.All;

    public IEnumerable<Ingress> Ingresses => ingresses.All;

    public IEnumerable<Volume> Volumes => volumes.All;

    public IEnumerable<Quota> Quotas => quotas.All;

    public IEnumerable<Autoscaler> Autoscalers => autoscalers.All;

    public IEnumerable<DisruptionBudget> DisruptionBudgets => budgets.All;

    /// <summary>Everything that something can be wrong with.</summary>
    public IEnumerable<ObjectRef> All => Workloads.Select(w => w.Meta).Concat(nodes.All.Select(n => n.Meta)).Concat(claims.All.Select(c => c.Meta)).Concat(volumes.All.Select(v => v.Meta)).Concat(endpoints.All.Select(e => e.Meta)).Concat(pods.All.Select(p => p.Meta)).Select(m => m.Ref);

    public int Count => pods.Count + nodes.Count + claims.Count + volumes.Count + services.Count + ingresses.Count + quotas.Count + autoscalers.Count + budgets.Count + configs.Count + workloads.Values.Sum(w => w.Count);

    public int PodCount => pods.Count;

    /// <summary>Raised with each change of any pod.</summary>
    public long PodChanges => pods.Changes;

    public IEnumerable<string> Namespaces => spaces.All.Select(s => s.Name);

    public ObjectMeta? Namespace(string name) => spaces.Find("", name);

    public int PodsOn(string node) => pods.All.Count(p => p.Node == node);

    public Pod? Pod(ObjectRef about) => pods.Find(about.Namespace, about.Name);

    public Workload? Workload(ObjectRef about) => workloads.TryGetValue(about.Kind, out var kept) ? kept.Find(about.Namespace, about.Name) : null;

    public Node? Node(string name) => nodes.Find("", name);

    public Claim? Claim(ObjectRef about) => claims.Find(about.Namespace, about.Name);

    public Volume? Volume(string name) => volumes.Find("", name);

    public (ClusterService? Service, Endpoints? Leads) Traffic(ObjectRef about) => (services.Find(about.Namespace, about.Name), endpoints.Find(about.Namespace, about.Name));

    public ConfigKeys? ConfigMap(string space, string name) => configs.Find(space, name);

    public IReadOnlyList<ClusterEvent> EventsAbout(ObjectRef about) => events.About(about);

    /// <summary>Who keeps objects of that kind, of one namespace or (null) of all.</summary>
    public IReflected Keeper(string kind, string? space) => kind switch
    {
        "Pod" => pods.In(space),
        "Namespace" => spaces.In(space),
        "Node" => nodes.In(space),
        "PersistentVolumeClaim" => claims.In(space),
        "PersistentVolume" => volumes.In(space),
        "Service" => services.In(space),
        "Endpoints" => endpoints.In(space),
        "Ingress" => ingresses.In(space),
        "ResourceQuota" => quotas.In(space),
        "HorizontalPodAutoscaler" => autoscalers.In(space),
        "PodDisruptionBudget" => budgets.In(space),
        "ConfigMap" => configs.In(space),
        "Event" => events,
        _ => workloads[kind].In(space),
    };
}
