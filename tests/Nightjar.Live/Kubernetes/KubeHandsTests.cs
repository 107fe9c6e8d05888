using Nightjar.Connectors.Kubernetes;
using Nightjar.Core.Healing;
using Nightjar.Core.Services;

namespace Nightjar.Live.Kubernetes;

/// <summary>The hands on a real cluster, one by one: what the stand-in does, the real server does.</summary>
public sealed class KubeHandsTests(Space space) : IClassFixture<Space>
{
    private const string Serves = "httpd -f -p 8080 -h /www";

    [Fact]
    public async Task Programs_in_a_pod_end_with_their_code_their_output_is_bounded_and_their_time_too()
    {
        using var hands = await HandsAsync("runs", Serves);
        Task<ActionResult> Run(params string[] words) => hands.Actuator.DoAsync(new HealAction.Exec("deployment/runs", [.. words]) { Service = Name("runs"), Timeout = TimeSpan.FromSeconds(20) }, TestContext.Current.CancellationToken);

        Assert.EndsWith(", container app, exit code 0: $(id) ; `x`\n", (await Run("/bin/echo", "$(id) ; `x`")).Says, StringComparison.Ordinal);
        Assert.EndsWith("ended with exit code 7: no\n", (await Assert.ThrowsAsync<ActionFailedException>(() => Run("/bin/sh", "-c", "echo no >&2; exit 7"))).Message, StringComparison.Ordinal);
        Assert.EndsWith("(20000000 bytes in all)", (await Run("/bin/head", "-c", "20000000", "/dev/zero")).Says, StringComparison.Ordinal);
        Assert.Contains("ended with exit code 12", (await Assert.ThrowsAsync<ActionFailedException>(() => Run("/bin/nothing-of-that-name"))).Message, StringComparison.Ordinal);
        var endless = new HealAction.Exec("deployment/runs", ["/bin/sleep", "100"]) { Service = Name("runs"), Timeout = TimeSpan.FromSeconds(1) };
        Assert.Contains("took longer than 1 s and was left", (await Assert.ThrowsAsync<ActionFailedException>(() => hands.Actuator.DoAsync(endless, default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restart_and_a_scale_are_rolled_out_and_an_eviction_is_taken_in_the_version_of_the_server()
    {
        using var hands = await HandsAsync("moves", Serves);
        await DoAsync(hands, new HealAction.Scale("deployment/moves", 1, 5) { Service = Name("moves") });
        await space.WaitAsync("apps/v1/deployments", "two pods", d => $"{d["metadata"]?["name"]}" == "moves" && $"{d["status"]?["readyReplicas"]}" == "2");
        await DoAsync(hands, new HealAction.Restart("deployment/moves") { Service = Name("moves") });
        await space.WaitAsync("apps/v1/deployments", "a second revision", d => $"{d["metadata"]?["name"]}" == "moves" && $"{d["metadata"]?["annotations"]?["deployment.kubernetes.io/revision"]}" == "2");

        var pod = await space.WaitAsync("v1/pods", "a pod", p => $"{p["metadata"]?["labels"]?["app"]}" == "moves" && Space.State(p, "running") is not null && p["metadata"]?["deletionTimestamp"] is null);
        var evict = new HealAction.Evict($"pod/{pod["metadata"]?["name"]}") { Service = Name("moves") };
        evict = evict with { Key = "1/x", Aim = await hands.Actuator.AimAsync(evict, TestContext.Current.CancellationToken) };
        await hands.Actuator.DoAsync(evict, TestContext.Current.CancellationToken);
        Assert.True(await hands.Actuator.WasDoneAsync(evict, default, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_deployment_that_was_changed_since_it_was_seen_is_left_alone_and_one_that_Helm_keeps_is_never_patched()
    {
        using var hands = await HandsAsync("kept", Serves);
        var scale = new HealAction.Scale("deployment/kept", 1, 5) { Service = Name("kept") };
        var aimed = scale with { Key = "1/x", Aim = await hands.Actuator.AimAsync(scale, TestContext.Current.CancellationToken) };
        await space.PatchAsync("apps/v1/deployments", "kept", """{"spec": {"minReadySeconds": 1}}""");
        Assert.Contains("was changed since it was looked at", (await Assert.ThrowsAsync<ActionFailedException>(() => hands.Actuator.DoAsync(aimed, default))).Message, StringComparison.Ordinal);

        await space.PatchAsync("apps/v1/deployments", "kept", """{"metadata": {"annotations": {"meta.helm.sh/release-name": "storefront"}}}""");
        Assert.True((await Assert.ThrowsAsync<ActionFailedException>(() => hands.Actuator.AimAsync(scale, default))).IsLeft);
        Assert.DoesNotContain("nightjar", $"{(await space.WaitAsync("apps/v1/deployments", "it", d => $"{d["metadata"]?["name"]}" == "kept"))["metadata"]?["managedFields"]?.ToJsonString().Replace("nightjar-test", "", StringComparison.Ordinal)}", StringComparison.Ordinal);
    }

    private ServiceName Name(string workload) => new($"{space.Name}/{workload}");

    private static async Task DoAsync(ClusterHands hands, HealAction action) =>
        await hands.Actuator.DoAsync(action with { Key = $"{Guid.NewGuid()}", Aim = await hands.Actuator.AimAsync(action, TestContext.Current.CancellationToken) }, TestContext.Current.CancellationToken);

    /// <summary>The hands, and a deployment that is ready.</summary>
    private async Task<ClusterHands> HandsAsync(string name, string script)
    {
        await space.DeployAsync(name, script, "ports: [{containerPort: 8080}], readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}");
        await space.WaitAsync("apps/v1/deployments", "it to be ready", d => $"{d["metadata"]?["name"]}" == name && $"{d["status"]?["readyReplicas"]}" == "1");
        return new KubernetesRoom(new KubernetesOptions { IsOn = true, Contexts = [TestCluster.Context], Namespaces = [space.Name] }, TimeProvider.System).Hands(new Catalogue([]));
    }
}
