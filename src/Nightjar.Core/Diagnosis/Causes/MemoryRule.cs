using System.Globalization;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Diagnosis.Causes;

/// <summary>More memory than it may have: kubelet says OOMKilled, Docker says the same of its containers, and runc when the limit is too small even to start.</summary>
internal sealed class MemoryRule : CauseRule
{
    /// <summary>Slices of measured memory, each at least as high as the one before, that are a leak and no peak.</summary>
    private const int Rising = 4;

    public override string Family => "memory";

    public override IEnumerable<Candidate> Look(Facts facts) => [.. Killed(facts), .. TooSmallToStart(facts), .. Engine(facts), .. NodeFull(facts)];

    private static IEnumerable<Candidate> Killed(Facts facts)
    {
        foreach (var (pod, container) in facts.Containers)
        {
            if (facts.BadEnd(container) is not { Reason: "OOMKilled" } end)
            {
                continue;
            }

            var limit = container.Limits.GetValueOrDefault("memory");
            var state = new Said(SaidBy.Status, $"state of container {container.Name} of {pod.Meta.Ref}", pod.Meta.Ref, "OOMKilled", string.Create(CultureInfo.InvariantCulture, $"terminated: OOMKilled, exit code {end.ExitCode}"), end.EndedAt);
            yield return Over(facts.Top(pod.Meta.Ref), limit, container.Restarts) with
            {
                Quotes = [state, .. limit is null ? Array.Empty<Said>() : [new Said(SaidBy.Field, $"{pod.Meta.Ref}", pod.Meta.Ref, "memory", $"spec.containers[{container.Name}].resources.limits.memory: {limit}", null)]],
                Since = end.EndedAt,
            };
        }
    }

    private static Candidate Over(ObjectRef top, string? limit, int restarts) => new()
    {
        Cause = "memory-limit-exceeded", About = top, Directness = Directness.States, Quotes = [], Condition = "oom-killed",
        Says = $"{Name(top)} is killed for using more memory than {(limit is null ? "there is: it has no limit of its own" : $"its limit of {Name(limit)}")}{(restarts > 1 ? string.Create(CultureInfo.InvariantCulture, $", {restarts} times") : "")}",
        Change = limit is null ? "give it a limit that fits the node, and find what it keeps" : "raise the limit one step, or find what it keeps in memory",
        Confirm = "its memory rises to the limit right before each end", Refute = "its memory is far below the limit when it ends: then a child process, or the node itself, ran out",
    };

    private static IEnumerable<Candidate> TooSmallToStart(Facts facts) =>
        facts.Words.Where(s => s.By is SaidBy.Event or SaidBy.Status && s.Text.Contains("container init was OOM-killed", StringComparison.Ordinal))
            .Select(s => Over(facts.Top(s.About), null, 0) with { Quotes = [s], Since = s.At, Says = $"{Name(facts.Top(s.About))} cannot start: its memory limit is too small even for that", Change = "raise the memory limit" });

    /// <summary>What a watcher of containers saw.</summary>
    private static IEnumerable<Candidate> Engine(Facts facts)
    {
        var trigger = facts.Bundle.Trigger;
        if (facts.Bundle.Cluster is not null || trigger.Condition is not ("oom-killed" or "memory-high") || facts.About(facts.Subject).FirstOrDefault(s => s.By == SaidBy.Event) is not { } said)
        {
            yield break;
        }

        var slices = facts.Bundle.Container is { Slices: { IsDefault: false } all } ? all : [];
        var memory = slices.Where(s => s.Memory is not null).Select(s => s.Memory ?? 0).ToList();
        var isLeak = memory.Count >= Rising && memory.Zip(memory.Skip(1)).All(p => p.Second >= p.First) && memory[^1] > memory[0] * 1.2;
        var measured = memory.Count < 2 ? Array.Empty<Said>() : [new Said(SaidBy.Field, "measured", facts.Subject, "memory", string.Join("; ", slices.TakeLast(Rising + 1).Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Start:HH:mm} {s}"))), null)];
        yield return trigger.Condition == "oom-killed"
            ? Over(facts.Subject, slices.LastOrDefault()?.MemoryLimit is { } bytes ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MiB") : null, 0) with { Quotes = [said, .. measured], Since = said.At }
            : new Candidate
            {
                Cause = isLeak ? "memory-leak" : "memory-near-limit", About = facts.Subject, Directness = isLeak ? Directness.Shows : Directness.Fits, Quotes = [said, .. measured], Since = said.At, Condition = "memory-high",
                Says = $"{Name(facts.Subject)} {(isLeak ? "uses more and more memory and never less" : "is near its memory limit")}",
                Change = isLeak ? "find what it keeps; a restart wins time" : "raise the limit, or give it less to do at once",
                Confirm = "memory goes on rising while traffic does not", Refute = "memory falls by itself when traffic does",
            };
    }

    private static IEnumerable<Candidate> NodeFull(Facts facts) =>
        facts.Events("SystemOOM").Concat(facts.Cluster.Pods.Where(p => p.Reason == "Evicted").SelectMany(p => facts.About(p.Meta.Ref).Where(s => s.Key == "Evicted")))
            .Select(s => new Candidate
            {
                Cause = s.Text.Contains("memory", StringComparison.OrdinalIgnoreCase) || s.Key == "SystemOOM" ? "node-memory-exhausted" : s.Text.Contains("ephemeral-storage", StringComparison.Ordinal) || s.Text.Contains("disk", StringComparison.OrdinalIgnoreCase) ? "node-disk-full" : "evicted",
                About = s.About.Kind == "Node" ? s.About : new ObjectRef("Node", "", facts.Cluster.Pod(s.About)?.Node ?? ""), Directness = Directness.States, Quotes = [s], Since = s.At, Condition = "evicted",
                Affects = s.About.Kind == "Node" ? [] : [facts.Top(s.About)],
                Says = s.About.Kind == "Node" ? $"{Name(s.About)} itself ran out of memory" : $"the node put {Name(facts.Top(s.About))} out because it ran short",
                Change = "ask for what the pods really use, so that the scheduler spreads them; or add room to the node",
                Confirm = "kubectl describe node shows the pressure", Refute = "no pressure at that time",
            });
}
