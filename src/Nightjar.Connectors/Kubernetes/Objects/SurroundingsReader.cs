using System.Text.Json;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Connectors.Kubernetes.Objects;

/// <summary>What pods live among: nodes, events, addresses, storage, limits.</summary>
internal static class SurroundingsReader
{
    public static Node Node(JsonElement item) => new()
    {
        Meta = MetaReader.Read("Node", item),
        Conditions = MetaReader.Conditions(item.At("status")),
        IsCordoned = item.At("spec").Flag("unschedulable"),
        Taints = [.. item.At("spec").Items("taints").Select(t => new Taint(t.Text("key"), t.Text("value"), t.Text("effect")))],
        Allocatable = item.At("status").Map("allocatable"),
    };

    /// <summary>Old parts of a cluster fill in <c>count</c> and its times, newer ones <c>series</c> and <c>eventTime</c>.</summary>
    public static ClusterEvent Event(JsonElement item)
    {
        var meta = MetaReader.Read("Event", item);
        var about = item.At("involvedObject");
        var series = item.At("series");
        var first = item.Moment("firstTimestamp") ?? item.Moment("eventTime") ?? meta.CreatedAt;
        return new ClusterEvent(
            meta, new ObjectRef(about.Text("kind"), about.Text("namespace"), about.Text("name")), about.Text("uid"), item.Text("type"), item.Text("reason"), item.Text("message"),
            Math.Max(1, Math.Max(item.Whole("count"), series.Whole("count"))), first, item.Moment("lastTimestamp") ?? series.Moment("lastObservedTime") ?? first,
            item.At("source").Text("component") is { Length: > 0 } by ? by : item.Text("reportingComponent"));
    }

    public static ClusterService Service(JsonElement item) => new(
        MetaReader.Read("Service", item), item.At("spec").Text("type"), item.At("spec").Map("selector"),
        [.. item.At("spec").Items("ports").Select(p => new ServicePort(p.Text("name"), p.Text("protocol"), p.Whole("port"), p.Text("targetPort")))]);

    public static ClusterEndpoints Endpoints(JsonElement item) => new(
        MetaReader.Read("Endpoints", item), item.Items("subsets").Sum(s => s.Items("addresses").Count()), item.Items("subsets").Sum(s => s.Items("notReadyAddresses").Count()));

    public static Ingress Ingress(JsonElement item)
    {
        var rules = item.At("spec").Items("rules").ToList();
        var backends = rules.SelectMany(r => r.At("http").Items("paths")).Select(p => p.At("backend")).Append(item.At("spec").At("defaultBackend"));
        return new Ingress(
            MetaReader.Read("Ingress", item), [.. rules.Select(r => r.Text("host"))],
            [.. backends.Select(b => b.At("service").Text("name") is { Length: > 0 } name ? name : b.Text("serviceName")).Where(n => n.Length > 0).Distinct(StringComparer.Ordinal)],
            item.At("spec").Items("tls").Any());
    }

    public static Claim Claim(JsonElement item)
    {
        var spec = item.At("spec");
        return new Claim(MetaReader.Read("PersistentVolumeClaim", item), item.At("status").Text("phase"), spec.Text("volumeName"), spec.Text("storageClassName"), spec.At("resources").At("requests").Text("storage"), spec.Texts("accessModes"));
    }

    public static Volume Volume(JsonElement item)
    {
        var spec = item.At("spec");
        var claim = spec.At("claimRef");
        return new Volume(
            MetaReader.Read("PersistentVolume", item), item.At("status").Text("phase"), spec.Text("storageClassName"), spec.At("capacity").Text("storage"), spec.Texts("accessModes"),
            claim.ValueKind == JsonValueKind.Object ? new ObjectRef("PersistentVolumeClaim", claim.Text("namespace"), claim.Text("name")) : null);
    }

    public static Quota Quota(JsonElement item) => new(MetaReader.Read("ResourceQuota", item), item.At("status").Map("hard"), item.At("status").Map("used"));

    public static Autoscaler Autoscaler(JsonElement item)
    {
        var (spec, status) = (item.At("spec"), item.At("status"));
        var meta = MetaReader.Read("HorizontalPodAutoscaler", item);
        var target = spec.At("scaleTargetRef");
        return new Autoscaler(meta, new ObjectRef(target.Text("kind"), meta.Namespace, target.Text("name")), spec.Whole("minReplicas", 1), spec.Whole("maxReplicas"), status.Whole("currentReplicas"), status.Whole("desiredReplicas"), MetaReader.Conditions(status));
    }

    public static DisruptionBudget Budget(JsonElement item) => new(MetaReader.Read("PodDisruptionBudget", item), item.At("spec").At("selector").Map("matchLabels"), item.At("status").Whole("disruptionsAllowed"));

    public static ConfigKeys Config(JsonElement item) => new(
        MetaReader.Read("ConfigMap", item),
        [.. Keys(item.At("data")).Concat(Keys(item.At("binaryData"))).Order(StringComparer.Ordinal)]);

    private static IEnumerable<string> Keys(JsonElement map) => map.ValueKind == JsonValueKind.Object ? map.EnumerateObject().Select(p => p.Name) : [];
}
