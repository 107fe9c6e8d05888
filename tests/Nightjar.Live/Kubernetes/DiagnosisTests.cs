using System.Text.Json.Nodes;

namespace Nightjar.Live.Kubernetes;

/// <summary>What <c>nightjar diagnose</c> says of workloads that really fail: the first cause is the right one, in the cluster's own words.</summary>
public sealed class DiagnosisTests(Space space) : IClassFixture<Space>
{
    /// <summary>Until a failure shows itself, and the program has looked a few times.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task A_file_that_is_not_there()
    {
        await space.DeployAsync("no-file", "echo starting; cat /etc/shop/prices.json");
        await NamesAsync("no-file", "file-missing", "/etc/shop/prices.json");
    }

    [Fact]
    public async Task An_image_that_was_misspelt_in_a_rollout()
    {
        await space.DeployAsync("image", "sleep 1000");
        var wrong = TestCluster.Image.Replace("busybox", "buysbox", StringComparison.Ordinal);
        await space.PatchAsync("apps/v1/deployments", "image", "{\"spec\": {\"template\": {\"spec\": {\"containers\": [{\"name\": \"app\", \"image\": \"" + wrong + "\"}]}}}}");
        await NamesAsync("image", "image-not-found", TestCluster.Image);
    }

    [Fact]
    public async Task More_memory_than_its_limit()
    {
        await space.DeployAsync("leaks", "sleep 1; x=aaaaaaaaaaaaaaaa; while true; do x=$x$x; done", "resources: {limits: {memory: 16Mi}}");
        await NamesAsync("leaks", "memory-limit-exceeded", "limits.memory: 16Mi");
    }

    [Fact]
    public async Task A_readiness_probe_of_the_wrong_port()
    {
        await space.DeployAsync("wrong-port", "echo listening on port 8080; httpd -f -p 8080 -h /", "ports: [{containerPort: 8080}], readinessProbe: {httpGet: {path: /, port: 8081}, periodSeconds: 1}");
        await NamesAsync("wrong-port", "readiness-probe-wrong-port", "connection refused");
    }

    [Fact]
    public async Task More_CPU_than_any_node_has()
    {
        await space.DeployAsync("greedy", "sleep 1000", "resources: {requests: {cpu: 1000}}");
        await NamesAsync("greedy", "cpu-insufficient", "Insufficient cpu");
    }

    [Fact]
    public async Task A_selector_that_no_node_fits()
    {
        await space.DeployAsync("picky", "sleep 1000", pod: $"nodeSelector: {{disk: {space.Name}}}");
        await NamesAsync("picky", "node-selector-unmatched", $"spec.nodeSelector.disk: {space.Name}");
    }

    [Fact]
    public async Task A_taint_on_the_only_node_that_it_could_have()
    {
        await space.CreateAsync($"{{apiVersion: v1, kind: Node, metadata: {{name: {space.Name}, labels: {{only: {space.Name}}}}}, spec: {{taints: [{{key: gpu, value: only, effect: NoSchedule}}]}}}}");
        await space.DeployAsync("kept-away", "sleep 1000", pod: $"nodeSelector: {{only: {space.Name}}}");
        await NamesAsync("kept-away", "taint-not-tolerated", "gpu: only");
    }

    [Fact]
    public async Task A_storage_class_that_is_not_there()
    {
        await space.CreateAsync("""
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: data}
            spec:
              accessModes: [ReadWriteOnce]
              storageClassName: gold
              resources:
                requests: {storage: 1Gi}
            """);
        await space.DeployAsync("keeps", "sleep 1000", pod: "volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]");
        await NamesAsync("keeps", "claim-class-missing", "\"gold\" not found");
    }

    [Fact]
    public async Task A_quota_that_is_used_up()
    {
        await using var small = new Space();
        await small.InitializeAsync();
        await small.CreateAsync("{apiVersion: v1, kind: ResourceQuota, metadata: {name: few}, spec: {hard: {pods: 0}}}");
        await small.DeployAsync("crowd", "sleep 1000");
        await NamesAsync("crowd", "quota-pods", "exceeded quota: few", small);
    }

    [Fact]
    public async Task What_is_well_has_no_cause()
    {
        await space.DeployAsync("well", "httpd -f -p 8080 -h /", "readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}");
        await space.WaitAsync("v1/pods", "it to be ready", p => $"{p["metadata"]?["labels"]?["app"]}" == "well" && $"{p["status"]?["containerStatuses"]?[0]?["ready"]}" == "true");

        Assert.DoesNotContain(Causes(await DiagnoseAsync(space, "well")), c => $"{c["about"]?["name"]}" == "well");
    }

    /// <summary>Asks until the cause is there; then it is the first, likely enough, and quotes the cluster.</summary>
    private async Task NamesAsync(string name, string cause, string quoted, Space? other = null)
    {
        var answer = await Until.IsThereAsync($"{cause} of {name}", Limit, async () => await DiagnoseAsync(other ?? space, name) is { } said && Causes(said).Any(c => $"{c["cause"]}" == cause) ? said : null);
        var first = Causes(answer)[0];
        Assert.Equal(cause, $"{first["cause"]}");
        Assert.True((double?)first["confidence"] >= 0.8, $"{first["confidence"]}");
        var ids = (first["evidence"]?.AsArray() ?? []).Select(i => $"{i}").ToList();
        Assert.Contains(answer["quotes"]?.AsArray() ?? [], q => ids.Contains($"{q?["id"]}") && $"{q?["text"]}".Contains(quoted, StringComparison.Ordinal));
    }

    private static async Task<JsonNode> DiagnoseAsync(Space space, string name)
    {
        _ = space.Api;
        await using var place = new Place();
        var ran = await Program.RunAsync(place, "diagnose", $"{space.Name}/{name}", "--context", TestCluster.Context, "--json");
        return ran.Out.Length > 0 ? JsonNode.Parse(ran.Out) ?? new JsonObject() : throw new InvalidOperationException(ran.Error);
    }

    private static List<JsonNode> Causes(JsonNode answer) => [.. (answer["causes"]?.AsArray() ?? []).OfType<JsonNode>()];
}
