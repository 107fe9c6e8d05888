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
    private readonly Dictionary<ObjectRef, ImmutableHashSet<ObjectRef>> calls;
    private readonly Dictionary<ObjectRef, HashSet<ObjectRef>> reached = [];

    public DependencyGraph(Facts facts)
    {
        this.facts = facts;
        workloads = facts.Cluster.Pods.Select(p => facts.Top(p.Meta.Ref)).Concat(facts.Cluster.Workloads.Select(w => facts.Top(w.Meta.Ref))).Distinct().GroupBy(t => (t.Namespace, t.Name)).ToDictionary(g => g.Key, g => g.First());
        calls = facts.Cluster.Pods.Select(p => (Top: facts.Top(p.Meta.Ref), Hosts: p.Containers.SelectMany(c => c.Addresses.Values).Select(Address.HostOf)))
            .GroupBy(p => p.Top).ToDictionary(g => g.Key, g => g.SelectMany(p => p.Hosts).Distinct().Select(h => Behind(h, g.Key.Namespace)).OfType<ObjectRef>().Where(t => t != g.Key).ToImmutableHashSet());
    }

    public ObjectRef? Behind(string host, string space)
    {
        if (host.Length == 0)
        {
            return null;
        }

        var (name, where) = host.Split('.') is [var first, var second, ..] ? (first, second) : (host, space);
        return workloads.TryGetValue((where, name), out var found) ? found : null;
    }

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
