namespace Nightjar.Core.Signals.Cluster.Ahead;

/// <summary>One pod is no pod while its node is emptied, or it is started anew. What nobody reaches through a service is a worker, which may be one.</summary>
internal static class SingleReplica
{
    public static IEnumerable<Weakness> Find(AheadFacts facts) =>
        facts.Workloads.Where(w => w.Meta.Ref.Kind is "Deployment" or "StatefulSet" && w.Wanted == 1 && facts.View.Services.Any(s => s.Meta.Namespace == w.Meta.Namespace && s.LeadsTo(w.Selector)))
            .Select(w => new Weakness("a single replica behind a service", w.Meta.Ref));
}
