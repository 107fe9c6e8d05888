using System.Text.Json;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Connectors.Kubernetes.Objects;

/// <summary>What pods live among: nodes, events, storage.</summary>
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

    public static Claim Claim(JsonElement item)
    {
        var spec = item.At("spec");
        return new Claim(MetaReader.Read("PersistentVolumeClaim", item), item.At("status").Text("phase"), spec.Text("volumeName"), spec.Text("storageClassName"), spec.At("resources").At("requests").Text("storage"), spec.Texts("accessModes"));
    }
}
