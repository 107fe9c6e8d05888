using System.Collections.Immutable;
using System.Globalization;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Diagnosis;

/// <summary>Collects every text of a bundle, bounded, each with its source.</summary>
internal static class Wording
{
    /// <summary>More events and states than a snapshot can hold come only from a file.</summary>
    private const int MostSaid = 20_000;

    /// <summary>Log lines that are looked at; a snapshot and a digest together have far fewer.</summary>
    private const int MostLines = 20_000;

    private const int LongestText = 4_000;

    public static IEnumerable<Said> Of(Facts facts) =>
        Events(facts.Cluster).Concat(Conditions(facts.Cluster)).Concat(Containers(facts.Cluster)).Concat(Trigger(facts)).Where(s => s.Text.Length > 0).Take(MostSaid)
            .Concat(PodLogs(facts.Cluster).Concat(Digest(facts)).Where(s => s.Text.Length > 0).Take(MostLines))
            .Select(s => s.Text.Length > LongestText ? s with { Text = s.Text[..LongestText] } : s);

    private static IEnumerable<Said> Events(ClusterSnapshot cluster) =>
        cluster.Events.Select(e => new Said(SaidBy.Event, $"event {e.Reason} of {e.About}{(e.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $", {e.Count} times") : "")}", e.About, e.Reason, e.Message, e.First == default ? null : e.First, e.Count));

    private static IEnumerable<Said> Conditions(ClusterSnapshot cluster) =>
        cluster.Pods.Select(p => (p.Meta.Ref, p.Conditions)).Concat(cluster.Workloads.Select(w => (w.Meta.Ref, w.Conditions))).Concat(cluster.Nodes.Select(n => (n.Meta.Ref, n.Conditions)))
            .SelectMany(o => o.Conditions.Select(c => new Said(SaidBy.Status, $"condition {c.Type}={c.Status} of {o.Ref}", o.Ref, $"{c.Type}={c.Status}", c.Message.Length > 0 ? c.Message : c.Reason, c.Since)))
            .Concat(cluster.Pods.Select(p => new Said(SaidBy.Status, $"status {p.Reason} of {p.Meta.Ref}", p.Meta.Ref, p.Reason, p.Message, p.Meta.CreatedAt)));

    private static IEnumerable<Said> Containers(ClusterSnapshot cluster) =>
        from pod in cluster.Pods
        from container in pod.Containers
        from standing in new[] { container.Now, container.Before }
        where standing is not null
        select new Said(SaidBy.Status, $"{(ReferenceEquals(standing, container.Before) ? "last " : "")}state {standing.Reason} of container {container.Name} of {pod.Meta.Ref}", pod.Meta.Ref, standing.Reason, standing.Message, standing.EndedAt ?? standing.StartedAt);

    /// <summary>What opened the incident: the platform's words when a watcher of containers said it, the program's otherwise.</summary>
    private static IEnumerable<Said> Trigger(Facts facts)
    {
        var trigger = facts.Bundle.Trigger;
        var isEngine = trigger.Kind is Signals.SignalKind.WorkloadFailure or Signals.SignalKind.NodeFailure;
        var (by, source) = isEngine ? (SaidBy.Event, $"signal {trigger.Condition}") : (SaidBy.Log, "log, as the signal has it");
        var samples = trigger.Samples.IsDefault ? [] : trigger.Samples;
        return samples.Prepend($"{(trigger.HasErrorClass ? $"{trigger.ErrorClass}: " : "")}{trigger.Message}").Distinct().Select(t => new Said(by, source, facts.Subject, trigger.Condition ?? "", t, trigger.Since ?? trigger.At));
    }

    private static IEnumerable<Said> PodLogs(ClusterSnapshot cluster) =>
        from log in cluster.Logs
        from line in log.Lines.IsDefault ? [] : log.Lines
        select new Said(SaidBy.Log, $"log of {log.Pod.Name}{(log.Container.Length > 0 ? $", container {log.Container}" : "")}{(log.IsBefore ? ", the run before" : "")}", log.Pod, log.Container, line.Text, line.At == default ? null : line.At);

    /// <summary>Kinds of errors and templates first: there are few, and each stands for many lines.</summary>
    private static IEnumerable<Said> Digest(Facts facts)
    {
        if (facts.Bundle.Logs is not { } logs)
        {
            return [];
        }

        var errors = Safe(logs.ErrorGroups).SelectMany(g => new[] { $"{g.ErrorClass}: {g.Message}", g.Sample }.Distinct().Select(t => new Said(SaidBy.Log, "log, errors of one kind", facts.Subject, "", t, g.FirstSeen, Bounded(g.Count))));
        var templates = Safe(logs.Templates).Select(t => new Said(SaidBy.Log, "log", facts.Subject, "", t.Sample, t.FirstSeen, Bounded(t.Count)));
        var around = Safe(logs.Around).Select(l => new Said(SaidBy.Log, "log", facts.Subject, "", l.Text, l.At));
        return errors.Concat(templates).Concat(around).DistinctBy(s => s.Text);
    }

    private static int Bounded(long count) => (int)Math.Min(count, int.MaxValue);

    /// <summary>A bundle read from JSON can hold an array that was never set.</summary>
    private static ImmutableArray<T> Safe<T>(ImmutableArray<T> array) => array.IsDefault ? [] : array;
}
