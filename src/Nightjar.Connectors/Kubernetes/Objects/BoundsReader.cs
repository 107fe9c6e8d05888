using System.Text.Json;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Connectors.Kubernetes.Objects;

/// <summary>What bounds pods: quotas, autoscalers, disruption budgets, volumes, and which keys there are for their configuration.</summary>
internal static class BoundsReader
{
    public static Quota Quota(JsonElement item) => new(MetaReader.Read("ResourceQuota", item), item.At("spec").Map("hard"), item.At("status").Map("used"));

    /// <summary>The fields that <c>autoscaling/v1</c>, <c>v2beta2</c> and <c>v2</c> share; conditions came with <c>v2beta1</c>.</summary>
    public static Autoscaler Autoscaler(JsonElement item)
    {
        var (meta, spec, status) = (MetaReader.Read("HorizontalPodAutoscaler", item), item.At("spec"), item.At("status"));
        var target = spec.At("scaleTargetRef");
        return new Autoscaler(
            meta, new ObjectRef(target.Text("kind"), meta.Namespace, target.Text("name")), spec.Whole("minReplicas", 1), spec.Whole("maxReplicas"),
            status.Whole("currentReplicas"), status.Whole("desiredReplicas"), MetaReader.Conditions(status));
    }

    public static DisruptionBudget Budget(JsonElement item)
    {
        var spec = item.At("spec");
        return new DisruptionBudget(MetaReader.Read("PodDisruptionBudget", item), spec.At("selector").Map("matchLabels"), spec.Text("minAvailable"), spec.Text("maxUnavailable"), item.At("status").Whole("disruptionsAllowed"));
    }

    public static Volume Volume(JsonElement item)
    {
        var (spec, status) = (item.At("spec"), item.At("status"));
        var claim = spec.At("claimRef");
        return new Volume(
            MetaReader.Read("PersistentVolume", item), status.Text("phase"), spec.Text("storageClassName"), spec.At("capacity").Text("storage"), spec.Texts("accessModes"),
            claim.Text("name").Length > 0 ? $"{claim.Text("namespace")}/{claim.Text("name")}" : "", status.Text("message"));
    }

    /// <summary>Here is where the values end: only the names of the entries go on.</summary>
    public static ConfigKeys Keys(JsonElement item) => new(MetaReader.Read("ConfigMap", item), [.. Fields.Names(item, "data").Concat(Fields.Names(item, "binaryData"))]);
}
