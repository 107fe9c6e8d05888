using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nightjar.Connectors.Kubernetes.Objects;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Policy;
using Nightjar.Core.Signals.Cluster;

namespace Nightjar.Connectors.Kubernetes.Changes;

/// <summary>A workload and its pods, read now.</summary>
/// <param name="Item">As the server printed it.</param>
internal sealed record Sight(Target Target, JsonElement Item, ImmutableArray<Pod> Pods)
{
    /// <summary>Characters of what is kept of an object before and after.</summary>
    private const int LongestShown = 8_000;

    private static readonly string[] OfContainer = ["name", "image", "ports", "resources", "readinessProbe", "livenessProbe", "startupProbe"];

    public ObjectMeta Meta => MetaReader.Read(Target.Ref.Kind, Item);

    public Workload Workload => WorkloadReader.Read(Target.Ref.Kind, Item);

    /// <exception cref="KubeException">It is not there, or nobody answered.</exception>
    public static async Task<Sight> OfAsync(Target target, CancellationToken cancellationToken)
    {
        using var answer = await target.Api.GetAsync(target.Path, $"look at {target.Shown}", cancellationToken);
        var item = answer.RootElement.Clone();
        if (target.Ref.Kind is "Pod" or "Node")
        {
            return new Sight(target, item, target.Ref.Kind == "Pod" ? [PodReader.Read(item)] : []);
        }

        using var pods = await target.Api.GetAsync(Revision.Selected(target.Kind("Pod"), item), $"list the pods of {target.Shown}", cancellationToken);
        return new Sight(target, item, [.. pods.RootElement.Items("items").Select(PodReader.Read).Where(p => Owns(target.Ref, p.Meta))]);
    }

    /// <summary>What is wrong with its pods now, the oldest trouble first.</summary>
    public IEnumerable<(Pod Pod, ClusterTrouble Trouble)> Troubles(DateTimeOffset now) =>
        Pods.SelectMany(p => PodDetector.Detect(p, Target.Patience, now).Select(t => (p, t))).OrderBy(t => t.t.Since);

    /// <summary>For the journal: counts, images, resources and probes. Variables, arguments and volumes may hold secrets and are left out.</summary>
    public static string Show(JsonElement item)
    {
        var spec = item.At("spec");
        var template = spec.At("template").At("spec") is { ValueKind: JsonValueKind.Object } inner ? inner : spec;
        var shown = new JsonObject
        {
            ["generation"] = item.At("metadata").Long("generation"),
            ["containers"] = new JsonArray([.. template.Items("initContainers").Concat(template.Items("containers")).Select(c => (JsonNode)new JsonObject(OfContainer.Where(k => c.At(k).ValueKind != JsonValueKind.Undefined).Select(k => KeyValuePair.Create(k, Plain(c.At(k))))))]),
        };
        foreach (var name in new[] { "replicas", "unschedulable", "nodeName" }.Where(n => spec.At(n).ValueKind != JsonValueKind.Undefined))
        {
            shown[name] = JsonNode.Parse(spec.At(name).GetRawText());
        }

        var text = Secrets.Mask(shown.ToJsonString());
        return text.Length <= LongestShown ? text : $"{text[..LongestShown]}…";
    }

    /// <summary>A probe's headers and commands may hold secrets, too.</summary>
    private static JsonNode? Plain(JsonElement value)
    {
        var node = JsonNode.Parse(value.GetRawText());
        if (node is JsonObject probe)
        {
            probe.Remove("exec");
            (probe["httpGet"] as JsonObject)?.Remove("httpHeaders");
        }

        return node;
    }

    /// <summary>Another workload may have the same labels by mistake: its pods are not this one's. A deployment's are owned by its replica sets.</summary>
    private static bool Owns(ObjectRef owner, ObjectMeta pod) => pod.Owner switch
    {
        { Kind: "ReplicaSet" } set when owner.Kind == "Deployment" => set.Name == $"{owner.Name}-{pod.Labels.GetValueOrDefault("pod-template-hash")}",
        { } direct => direct.Kind == owner.Kind && direct.Name == owner.Name,
        null => false,
    };
}
