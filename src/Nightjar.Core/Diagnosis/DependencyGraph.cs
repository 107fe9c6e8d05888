using System.Collections.Immutable;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Diagnosis;

/// <summary>Who calls whom, from the addresses in the variables of containers.</summary>
internal sealed class DependencyGraph
{
    /// <summary>Steps from a caller to what it depends on: a front, what it calls, the database behind that.</summary>
    private const int Deepest = 3;

    private readonly Facts facts;
    private readonly Dictionary<(string Space, string Name), ObjectRef> workloads;
    private readonly Dictionary<(string Space, string Name), ClusterService> services;
    private readonly ILookup<string, Pod> pods;
    private readonly Dictionary<ObjectRef, ImmutableHashSet<ObjectRef>> calls;
    private readonly Dictionary<ObjectRef, HashSet<ObjectRef>> reached = [];

    public DependencyGraph(Facts facts)
    {
        this.facts = facts;
        workloads = facts.Cluster.Pods.Select(p => facts.Top(p.Meta.Ref)).Concat(facts.Cluster.Workloads.Select(w => facts.Top(w.Meta.Ref))).Distinct().GroupBy(t => (t.Namespace, t.Name)).ToDictionary(g => g.Key, g => g.First());
        services = facts.Cluster.Services.GroupBy(s => (s.Meta.Namespace, s.Meta.Name)).ToDictionary(g => g.Key, g => g.First());
        pods = facts.Cluster.Pods.ToLookup(p => p.Meta.Namespace, StringComparer.Ordinal);
        calls = facts.Cluster.Pods.Select(p => (Top: facts.Top(p.Meta.Ref), Hosts: p.Containers.SelectMany(c => c.Addresses.Values).Select(Address.HostOf)))
            .GroupBy(p => p.Top).ToDictionary(g => g.Key, g => g.SelectMany(p => p.Hosts).Distinct().Select(h => Behind(h, g.Key.Namespace)).OfType<ObjectRef>().Where(t => t != g.Key).ToImmutableHashSet());
    }

    /// <summary>By the service's selector; by name where the service leads nowhere, or is not seen.</summary>
    public ObjectRef? Behind(string host, string space)
    {
        var (where, name) = Split(host, space);
        return Service(host, space) is { } service && pods[where].FirstOrDefault(p => service.LeadsTo(p.Meta.Labels)) is { } pod ? facts.Top(pod.Meta.Ref) : Named(name, where);
    }

    public ObjectRef? Named(string name, string space) => workloads.TryGetValue((space, name), out var found) ? found : null;

    public ClusterService? Service(string host, string space) => services.GetValueOrDefault(Split(host, space));

    public IEnumerable<ObjectRef> CallersOf(ObjectRef called) => calls.Where(c => c.Value.Contains(called)).Select(c => c.Key);

    /// <summary><c>cart</c>, <c>cart.shop</c>, <c>cart.shop.svc.cluster.local</c>.</summary>
    private static (string Space, string Name) Split(string host, string space) => host.Split('.') is [var first, var second, ..] ? (second, first) : (space, host);

    public bool Reaches(ObjectRef caller, ObjectRef called)
    {
        if (!reached.TryGetValue(caller, out var all))
        {
            reached[caller] = all = Walk(caller);
        }

        return all.Contains(called);
    }

    private HashSet<ObjectRef> Walk(ObjectRef caller)
    {
        HashSet<ObjectRef> all = [];
        ImmutableArray<ObjectRef> edge = [caller];
        for (var i = 0; i < Deepest && edge.Length > 0; i++)
        {
            edge = [.. edge.SelectMany(e => calls.GetValueOrDefault(e, [])).Where(all.Add)];
        }

        return all;
    }
}
