using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Evidence.Kubectl;

/// <summary>
/// What people paste into tickets, as evidence: outputs of <c>kubectl get</c>, <c>describe</c> and <c>logs</c> of any version. What an output is, is
/// told by what it looks like, so names of files need say nothing; but for logs, whose name says whose they are.
/// </summary>
public static class KubectlOutput
{
    /// <summary>Outputs that are read; a namespace of 500 pods with everything described is some 5,000.</summary>
    private const int MostOutputs = 20_000;

    private const int LongestLine = 4_000;

    /// <param name="outputs">By the command that printed each, or by the name of its file.</param>
    /// <param name="space">Of what names none itself; empty takes the first that is seen.</param>
    /// <param name="now">Only used where no output tells when it was printed.</param>
    public static ClusterSnapshot Read(IReadOnlyDictionary<string, string> outputs, string space, DateTimeOffset now)
    {
        var found = new KubectlObjects();
        var described = outputs.Take(MostOutputs).Where(o => o.Value.TrimStart().StartsWith("Name:", StringComparison.Ordinal)).SelectMany(o => Described.Read(o.Value.TrimStart())).Select(d => (Kind: DescribedObjects.Kind(d), Of: d)).Where(d => d.Kind.Length > 0).ToList();
        space = space.Length > 0 ? space : described.Select(d => d.Of.Text("Namespace")).FirstOrDefault(n => n.Length > 0) ?? "default";
        var taken = Taken(described.Where(d => d.Kind == "Pod").Select(d => d.Of)) ?? now;
        foreach (var (kind, of) in described)
        {
            found.Add(kind, of, taken);
        }

        foreach (var table in outputs.Take(MostOutputs).OrderBy(o => o.Key.Length).Select(o => KubectlTable.Read(o.Value)).OfType<KubectlTable>())
        {
            found.Add(table, space, taken);
        }

        foreach (var (name, text) in outputs.Take(MostOutputs).Where(o => !o.Value.TrimStart().StartsWith("Name:", StringComparison.Ordinal) && KubectlTable.Read(o.Value) is null))
        {
            found.AddLog(name, [.. text.Split('\n').TakeLast(ContainerLog.MostLines * 10).Select(l => l.Length > LongestLine ? l[..LongestLine] : l)]);
        }

        return found.Snapshot(new ObjectRef("Namespace", space, space), taken);
    }

    /// <summary>A pod prints when it started, and in its first event how long ago that was.</summary>
    private static DateTimeOffset? Taken(IEnumerable<Described> pods) =>
        pods.Select(p => (Started: Readings.Moment(p.Text("Start Time")), Scheduled: (p.At("Events")?.Children ?? []).Select(e => Readings.Columns().Split(e.Line, 4)).FirstOrDefault(c => c.Length == 4 && c[1] is "Scheduled")))
            .Where(p => p.Started is not null && p.Scheduled is not null).Select(p => p.Started + Readings.Age(p.Scheduled?[2] ?? "")).Max();
}
