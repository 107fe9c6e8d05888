using System.Text.Json;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Connectors.Kubernetes.Objects;

/// <summary>What keeps pods, whatever its kind: the kinds count the same things under different names.</summary>
internal static class WorkloadReader
{
    public static Workload Read(string kind, JsonElement item)
    {
        var (spec, status) = (item.At("spec"), item.At("status"));
        var meta = MetaReader.Read(kind, item);
        var counted = kind switch
        {
            "DaemonSet" => (Wanted: status.Whole("desiredNumberScheduled"), Ready: status.Whole("numberReady"), Updated: status.Whole("updatedNumberScheduled"), Available: status.Whole("numberAvailable")),
            "Job" => (Wanted: spec.Whole("completions", 1), Ready: status.Whole("succeeded"), Updated: 0, Available: status.Whole("active")),
            _ => (Wanted: spec.Whole("replicas", 1), Ready: status.Whole("readyReplicas"), Updated: status.Whole("updatedReplicas"), Available: status.Whole("availableReplicas")),
        };
        return new Workload
        {
            Meta = meta,
            Wanted = counted.Wanted,
            Ready = counted.Ready,
            Updated = counted.Updated,
            Available = counted.Available,
            Failed = status.Whole("failed"),
            Generation = item.At("metadata").Long("generation"),
            SeenGeneration = status.Long("observedGeneration"),
            Revision = meta.Annotations.GetValueOrDefault("deployment.kubernetes.io/revision", status.Text("updateRevision")),
            IsPaused = spec.Flag("paused") || spec.Flag("suspend"),
            Selector = spec.At("selector").Map("matchLabels"),
            Conditions = MetaReader.Conditions(status),
            Template = PodReader.Containers(spec.At("template").At("spec")),
        };
    }
}
