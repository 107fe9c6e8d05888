using System.Globalization;
using System.Text.Json.Nodes;
using Nightjar.Testing.Kubernetes;

namespace Nightjar.Benchmarks;

/// <summary>A cluster of the size that companies have, of deployments of ten pods each, in which things change all the time.</summary>
internal sealed class SimulatedCluster : IAsyncDisposable
{
    private const int PodsOfOne = 10;

    private readonly string kubeconfig = Path.GetTempFileName();
    private readonly Random random = new(7);
    private readonly int pods;

    private SimulatedCluster(KubeStandIn server, int pods) => (Server, this.pods) = (server, pods);

    public KubeStandIn Server { get; }

    public string Kubeconfig => kubeconfig;

    public static async Task<SimulatedCluster> StartAsync(int pods)
    {
        var cluster = new SimulatedCluster(await KubeStandIn.StartAsync(), pods);
        await File.WriteAllTextAsync(cluster.kubeconfig, $"apiVersion: v1\nkind: Config\nclusters: [{{name: sim, cluster: {{server: '{cluster.Server.Url}'}}}}]\nusers: [{{name: sim, user: {{token: t}}}}]\ncontexts: [{{name: sim, context: {{cluster: sim, user: sim}}}}]\ncurrent-context: sim\n");
        cluster.Fill();
        return cluster;
    }

    /// <summary>One pod of a deployment that nobody else fails begins to crash.</summary>
    public void Fail(int deployment) => Pod(deployment * PodsOfOne, """{"phase": "Running", "containerStatuses": [{"name": "app", "restartCount": 3, "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {"terminated": {"exitCode": 1}}}]}""");

    /// <summary>A pod of the other half changes, and is well.</summary>
    public void Change() => Pod(random.Next(pods / 2, pods), Well);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        File.Delete(kubeconfig);
    }

    private static string Well => """{"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}], "containerStatuses": [{"name": "app", "ready": true, "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}}}]}""";

    private void Fill()
    {
        for (var node = 0; node < pods / 50; node++)
        {
            Server.Put("/api/v1/nodes", Named($"node-{node}", null, ("status", JsonNode.Parse("""{"conditions": [{"type": "Ready", "status": "True"}]}"""))));
        }

        for (var deployment = 0; deployment < pods / PodsOfOne; deployment++)
        {
            var (name, space) = (Name(deployment), Space(deployment));
            Server.Put("/apis/apps/v1/deployments", Named(name, space, ("spec", JsonNode.Parse($$$"""{"replicas": 10, "selector": {"matchLabels": {"app": "{{{name}}}"} } }""")), ("status", JsonNode.Parse("""{"readyReplicas": 10, "availableReplicas": 10}"""))));
            var set = Named($"{name}-1", space, ("spec", JsonNode.Parse("""{"replicas": 10}""")), ("status", JsonNode.Parse("""{"readyReplicas": 9}""")));
            set["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = "Deployment", ["name"] = name, ["controller"] = true });
            Server.Put("/apis/apps/v1/replicasets", set);
        }

        for (var pod = 0; pod < pods; pod++)
        {
            Pod(pod, Well);
        }
    }

    private void Pod(int number, string status)
    {
        var deployment = number / PodsOfOne;
        var pod = Named(string.Create(CultureInfo.InvariantCulture, $"{Name(deployment)}-1-{number}"), Space(deployment), ("status", JsonNode.Parse(status)));
        pod["metadata"]!["labels"] = new JsonObject { ["app"] = Name(deployment), ["pod-template-hash"] = "1" };
        pod["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = "ReplicaSet", ["name"] = $"{Name(deployment)}-1", ["controller"] = true });
        // As much as kubelet and its friends write of a pod.
        pod["metadata"]!["managedFields"] = new JsonArray([.. Enumerable.Range(0, 40).Select(i => new JsonObject { ["manager"] = "kube-controller-manager", ["fieldsV1"] = new JsonObject { [$"f:field-{i}"] = "f:spec f:containers f:resources" } })]);
        pod["spec"] = JsonNode.Parse($$"""{"nodeName": "node-{{number / 50}}", "containers": [{"name": "app", "image": "shop/app:1", "resources": {"limits": {"memory": "64Mi"} } }]}""");
        Server.Put("/api/v1/pods", pod);
    }

    private static JsonObject Named(string name, string? space, params (string Key, JsonNode? Value)[] more)
    {
        var item = new JsonObject { ["metadata"] = new JsonObject { ["name"] = name, ["creationTimestamp"] = "2026-01-01T00:00:00Z" } };
        if (space is not null)
        {
            item["metadata"]!["namespace"] = space;
        }

        foreach (var (key, value) in more)
        {
            item[key] = value;
        }

        return item;
    }

    private static string Name(int deployment) => string.Create(CultureInfo.InvariantCulture, $"web-{deployment}");

    private static string Space(int deployment) => string.Create(CultureInfo.InvariantCulture, $"team-{deployment % 20}");
}
