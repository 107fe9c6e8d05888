using System.Text.Json.Nodes;

namespace Nightjar.Live.Kubernetes;

/// <summary>The whole program with workloads of a real cluster that break: from the break to healed by a playbook, or back to how it was.</summary>
public sealed class HealingTests(Space space) : IClassFixture<Space>
{
    private const string Serves = "httpd -f -p 8080 -h /www";

    private const string Ready = "ports: [{containerPort: 8080}], readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}";

    private const string Nignx = """{"spec": {"template": {"spec": {"containers": [{"name": "app", "image": "nignx:1.19"}]}}}}""";

    private const string UndoImage = "when: {conditions: [image-pull], afterRollout: 1h}\ndo: [rollout-undo]\nverify: {for: 5s, within: 40s}\n";

    [Fact]
    public async Task A_typo_in_the_image_is_rolled_back_whole()
    {
        await using var place = new Place();
        await DeployAsync("typo");
        var daemon = await RunAsync(place, "autonomous", UndoImage);
        await space.PatchAsync("apps/v1/deployments", "typo", Nignx);

        var incident = await StateAsync(daemon, "typo", "resolved");
        Assert.Equal("healed", $"{incident["outcome"]}");
        Assert.StartsWith("roll deployment/typo back to revision 1 (image nignx:1.19 → nightjar-test/busybox:1)", $"{incident["tried"]?[0]?["label"]}", StringComparison.Ordinal);
        var container = (await WorkloadAsync("typo", _ => true))["spec"]?["template"]?["spec"]?["containers"]?[0];
        Assert.Equal((TestCluster.Image, "8080"), ($"{container?["image"]}", $"{container?["readinessProbe"]?["tcpSocket"]?["port"]}"));
    }

    [Fact]
    public async Task A_stateful_set_that_waits_for_a_pod_that_never_starts_is_rolled_back_all_the_same()
    {
        await using var place = new Place();
        await space.CreateAsync($"{{apiVersion: apps/v1, kind: StatefulSet, metadata: {{name: keeps}}, spec: {{serviceName: keeps, selector: {{matchLabels: {{app: keeps}}}}, template: {{metadata: {{labels: {{app: keeps}}}}, spec: {{terminationGracePeriodSeconds: 1, containers: [{Space.Container("app", Serves, Ready)}]}}}}}}}}");
        await space.WaitAsync("apps/v1/statefulsets", "keeps to be ready", s => $"{s["metadata"]?["name"]}" == "keeps" && IsReady(s));

        // The kubelet has been seen to take a minute to end a pod that never started.
        var daemon = await RunAsync(place, "autonomous", UndoImage.Replace("within: 40s", "within: 3m", StringComparison.Ordinal));
        await space.PatchAsync("apps/v1/statefulsets", "keeps", Nignx);

        await space.WaitAsync("apps/v1/statefulsets", "keeps to be rolled back", s => $"{s["metadata"]?["name"]}" == "keeps" && $"{s["metadata"]?["generation"]}" == "3" && IsReady(s), TimeSpan.FromMinutes(3));
        Assert.Equal("healed", $"{(await StateAsync(daemon, "keeps", "resolved"))["outcome"]}");
    }

    [Fact]
    public async Task A_limit_that_is_one_step_too_low_is_raised_when_a_person_says_yes()
    {
        await using var place = new Place();
        var daemon = await RunAsync(place, "autonomous", "when: {conditions: [oom-killed, container-exited]}\ndo: [{action: raise-memory, factor: 4, ceiling: 64Mi, attempts: 1}]\nverify: {for: 5s, within: 40s}\n");
        await space.DeployAsync("outgrows", $"x=aaaaaaaaaaaaaaaa; i=0; while [ $i -lt 19 ]; do x=$x$x; i=$((i+1)); done; {Serves}", $"{Ready}, resources: {{limits: {{memory: 16Mi}}}}");
        Assert.StartsWith("Shall I raise the memory limit of app in deployment/outgrows from 16Mi to 64Mi?", await AskedAsync(daemon, "outgrows"), StringComparison.Ordinal);
        await ApproveAsync(daemon, "outgrows");

        Assert.Equal("healed", $"{(await StateAsync(daemon, "outgrows", "resolved"))["outcome"]}");
        Assert.Equal("64Mi", $"{(await WorkloadAsync("outgrows", _ => true))["spec"]?["template"]?["spec"]?["containers"]?[0]?["resources"]?["limits"]?["memory"]}");
    }

    [Fact]
    public async Task A_readiness_probe_on_the_wrong_port_is_pointed_to_the_one_that_is_served()
    {
        await using var place = new Place();
        var daemon = await RunAsync(place, "autonomous", "when: {conditions: [not-ready]}\ndo: [{action: mend-probe, attempts: 1}]\nverify: {for: 3s, within: 40s}\n");
        await space.DeployAsync("elsewhere", Serves, "ports: [{containerPort: 8080}], readinessProbe: {tcpSocket: {port: 8081}, periodSeconds: 1, failureThreshold: 1}");
        Assert.StartsWith("Shall I let the readinessProbe of app in deployment/elsewhere ask port 8080, which the container declares, instead of 8081?", await AskedAsync(daemon, "elsewhere"), StringComparison.Ordinal);
        await ApproveAsync(daemon, "elsewhere");
        Assert.Equal("healed", $"{(await StateAsync(daemon, "elsewhere", "resolved"))["outcome"]}");
    }

    [Fact]
    public async Task A_program_in_a_running_pod_mends_it_by_the_remedy_of_its_service()
    {
        await using var place = new Place();
        var daemon = await RunAsync(place, "autonomous", "when: {conditions: [not-ready]}\ndo: [{action: unlock, attempts: 1}]\nverify: {for: 3s, within: 20s}\n",
            $"services:\n  - name: locked\n    kubernetes: {{namespace: {space.Name}, workload: locked}}\n    remedies: [{{name: unlock, exec: [/bin/touch, /tmp/unlocked]}}]");
        await space.DeployAsync("locked", Serves, "readinessProbe: {exec: {command: [/bin/test, -e, /tmp/unlocked]}, periodSeconds: 1, failureThreshold: 1}");
        Assert.Equal("healed", $"{(await StateAsync(daemon, "locked", "resolved", own: true))["outcome"]}");
    }

    [Fact]
    public async Task A_heal_that_makes_it_worse_is_taken_back()
    {
        await using var place = new Place();
        var once = $"if [ -e /kept/once ]; then {Serves}; fi; touch /kept/once; exit 1";
        await space.DeployAsync("worse", Serves, pod: "volumes: [{name: kept, emptyDir: {}}]");
        await space.PatchAsync("apps/v1/deployments", "worse", """{"spec": {"strategy": {"type": "Recreate", "rollingUpdate": null}}}""");
        await space.PatchAsync("apps/v1/deployments", "worse", Nignx);
        await WorkloadAsync("worse", d => $"{d["metadata"]?["annotations"]?["deployment.kubernetes.io/revision"]}" == "2");
        await space.PatchAsync("apps/v1/deployments", "worse", $$$"""{"spec": {"template": {"spec": {"containers": [{"name": "app", "image": "{{{TestCluster.Image}}}", "imagePullPolicy": "Never", "command": ["/bin/sh", "-c", "{{{once}}}"], "volumeMounts": [{"name": "kept", "mountPath": "/kept"}], "readinessProbe": {"tcpSocket": {"port": 8080}, "periodSeconds": 1} }]} } } }""");
        await WorkloadAsync("worse", IsReady);
        var daemon = await RunAsync(place, "autonomous", "when: {conditions: [container-exited]}\ndo: [{action: rollout-undo, attempts: 1}]\nverify: {for: 2s, within: 20s}\n");

        var incident = await TriedAsync(daemon, "worse");
        Assert.Equal("rolledBack", $"{incident["tried"]?[0]?["end"]}");
        Assert.Contains("it made it worse: 0 ready, 1 before; taken back: deployment/worse is as it was before", $"{incident["tried"]?[0]?["says"]}", StringComparison.Ordinal);

        // Recreate waits for the pod that cannot pull its image to be gone, for which the kubelet has been seen to take a minute.
        Assert.Equal(TestCluster.Image, $"{(await WorkloadAsync("worse", IsReady, TimeSpan.FromMinutes(3)))["spec"]?["template"]?["spec"]?["containers"]?[0]?["image"]}");
    }

    [Fact]
    public async Task Killed_in_the_middle_of_a_heal_it_goes_on_and_does_nothing_twice()
    {
        await using var place = new Place();
        await DeployAsync("killed");
        var daemon = await RunAsync(place, "autonomous", UndoImage);
        await space.PatchAsync("apps/v1/deployments", "killed", Nignx);
        var done = await WorkloadAsync("killed", IsMarked);
        daemon.Program.Send("KILL");
        await daemon.Program.EndAsync(TimeSpan.FromSeconds(10));

        daemon = await RunAsync(place, "autonomous", UndoImage);
        Assert.Equal("healed", $"{(await StateAsync(daemon, "killed", "resolved"))["outcome"]}");
        Assert.Equal($"{done["metadata"]?["generation"]}", $"{(await WorkloadAsync("killed", IsReady))["metadata"]?["generation"]}");
    }

    [Fact]
    public async Task An_API_server_that_is_killed_in_the_middle_of_a_heal_is_waited_for()
    {
        await using var place = new Place();
        await DeployAsync("survives");
        Assert.SkipUnless(ApiServer.MayBeKilled, ApiServer.WhyNot);
        var daemon = await RunAsync(place, "autonomous", UndoImage);
        await space.PatchAsync("apps/v1/deployments", "survives", Nignx);
        await WorkloadAsync("survives", IsMarked);
        await ApiServer.KillAndStartAsync();
        Assert.Equal("healed", $"{(await StateAsync(daemon, "survives", "resolved"))["outcome"]}");
    }

    /// <summary>A deployment that is ready, so that its first revision ran.</summary>
    private async Task DeployAsync(string name)
    {
        await space.DeployAsync(name, Serves, Ready);
        await WorkloadAsync(name, IsReady);
    }

    private Task<JsonNode> WorkloadAsync(string name, Func<JsonNode, bool> isIt, TimeSpan? limit = null) =>
        space.WaitAsync("apps/v1/deployments", $"{name} to be so", d => $"{d["metadata"]?["name"]}" == name && isIt(d), limit);

    private static bool IsReady(JsonNode deployment) => $"{deployment["status"]?["readyReplicas"]}" == "1" && $"{deployment["status"]?["observedGeneration"]}" == $"{deployment["metadata"]?["generation"]}";

    private static bool IsMarked(JsonNode deployment) => deployment["metadata"]?["annotations"]?["nightjar.dev/last-action"] is not null;

    private Task<Daemon> RunAsync(Place place, string mode, string playbook, string more = "")
    {
        var folder = Directory.CreateDirectory(place.File("playbooks")).FullName;
        File.WriteAllText(Path.Combine(folder, "only.yaml"), playbook);
        return ClusterShop.RunAsync(place, $"mode: {mode}\nplaybooks: {folder}\n{more}", space.Name);
    }

    private async Task<JsonNode> FindAsync(Daemon daemon, string what, string name, Func<JsonNode, bool> isIt, bool own = false)
    {
        var service = own ? name : $"{space.Name}/{name}";
        var all = await daemon.WaitAsync($"the incident of {name} {what}", n => Of(n).Any(isIt), "incidents?limit=200");
        return (await daemon.GetAsync($"incidents/{Of(all).First(isIt)["number"]}"))["incident"] ?? new JsonObject();

        IEnumerable<JsonNode> Of(JsonNode answer) => (answer["incidents"]?.AsArray() ?? []).OfType<JsonNode>().Where(i => $"{i["service"]}" == service);
    }

    private Task<JsonNode> StateAsync(Daemon daemon, string name, string state, bool own = false) => FindAsync(daemon, $"to be {state}", name, i => $"{i["state"]}" == state, own);

    private async Task<string> AskedAsync(Daemon daemon, string name) => $"{(await StateAsync(daemon, name, "needsHuman"))["question"]?["text"]}";

    private async Task ApproveAsync(Daemon daemon, string name)
    {
        var said = await daemon.CliAsync("approve", $"{(await StateAsync(daemon, name, "needsHuman"))["number"]}", "--reason", "go");
        Assert.True(said.Code == 0, said.ToString());
    }

    /// <summary>The incident once an action of it has ended.</summary>
    private async Task<JsonNode> TriedAsync(Daemon daemon, string name)
    {
        var number = (await FindAsync(daemon, "to be there", name, _ => true))["number"];
        return (await daemon.WaitAsync("an action to end", i => i["incident"]?["tried"]?.AsArray().Count > 0, $"incidents/{number}"))["incident"] ?? new JsonObject();
    }
}
