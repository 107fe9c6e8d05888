using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nightjar.Connectors.Kubernetes.Objects;

namespace Nightjar.Connectors.Kubernetes.Changes;

/// <summary>A template that a workload had or has, as the cluster keeps it: a replica set of a deployment, a controller revision of the others.</summary>
/// <param name="At">When it was first rolled out.</param>
/// <param name="Ready">Pods of it that are ready now; 0 where the cluster does not say it.</param>
internal sealed record Revision(string Name, long Number, DateTimeOffset At, int Ready, JsonElement Template)
{
    private const string Hash = "pod-template-hash";

    private const int Most = 100;

    /// <summary>The newest first.</summary>
    /// <exception cref="KubeException">They could not be listed.</exception>
    public static async Task<IReadOnlyList<Revision>> OfAsync(Target target, JsonElement item, CancellationToken cancellationToken)
    {
        var (uid, isDeployment) = (item.At("metadata").Text("uid"), target.Ref.Kind == "Deployment");
        var list = isDeployment ? target.Kind("ReplicaSet") : target.Kind("Deployment").Replace("/deployments", "/controllerrevisions", StringComparison.Ordinal);
        using var answer = await target.Api.GetAsync(Selected(list, item), $"list what {target.Shown} ran before", cancellationToken);
        return
        [
            .. answer.RootElement.Items("items").Where(i => i.At("metadata").Items("ownerReferences").Any(o => o.Text("uid") == uid))
                .Select(i => isDeployment ? OfReplicaSet(i) : OfController(i)).OrderByDescending(r => r.Number).Take(Most),
        ];
    }

    /// <summary>A list with the workload's own selector.</summary>
    public static string Selected(string list, JsonElement item) =>
        $"{list}?limit=500&labelSelector={Uri.EscapeDataString(string.Join(',', item.At("spec").At("selector").Map("matchLabels").Select(l => $"{l.Key}={l.Value}")))}";

    /// <summary>The template for a patch that puts it in the place of the one that is there.</summary>
    public JsonObject ToPatch()
    {
        var template = (JsonObject?)JsonNode.Parse(Template.GetRawText()) ?? [];
        template["$patch"] = "replace";
        if (template["metadata"]?["labels"] is JsonObject labels)
        {
            labels.Remove(Hash);
        }

        return template;
    }

    private static Revision OfReplicaSet(JsonElement item) => new(
        item.At("metadata").Text("name"), long.TryParse(item.At("metadata").Map("annotations").GetValueOrDefault("deployment.kubernetes.io/revision"), CultureInfo.InvariantCulture, out var number) ? number : 0,
        item.At("metadata").Moment("creationTimestamp") ?? default, item.At("status").Whole("readyReplicas"), item.At("spec").At("template").Clone());

    private static Revision OfController(JsonElement item) => new(
        item.At("metadata").Text("name"), item.Long("revision"), item.At("metadata").Moment("creationTimestamp") ?? default, 0, item.At("data").At("spec").At("template").Clone());
}
