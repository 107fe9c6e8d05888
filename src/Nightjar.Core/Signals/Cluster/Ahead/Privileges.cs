namespace Nightjar.Core.Signals.Cluster.Ahead;

/// <summary>Containers that may do more on their node than they need.</summary>
internal static class Privileges
{
    public static IEnumerable<Weakness> Find(AheadFacts facts)
    {
        foreach (var (workload, container) in facts.Workloads.SelectMany(w => w.Template.Select(c => (w, c))))
        {
            if (container.IsPrivileged)
            {
                yield return new Weakness("privileged container", workload.Meta.Ref);
            }

            if (container.MayBeRoot)
            {
                yield return new Weakness("may run as root", workload.Meta.Ref);
            }
        }
    }
}
