using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Signals.Cluster;

/// <summary>What kubelet said of a pod's probes. A container that a probe ended looks like one that crashed: only these events tell.</summary>
internal static class ProbeWords
{
    /// <summary>Kubelet tells of the probe just before it ends the container; the two are written by different clocks' seconds.</summary>
    private static readonly TimeSpan Around = TimeSpan.FromMinutes(2);

    /// <summary>What the probe found, where it was the liveness probe that ended the container the last time; else null.</summary>
    public static string? Liveness(Container container, IReadOnlyList<ClusterEvent> said)
    {
        if (container.Liveness is null || (container.Before ?? container.Now) is not { Phase: ContainerPhase.Ended, EndedAt: { } ended, ExitCode: not 0 })
        {
            return null;
        }

        var isEnded = said.Any(e => e.Reason == "Killing" && e.Message.Contains($"{container.Name} failed liveness probe", StringComparison.Ordinal) && (e.Last - ended).Duration() < Around);
        return isEnded ? Last(said, "Liveness probe failed") ?? "its liveness probe failed" : null;
    }

    public static string? Readiness(IReadOnlyList<ClusterEvent> said) => Last(said, "Readiness probe failed") ?? Last(said, "Startup probe failed");

    private static string? Last(IReadOnlyList<ClusterEvent> said, string begins) =>
        said.LastOrDefault(e => e.Reason == "Unhealthy" && e.Message.StartsWith(begins, StringComparison.Ordinal))?.Message;
}
