using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Nightjar.Testing.Kubernetes;

/// <summary>Changes as an API server makes them: strategic merge of containers by name, versions and identities that must fit, trials that change nothing.</summary>
public sealed partial class KubeStandIn
{
    /// <summary>What a controller would do after a change that was no trial: told the path and the object as it is now.</summary>
    public Action<string, JsonObject> Controls { get; set; } = (_, _) => { };

    /// <summary>Pods that a disruption budget keeps.</summary>
    public HashSet<string> Budgeted { get; } = [];

    /// <summary>Requests that would have changed something, trials and programs in pods too.</summary>
    public IEnumerable<KubeAsked> Mutating => Asked.Where(a => (a.Method != "GET" || a.Path.EndsWith("/exec", StringComparison.Ordinal)) && !a.Path.Contains("/selfsubject", StringComparison.Ordinal));

    public JsonObject? Find(string path)
    {
        lock (gate)
        {
            return (JsonObject?)objects.GetValueOrDefault(path)?.DeepClone();
        }
    }

    private async Task ChangeAsync(HttpContext http, KubeAsked asked)
    {
        var isTrial = asked.Query.Contains("dryRun=All", StringComparison.Ordinal) || asked.Body.Contains("\"dryRun\":[\"All\"]", StringComparison.Ordinal);
        var path = asked.Path.EndsWith("/eviction", StringComparison.Ordinal) ? asked.Path[..^"/eviction".Length] : asked.Path;
        var (status, answer) = (0, new JsonObject());
        lock (gate)
        {
            (status, answer) = objects.GetValueOrDefault(path) is not { } known ? (404, new JsonObject { ["message"] = $"{path} not found" })
                : asked.Method == "PATCH" ? Patch(path, known, JsonNode.Parse(asked.Body) as JsonObject ?? [], isTrial)
                : path != asked.Path && Budgeted.Contains($"{known["metadata"]?["name"]}") ? (429, new JsonObject { ["message"] = "Cannot evict pod as it would violate the pod's disruption budget." })
                : Remove(path, known, JsonNode.Parse(asked.Body) as JsonObject ?? [], isTrial);
        }

        if (status != 200)
        {
            await StatusAsync(http, status, $"{answer["message"]}");
            return;
        }

        if (!isTrial)
        {
            Controls(path, answer);
        }

        await JsonAsync(http, answer);
    }

    private (int, JsonObject) Patch(string path, JsonObject known, JsonObject patch, bool isTrial)
    {
        var meta = patch["metadata"] as JsonObject ?? [];
        if (meta["resourceVersion"] is { } wanted && $"{wanted}" != $"{known["metadata"]?["resourceVersion"]}")
        {
            return (409, new JsonObject { ["message"] = "the object has been modified; please apply your changes to the latest version and try again" });
        }

        if (meta["uid"] is { } uid && $"{uid}" != $"{known["metadata"]?["uid"]}")
        {
            return (409, new JsonObject { ["message"] = "Precondition failed: UID in precondition differs" });
        }

        var changed = (JsonObject)known.DeepClone();
        Merge(changed, patch);
        if (changed["spec"]?.ToJsonString() != known["spec"]?.ToJsonString() && known["metadata"]?["generation"] is { } generation)
        {
            changed["metadata"]!["generation"] = long.Parse($"{generation}", CultureInfo.InvariantCulture) + 1;
        }

        if (isTrial)
        {
            return (200, changed);
        }

        version++;
        changed["metadata"]!["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture);
        objects[path] = changed;
        Tell(path, "MODIFIED", changed);
        return (200, (JsonObject)changed.DeepClone());
    }

    private (int, JsonObject) Remove(string path, JsonObject known, JsonObject body, bool isTrial)
    {
        var options = body["deleteOptions"] as JsonObject ?? body;
        if (options["preconditions"]?["uid"] is { } uid && $"{uid}" != $"{known["metadata"]?["uid"]}")
        {
            return (409, new JsonObject { ["message"] = "Precondition failed: UID in precondition differs" });
        }

        if (!isTrial)
        {
            objects.Remove(path);
            version++;
            Tell(path, "DELETED", known);
        }

        return (200, (JsonObject)known.DeepClone());
    }

    private static void Merge(JsonObject into, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            switch (value)
            {
                case null:
                    into.Remove(name);
                    break;
                case JsonObject map when into[name] is JsonObject known && $"{map["$patch"]}" != "replace":
                    Merge(known, map);
                    break;
                case JsonArray list when into[name] is JsonArray known && list.All(i => i?["name"] is not null):
                    foreach (var item in list.OfType<JsonObject>())
                    {
                        if (known.OfType<JsonObject>().FirstOrDefault(k => $"{k["name"]}" == $"{item["name"]}") is { } same)
                        {
                            Merge(same, item);
                        }
                        else
                        {
                            known.Add(item.DeepClone());
                        }
                    }

                    break;
                default:
                    var copy = value.DeepClone();
                    (copy as JsonObject)?.Remove("$patch");
                    into[name] = copy;
                    break;
            }
        }
    }
}
