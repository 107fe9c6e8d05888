namespace Nightjar.Core.Signals.Cluster.Ahead;

/// <summary>A container without bounds takes its neighbours down with it, and one without requests is put where there is no room.</summary>
internal static class Limits
{
    public static IEnumerable<Weakness> Find(AheadFacts facts)
    {
        foreach (var (workload, container) in facts.Workloads.SelectMany(w => w.Template.Where(c => !c.IsInit).Select(c => (w, c))))
        {
            var missing = new[] { ("no memory limit", container.Limits.ContainsKey("memory")), ("no requests", container.Requests.Count > 0 || container.Limits.Count > 0) };
            foreach (var (family, _) in missing.Where(m => !m.Item2))
            {
                yield return new Weakness(family, workload.Meta.Ref);
            }
        }
    }
}
