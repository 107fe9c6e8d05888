namespace Nightjar.Core.Signals.Cluster.Ahead;

/// <summary>Without a budget all pods of a workload may be evicted at once; with one that allows nothing, no node can ever be emptied.</summary>
internal static class DisruptionBudgets
{
    public static IEnumerable<Weakness> Find(AheadFacts facts)
    {
        foreach (var workload in facts.Workloads.Where(w => w.Meta.Ref.Kind is "Deployment" or "StatefulSet" && w.Wanted > 1))
        {
            var budget = facts.View.DisruptionBudgets.FirstOrDefault(b => b.Meta.Namespace == workload.Meta.Namespace && b.Covers(workload.Selector));
            if (budget is null)
            {
                yield return new Weakness("no disruption budget", workload.Meta.Ref);
            }
            else if (budget.Allowed == 0 && workload.Ready >= workload.Wanted)
            {
                yield return new Weakness("a disruption budget that lets no pod go", workload.Meta.Ref);
            }
        }
    }
}
