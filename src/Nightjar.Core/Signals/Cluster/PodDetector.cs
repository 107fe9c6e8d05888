using System.Collections.Immutable;
using System.Globalization;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Signals.Cluster;

/// <summary>What is wrong with a pod at a moment; nothing for one that is well, or still within its time.</summary>
public static class PodDetector
{
    /// <summary>Reasons of a container that waits, as kubelet gives them, and what they come to.</summary>
    private static readonly ImmutableDictionary<string, (string Condition, string Says)> Waits = new Dictionary<string, (string, string)>(StringComparer.Ordinal)
    {
        ["CrashLoopBackOff"] = ("crash-loop", "ends again and again, and is started ever later"),
        ["ImagePullBackOff"] = ("image-pull", "cannot get its image"),
        ["ErrImagePull"] = ("image-pull", "cannot get its image"),
        ["ErrImageNeverPull"] = ("image-pull", "may not pull its image, which is not on the node"),
        ["InvalidImageName"] = ("image-pull", "has an image name that is none"),
        ["ImageInspectError"] = ("image-pull", "has an image that cannot be read"),
        ["RegistryUnavailable"] = ("image-pull", "cannot reach its image's registry"),
        ["CreateContainerConfigError"] = ("container-config", "refers to something that is not there"),
        ["CreateContainerError"] = ("container-start", "could not be made"),
        ["RunContainerError"] = ("container-start", "could not be started"),
        ["PostStartHookError"] = ("container-start", "failed in its start hook"),
    }.ToImmutableDictionary(StringComparer.Ordinal);

    public static IEnumerable<ClusterTrouble> Detect(Pod pod, ClusterPatience patience, DateTimeOffset now) => Detect(pod, [], patience, now);

    /// <param name="said">What was said about the pod: a probe's own words are only there.</param>
    public static IEnumerable<ClusterTrouble> Detect(Pod pod, IReadOnlyList<ClusterEvent> said, ClusterPatience patience, DateTimeOffset now)
    {
        if (pod.Meta.DeletedAt is { } deleted)
        {
            return now - deleted > patience.Terminating ? [Trouble(pod, "stuck-terminating", $"was to be gone at {deleted:u} and is not", deleted)] : [];
        }

        if (pod.Phase == "Failed")
        {
            return Failed(pod);
        }

        var ofContainers = pod.Containers.Select(c => Detect(pod, c, said, patience, now)).OfType<ClusterTrouble>().ToList();
        return ofContainers.Count > 0 ? ofContainers : OfWhole(pod, patience, now) is { } whole ? [whole] : [];
    }

    private static IEnumerable<ClusterTrouble> Failed(Pod pod)
    {
        if (pod.Reason == "Evicted")
        {
            return [Trouble(pod, "evicted", "was evicted from its node", pod.Meta.CreatedAt, pod.Message)];
        }

        // A job tries again by itself, and says so itself when it gives up.
        if (pod.Meta.Owner is { Kind: "Job" })
        {
            return [];
        }

        return pod.Containers.FirstOrDefault(c => c.Now is { Phase: ContainerPhase.Ended, ExitCode: not 0 }) is { Now: { } ended } container
            ? [Trouble(pod, ended.Reason == "OOMKilled" ? "oom-killed" : "container-exited", Exit(container, ended), ended.EndedAt ?? pod.Meta.CreatedAt, pod.Message)]
            : [Trouble(pod, "container-exited", $"failed: {pod.Reason}", pod.Meta.CreatedAt, pod.Message)];
    }

    private static ClusterTrouble? Detect(Pod pod, Container container, IReadOnlyList<ClusterEvent> said, ClusterPatience patience, DateTimeOffset now)
    {
        if (ProbeWords.Liveness(container, said) is { } killed)
        {
            return Trouble(pod, "liveness-failed", $"{Named(pod, container)}is ended again and again, because its liveness probe fails ({Times(container.Restarts)} so far)", container.Before?.EndedAt ?? now, killed);
        }

        var isKilled = container.Before is { Reason: "OOMKilled" } || container.Now is { Reason: "OOMKilled" };
        if (container.Now is { Phase: ContainerPhase.Waiting } waits && Waits.TryGetValue(waits.Reason, out var known))
        {
            var before = container.Before is { } last ? $"; the last time it {Exit(container, last)}" : "";
            return known.Condition == "crash-loop" && isKilled
                ? Trouble(pod, "oom-killed", $"{Named(pod, container)}is killed again and again for using more memory than its limit{Limit(container)}", container.Before?.EndedAt ?? now, waits.Message)
                : Trouble(pod, known.Condition, $"{Named(pod, container)}{known.Says} ({waits.Reason}){before}", container.Before?.EndedAt ?? pod.Meta.CreatedAt, waits.Message);
        }

        if (container.Now is { Phase: ContainerPhase.Ended, ExitCode: not 0 } ended && pod.RestartPolicy != "Never")
        {
            return Trouble(pod, isKilled ? "oom-killed" : "container-exited", $"{Named(pod, container)}{Exit(container, ended)}", ended.EndedAt ?? now, ended.Message);
        }

        if (container is { Now: { Phase: ContainerPhase.Running }, Before: { Phase: ContainerPhase.Ended, ExitCode: not 0 } was } && was.EndedAt is { } at && now - at < patience.LastExit)
        {
            return Trouble(pod, isKilled ? "oom-killed" : "container-exited", $"{Named(pod, container)}{Exit(container, was)} and was started again ({Times(container.Restarts)} so far)", at, was.Message);
        }

        return NotReady(pod, container, said, patience, now);
    }

    private static ClusterTrouble? NotReady(Pod pod, Container container, IReadOnlyList<ClusterEvent> said, ClusterPatience patience, DateTimeOffset now)
    {
        if (container.IsInit || container.IsReady || container.Now is not { Phase: ContainerPhase.Running, StartedAt: { } started })
        {
            return null;
        }

        var (probe, unready) = (container.Startup ?? container.Readiness, pod.Condition("ContainersReady") ?? pod.Condition("Ready"));
        var since = unready is { Holds: false, Since: { } at } && at > started ? at : started;
        var allowed = patience.NotReady + TimeSpan.FromSeconds(probe is null ? 0 : (since == started ? probe.DelaySeconds : 0) + ((double)probe.PeriodSeconds * probe.Failures));
        return now - since > allowed
            ? Trouble(pod, "not-ready", $"{Named(pod, container)}runs and is not ready since {since:u}{(probe is null ? "" : $": its probe ({probe.Kind} {probe.Port} {probe.Path}".TrimEnd() + ") fails")}", since, ProbeWords.Readiness(said) ?? pod.Condition("Ready")?.Message ?? "")
            : null;
    }

    private static ClusterTrouble? OfWhole(Pod pod, ClusterPatience patience, DateTimeOffset now)
    {
        if (pod.Phase != "Pending")
        {
            return null;
        }

        if (pod.Condition("PodScheduled") is { Holds: false } scheduled)
        {
            var since = scheduled.Since ?? pod.Meta.CreatedAt;
            return now - since > patience.Unscheduled ? Trouble(pod, "unschedulable", "finds no node", since, scheduled.Message) : null;
        }

        return now - pod.Meta.CreatedAt > patience.Creating && pod.Containers.All(c => c.Now is null or { Phase: ContainerPhase.Waiting })
            ? Trouble(pod, "stuck-creating", $"has a node ({pod.Node}) and has not started since {pod.Meta.CreatedAt:u}", pod.Meta.CreatedAt)
            : null;
    }

    private static string Named(Pod pod, Container container) => pod.Containers.Length == 1 ? "" : $"{(container.IsInit ? "init container" : "container")} {container.Name} ";

    private static string Exit(Container container, ContainerStanding ended) => ended.Reason == "OOMKilled"
        ? $"was killed for using more memory than its limit{Limit(container)}"
        : string.Create(CultureInfo.InvariantCulture, $"ended with exit code {ended.ExitCode}");

    private static string Limit(Container container) => container.Limits.TryGetValue("memory", out var limit) ? $" of {limit}" : "";

    private static string Times(int restarts) => restarts == 1 ? "once" : string.Create(CultureInfo.InvariantCulture, $"{restarts} times");

    private static ClusterTrouble Trouble(Pod pod, string condition, string says, DateTimeOffset since, params string[] quotes) =>
        new(pod.Meta, condition, Severity.Warning, $"pod {pod.Meta.Name} {says}", since) { Quotes = [.. quotes.Where(q => q.Length > 0)] };
}
