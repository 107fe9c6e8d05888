using System.Collections.Immutable;

namespace Nightjar.Core.Evidence.Cluster;

/// <summary>
/// What a cluster was like around one object, at one moment: its namespace's pods, workloads and claims, all nodes, and what was said of
/// them. Never changes, bounded, part of the evidence bundle.
/// </summary>
public sealed record ClusterSnapshot : IClusterView
{
    /// <summary>500 pods with twenty events each are some 5 MB of JSON.</summary>
    public const int MostPods = 500;

    public const int MostOthers = 300;

    public const int MostEvents = 2_000;

    private readonly Lazy<Index> index;

    public ClusterSnapshot() => index = new(() => new Index(this));

    private ClusterSnapshot(ClusterSnapshot original)
    {
        (Cluster, Subject, TakenAt, Pods, Workloads) = (original.Cluster, original.Subject, original.TakenAt, original.Pods, original.Workloads);
        (Nodes, Claims, Events, Logs, Missing) = (original.Nodes, original.Claims, original.Events, original.Logs, original.Missing);
        (Services, Endpoints, Volumes, Quotas) = (original.Services, original.Endpoints, original.Volumes, original.Quotas);
        index = new(() => new Index(this));
    }

    /// <summary>The context's name.</summary>
    public string Cluster { get; init; } = "";

    /// <summary>What it was taken for: a workload, a node, a claim.</summary>
    public ObjectRef Subject { get; init; }

    public DateTimeOffset TakenAt { get; init; }

    public ImmutableArray<Pod> Pods { get; init; } = [];

    public ImmutableArray<Workload> Workloads { get; init; } = [];

    public ImmutableArray<Node> Nodes { get; init; } = [];

    public ImmutableArray<Claim> Claims { get; init; } = [];

    public ImmutableArray<ClusterService> Services { get; init; } = [];

    public ImmutableArray<Endpoints> Endpoints { get; init; } = [];

    /// <summary>Of the whole cluster: a claim may be bound to any.</summary>
    public ImmutableArray<Volume> Volumes { get; init; } = [];

    public ImmutableArray<Quota> Quotas { get; init; } = [];

    /// <summary>Oldest first.</summary>
    public ImmutableArray<ClusterEvent> Events { get; init; } = [];

    /// <summary>The last lines of containers that do not do well.</summary>
    public ImmutableArray<ContainerLog> Logs { get; init; } = [];

    /// <summary>What could not be seen, and why.</summary>
    public ImmutableArray<string> Missing { get; init; } = [];

    IEnumerable<Pod> IClusterView.Pods => Pods;

    IEnumerable<Workload> IClusterView.Workloads => Workloads;

    IEnumerable<Node> IClusterView.Nodes => Nodes;

    IEnumerable<Claim> IClusterView.Claims => Claims;

    IEnumerable<ClusterService> IClusterView.Services => Services;

    IEnumerable<Endpoints> IClusterView.Endpoints => Endpoints;

    IEnumerable<Volume> IClusterView.Volumes => Volumes;

    IEnumerable<Quota> IClusterView.Quotas => Quotas;

    public Workload? Workload(ObjectRef about) => index.Value.Workloads.GetValueOrDefault(about);

    public Node? Node(string name) => index.Value.Nodes.GetValueOrDefault(name);

    public Pod? Pod(ObjectRef about) => index.Value.Pods.GetValueOrDefault(about);

    public IReadOnlyList<ClusterEvent> EventsAbout(ObjectRef about) => [.. index.Value.Events[about]];

    /// <summary>The part of a view that says something about one object; what does not do well comes first where there is too much.</summary>
    public static ClusterSnapshot Take(IClusterView view, string cluster, ObjectRef subject, DateTimeOffset now)
    {
        var space = subject.Namespace;
        ImmutableArray<Pod> pods = [.. view.Pods.Where(p => space.Length == 0 ? p.Node == subject.Name : p.Meta.Namespace == space).OrderByDescending(p => view.TopOwner(p.Meta) == subject).ThenBy(p => p.IsReady).ThenBy(p => p.Meta.Name, StringComparer.Ordinal).Take(MostPods)];
        ImmutableArray<Workload> workloads = [.. view.Workloads.Where(w => w.Meta.Namespace == space).OrderByDescending(w => w.Meta.Ref == subject || w.Meta.Owner == subject).ThenBy(w => w.Ready >= w.Wanted).Take(MostOthers)];
        ImmutableArray<Node> nodes = [.. view.Nodes.OrderByDescending(n => n.Meta.Name == subject.Name).ThenBy(n => n.IsReady).ThenBy(n => n.Meta.Name, StringComparer.Ordinal).Take(MostOthers)];
        ImmutableArray<Claim> claims = [.. view.Claims.Where(c => c.Meta.Namespace == space).OrderBy(c => c.Phase == "Bound").Take(MostOthers)];
        ImmutableArray<ClusterService> services = [.. view.Services.Where(s => s.Meta.Namespace == space).Take(MostOthers)];
        ImmutableArray<Quota> quotas = [.. view.Quotas.Where(q => q.Meta.Namespace == space).Take(MostOthers)];
        var told = pods.Select(p => p.Meta.Ref).Concat(workloads.Select(w => w.Meta.Ref)).Concat(nodes.Select(n => n.Meta.Ref)).Concat(claims.Select(c => c.Meta.Ref)).Concat(services.Select(s => s.Meta.Ref));
        return new ClusterSnapshot
        {
            Cluster = cluster,
            Subject = subject,
            TakenAt = now,
            Pods = pods,
            Workloads = workloads,
            Nodes = nodes,
            Claims = claims,
            Services = services,
            Endpoints = [.. view.Endpoints.Where(e => e.Meta.Namespace == space).Take(MostOthers)],
            Volumes = [.. view.Volumes.OrderBy(v => v.Phase == "Bound").Take(MostOthers)],
            Quotas = quotas,
            Events = [.. told.SelectMany(view.EventsAbout).OrderByDescending(e => e.IsWarning).ThenByDescending(e => e.Last).Take(MostEvents).OrderBy(e => e.Last)],
        };
    }

    private sealed class Index(ClusterSnapshot all)
    {
        public Dictionary<ObjectRef, Workload> Workloads { get; } = Of(all.Workloads, w => w.Meta.Ref);

        public Dictionary<ObjectRef, Pod> Pods { get; } = Of(all.Pods, p => p.Meta.Ref);

        public Dictionary<string, Node> Nodes { get; } = Of(all.Nodes, n => n.Meta.Name);

        public ILookup<ObjectRef, ClusterEvent> Events { get; } = all.Events.OrderBy(e => e.Last).ToLookup(e => e.About);

        /// <summary>A bundle that somebody wrote may name a thing twice: the first one counts.</summary>
        private static Dictionary<TKey, T> Of<TKey, T>(ImmutableArray<T> items, Func<T, TKey> key)
            where TKey : notnull => items.GroupBy(key).ToDictionary(g => g.Key, g => g.First());
    }
}

/// <summary>The last lines that a container wrote.</summary>
/// <param name="IsBefore">Of the run before the present one.</param>
/// <param name="Lines">Oldest first; masked before they are part of a bundle.</param>
public sealed record ContainerLog(ObjectRef Pod, string Container, bool IsBefore, ImmutableArray<LoggedLine> Lines)
{
    public const int MostLines = 60;
}
