namespace Nightjar.Core.Signals.Cluster.Ahead;

/// <summary>Without probes a cluster takes a process that hangs for one that works. A probe that waits for less than load takes ends what is only slow.</summary>
internal static class Probes
{
    /// <summary>Seconds; the default is 1.</summary>
    private const int ShortWait = 5;

    public static IEnumerable<Weakness> Find(AheadFacts facts)
    {
        foreach (var (workload, container) in facts.Workloads.Where(w => w.Meta.Ref.Kind != "Job").SelectMany(w => w.Template.Where(c => !c.IsInit).Select(c => (w, c))))
        {
            if (container.Readiness is null && facts.View.Services.Any(s => s.Meta.Namespace == workload.Meta.Namespace && s.LeadsTo(workload.Selector)))
            {
                yield return new Weakness("behind a service without a readiness probe", workload.Meta.Ref);
            }

            if (container.Liveness is null)
            {
                yield return new Weakness("no liveness probe", workload.Meta.Ref);
            }
            else if (container.Liveness.TimeoutSeconds < ShortWait)
            {
                yield return new Weakness("liveness probe that waits for less than 5 s", workload.Meta.Ref);
            }
        }
    }
}
