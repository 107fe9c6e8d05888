using System.Globalization;
using System.Text.Json.Nodes;

namespace Nightjar.Testing.Kubernetes;

/// <summary>A deployment in a stand-in cluster with a past, and pods that are as a test says.</summary>
public sealed class KubeShop(KubeStandIn cluster, DateTimeOffset now)
{
    public const string Space = "shop";

    public const string Path = "/apis/apps/v1/namespaces/shop/deployments/web";

    public KubeStandIn Cluster => cluster;

    public JsonObject Web => cluster.Find(Path) ?? throw new InvalidOperationException("there is no deployment web");

    public string Image => $"{Web["spec"]?["template"]?["spec"]?["containers"]?[0]?["image"]}";

    /// <summary>Two rollouts: what ran an hour ago, and what was rolled out five minutes ago.</summary>
    public void Deploy(string before = "shop/web:1", string after = "shop/web:2", Action<JsonObject>? container = null, Action<JsonObject>? meta = null)
    {
        Put("web-aaa", 1, before, now.AddHours(-1), container);
        Put("web-bbb", 2, after, now.AddMinutes(-5), container);
        var web = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "web", ["namespace"] = Space, ["uid"] = "web-uid", ["generation"] = 2, ["creationTimestamp"] = At(now.AddDays(-9)), ["annotations"] = new JsonObject { ["deployment.kubernetes.io/revision"] = "2" } },
            ["spec"] = new JsonObject { ["replicas"] = 1, ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = "web" } }, ["template"] = Template("web", after, container) },
        };
        meta?.Invoke((JsonObject)web["metadata"]!);
        cluster.Put("/apis/apps/v1/deployments", web);
        Standing(ready: 0);
    }

    /// <summary>What the controller counts of it, having seen the newest of its spec.</summary>
    public void Standing(int ready, int wanted = 1)
    {
        var web = Web;
        web["status"] = new JsonObject { ["observedGeneration"] = web["metadata"]?["generation"]?.DeepClone(), ["replicas"] = wanted, ["updatedReplicas"] = wanted, ["readyReplicas"] = ready, ["availableReplicas"] = ready };
        cluster.Put("/apis/apps/v1/deployments", web);
    }

    /// <summary>One pod of the newest revision.</summary>
    /// <param name="state">Of its container: <c>waiting</c>, <c>running</c> and so on, as the API has them.</param>
    public void Pod(JsonObject state, JsonObject? last = null, bool isReady = false, string name = "web-bbb-1", int restarts = 0, Action<JsonObject>? container = null, string hash = "bbb") => cluster.Put("/api/v1/pods", new JsonObject
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = name, ["namespace"] = Space, ["uid"] = $"{name}-uid", ["creationTimestamp"] = At(now.AddMinutes(-5)), ["labels"] = new JsonObject { ["app"] = "web", ["pod-template-hash"] = hash },
            ["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = "ReplicaSet", ["name"] = $"web-{hash}", ["controller"] = true }),
        },
        ["spec"] = Template("web", "shop/web:2", container)["spec"]!.DeepClone(),
        ["status"] = new JsonObject
        {
            ["phase"] = "Running",
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = isReady ? "True" : "False" }),
            ["containerStatuses"] = new JsonArray(new JsonObject { ["name"] = "app", ["ready"] = isReady, ["restartCount"] = restarts, ["state"] = state, ["lastState"] = last ?? [] }),
        },
    });

    public void Well() => Pod(Running(), isReady: true);

    public JsonObject Running() => new() { ["running"] = new JsonObject { ["startedAt"] = At(now.AddMinutes(-4)) } };

    public static JsonObject Waiting(string reason, string message = "") => new() { ["waiting"] = new JsonObject { ["reason"] = reason, ["message"] = message } };

    public JsonObject Ended(string reason, int code) => new() { ["terminated"] = new JsonObject { ["reason"] = reason, ["exitCode"] = code, ["finishedAt"] = At(now.AddMinutes(-3)), ["startedAt"] = At(now.AddMinutes(-4)) } };

    private void Put(string name, int revision, string image, DateTimeOffset at, Action<JsonObject>? container) => cluster.Put("/apis/apps/v1/replicasets", new JsonObject
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = name, ["namespace"] = Space, ["creationTimestamp"] = At(at), ["annotations"] = new JsonObject { ["deployment.kubernetes.io/revision"] = revision.ToString(CultureInfo.InvariantCulture) },
            ["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = "Deployment", ["name"] = "web", ["uid"] = "web-uid", ["controller"] = true }),
        },
        ["spec"] = new JsonObject { ["template"] = Template(name, image, container) },
    });

    private static JsonObject Template(string of, string image, Action<JsonObject>? container)
    {
        var app = new JsonObject { ["name"] = "app", ["image"] = image, ["env"] = new JsonArray(new JsonObject { ["name"] = "PASSWORD", ["value"] = "hunter2" }) };
        container?.Invoke(app);
        var labels = new JsonObject { ["app"] = "web" };
        if (of != "web")
        {
            labels["pod-template-hash"] = of["web-".Length..];
        }

        return new JsonObject { ["metadata"] = new JsonObject { ["labels"] = labels }, ["spec"] = new JsonObject { ["containers"] = new JsonArray(app) } };
    }

    private static string At(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
