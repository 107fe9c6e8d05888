using System.Globalization;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Signals.Cluster;

/// <summary>What is wrong with what keeps pods, with a node, with a claim of storage.</summary>
public static class WorkloadDetector
{
    public static IEnumerable<ClusterTrouble> Detect(Workload workload)
    {
        var about = $"{workload.Meta.Ref.Kind.ToLowerInvariant()} {workload.Meta.Name}";
        if (workload.Condition("ReplicaFailure") is { Holds: true } refused)
        {
            // A quota refuses the pod itself: no pod ever appears that could say so.
            var isQuota = refused.Message.Contains("exceeded quota", StringComparison.Ordinal);
            yield return Trouble(workload.Meta, isQuota ? "quota-refused" : "replica-failure", $"{about} gets no pods{(isQuota ? ": a quota refuses them" : "")}", refused);
        }

        if (workload.Condition("Progressing") is { Status: "False", Reason: "ProgressDeadlineExceeded" } stuck)
        {
            yield return Trouble(workload.Meta, "rollout-stuck", string.Create(CultureInfo.InvariantCulture, $"{about} does not come to the end of its rollout: {workload.Updated} of {workload.Wanted} are of the new version, {workload.Available} are available"), stuck);
        }

        if (workload.Meta.Ref.Kind == "Job" && workload.Condition("Failed") is { Holds: true } failed)
        {
            yield return Trouble(workload.Meta, "job-failed", $"{about} failed ({failed.Reason})", failed);
        }
    }

    /// <param name="pods">Counts the pods that are on it, which its failure explains.</param>
    public static IEnumerable<ClusterTrouble> Detect(Node node, Func<int>? pods = null)
    {
        if (node.Conditions.FirstOrDefault(c => c.Type == "Ready") is { Holds: false } ready)
        {
            yield return Trouble(node.Meta, "node-not-ready", string.Create(CultureInfo.InvariantCulture, $"node {node.Meta.Name} is not ready ({ready.Reason}){(pods is null ? "" : $", and {pods()} pods are on it")}"), ready) with { Severity = Severity.Critical };
        }

        foreach (var pressure in node.Conditions.Where(Presses))
        {
            yield return Trouble(node.Meta, "node-pressure", $"node {node.Meta.Name} says {pressure.Type}", pressure);
        }
    }

    /// <summary>Null for a volume that is as it shall be.</summary>
    public static ClusterTrouble? Detect(Volume volume, DateTimeOffset now) =>
        volume.Phase == "Failed" ? new ClusterTrouble(volume.Meta, "volume-failed", Severity.Warning, $"volume {volume.Meta.Name} could not be taken back{(volume.Claim.Length > 0 ? $" from {volume.Claim}" : "")}", now) { Quotes = volume.Message.Length > 0 ? [volume.Message] : [] } : null;

    /// <summary>
    /// True for what the pod's node explains: on a node that is gone nothing that is known of its pods is true any more, and a node that runs
    /// out of something evicts pods itself.
    /// </summary>
    public static bool Explains(Node node, Pod pod) => node.Conditions.Any(c => c is { Type: "Ready", Holds: false }) || (pod.Reason == "Evicted" && node.Conditions.Any(Presses));

    private static bool Presses(ObjectCondition condition) => condition is { Type: "MemoryPressure" or "DiskPressure" or "PIDPressure" or "NetworkUnavailable", Holds: true };

    /// <param name="waitsForPod">The cluster said that it binds the claim only when a pod wants it: then it is not late.</param>
    public static ClusterTrouble? Detect(Claim claim, bool waitsForPod, ClusterPatience patience, DateTimeOffset now) => claim.Phase switch
    {
        "Lost" => new ClusterTrouble(claim.Meta, "claim-lost", Severity.Critical, $"claim {claim.Meta.Name} has lost its volume {claim.Volume}", now),
        "Pending" when !waitsForPod && now - claim.Meta.CreatedAt > patience.UnboundClaim => new ClusterTrouble(
            claim.Meta, "claim-unbound", Severity.Warning, $"claim {claim.Meta.Name} of {claim.Wants} ({(claim.StorageClass.Length > 0 ? $"class {claim.StorageClass}" : "no class")}) finds no volume", claim.Meta.CreatedAt),
        _ => null,
    };

    private static ClusterTrouble Trouble(ObjectMeta about, string condition, string says, ObjectCondition because) =>
        new(about, condition, Severity.Warning, says, because.Since ?? about.CreatedAt) { Quotes = because.Message.Length > 0 ? [because.Message] : [] };
}
