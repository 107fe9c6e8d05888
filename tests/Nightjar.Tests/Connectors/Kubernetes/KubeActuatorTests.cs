using System.Text.Json.Nodes;
using Nightjar.Core.Healing;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Services;
using Nightjar.Testing.Kubernetes;

namespace Nightjar.Tests.Connectors.Kubernetes;

/// <summary>What is done to workloads of a cluster: exactly what was decided, on what was seen, or nothing.</summary>
public sealed class KubeActuatorTests
{
    private static readonly HealAction Undo = new HealAction.Undo("deployment/web") { Service = KubeLab.Name };
    private static readonly HealAction Restart = new HealAction.Restart("deployment/web") { Service = KubeLab.Name };
    private static readonly HealAction Raise = new HealAction.RaiseMemory("deployment/web", 1.5, "128Mi") { Service = KubeLab.Name };
    private static readonly HealAction Delete = new HealAction.DeletePod("deployment/web") { Service = KubeLab.Name };
    private static readonly HealAction Evict = new HealAction.Evict("deployment/web") { Service = KubeLab.Name };

    [Fact]
    public async Task An_undo_puts_back_the_template_before_and_leaves_its_mark_after_a_trial()
    {
        await using var lab = await KubeLab.StartAsync();
        lab.Shop.Deploy("nginx:1", "nignx:1");
        Assert.Equal("did roll deployment/web back to revision 1 (image nignx:1 → nginx:1)", await lab.DoAsync(Undo));

        var template = lab.Shop.Web["spec"]?["template"];
        Assert.Equal("nginx:1", lab.Shop.Image);
        Assert.Null(template?["$patch"]);
        Assert.Null(template?["metadata"]?["labels"]?["pod-template-hash"]);
        Assert.Equal("7/heal-1-0-1", $"{lab.Shop.Web["metadata"]?["annotations"]?["nightjar.dev/last-action"]}");
        var patches = lab.Cluster.Asked.Where(a => a.Method == "PATCH").ToList();
        Assert.Equal(["?fieldManager=nightjar&dryRun=All", "?fieldManager=nightjar"], patches.Select(p => p.Query));
        Assert.Equal(patches[0].Body, patches[1].Body);
    }

    [Fact]
    public async Task What_is_kept_of_before_and_after_has_no_variables_in_it()
    {
        await using var lab = await KubeLab.StartAsync();
        lab.Shop.Deploy();
        var action = await lab.AimedAsync(Undo);
        var done = await lab.Actuator.DoAsync(action, TestContext.Current.CancellationToken);
        Assert.Contains("shop/web:2", action.Aim?.Before, StringComparison.Ordinal);
        Assert.Contains("shop/web:1", done.After, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", $"{action.Aim}{done}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_changed_made_anew_or_deleted_since_it_was_seen_is_left_alone()
    {
        await using var lab = await KubeLab.StartAsync();
        lab.Shop.Deploy();
        var action = await lab.AimedAsync(Undo);
        Change(lab, w => w["metadata"]!["generation"] = 3);
        Assert.Contains("deployment/web was changed since it was looked at (generation 2, now 3)", (await Assert.ThrowsAsync<ActionFailedException>(() => lab.Actuator.DoAsync(action, default))).Message, StringComparison.Ordinal);
        Change(lab, w => (w["metadata"]!["generation"], w["metadata"]!["uid"]) = (2, "another"));
        Assert.Contains("is not the one that was looked at", (await Assert.ThrowsAsync<ActionFailedException>(() => lab.Actuator.DoAsync(action, default))).Message, StringComparison.Ordinal);
        lab.Cluster.Delete("/apis/apps/v1/deployments", KubeShop.Space, "web");
        Assert.Equal("deployment/web is gone since it was looked at.", (await Assert.ThrowsAsync<ActionFailedException>(() => lab.Actuator.DoAsync(action, default))).Message);
        Assert.Empty(lab.Cluster.Mutating);
    }

    [Fact]
    public async Task A_status_that_changes_under_our_hands_is_read_again()
    {
        await using var lab = await KubeLab.StartAsync();
        lab.Shop.Deploy();
        var action = await lab.AimedAsync(Undo);
        var times = 0;
        lab.Cluster.Refuses = a =>
        {
            if (a.Method == "PATCH" && times++ < 2)
            {
                lab.Shop.Standing(0);
            }

            return null;
        };
        await lab.Actuator.DoAsync(action, TestContext.Current.CancellationToken);
        Assert.Equal("shop/web:1", lab.Shop.Image);
    }

    [Fact]
    public async Task A_server_that_went_away_in_the_middle_is_waited_for_and_the_deed_is_known_by_its_mark()
    {
        await using var lab = await KubeLab.StartAsync();
        lab.Shop.Deploy();
        var action = await lab.AimedAsync(Undo);
        Assert.False(await lab.Actuator.WasDoneAsync(action, default, TestContext.Current.CancellationToken));
        lab.Cluster.Refuses = a => a.Method == "PATCH" && !a.Query.Contains("dryRun", StringComparison.Ordinal) ? (503, "etcd leader changed") : null;
        await Assert.ThrowsAsync<TryLaterException>(() => lab.Actuator.DoAsync(action, TestContext.Current.CancellationToken));
        Assert.False(await lab.Actuator.WasDoneAsync(action, default, TestContext.Current.CancellationToken));

        lab.Cluster.Refuses = _ => null;
        await lab.Actuator.DoAsync(action, TestContext.Current.CancellationToken);
        Assert.True(await lab.Actuator.WasDoneAsync(action, default, TestContext.Current.CancellationToken));
        Assert.False(await lab.Actuator.WasDoneAsync(action with { Key = "8/heal-1-0-1" }, default, TestContext.Current.CancellationToken));
        var sent = lab.Cluster.Mutating.Count();
        await lab.Actuator.DoAsync(action, TestContext.Current.CancellationToken);
        Assert.Equal(sent, lab.Cluster.Mutating.Count());
    }

    [Fact]
    public async Task A_change_is_taken_back_once_and_not_where_somebody_changed_it_meanwhile()
    {
        await using var lab = await KubeLab.StartAsync();
        lab.Shop.Deploy(container: c => c["resources"] = new JsonObject { ["limits"] = new JsonObject { ["memory"] = "64Mi" } });
        lab.Shop.Pod(KubeShop.Waiting("CrashLoopBackOff"), lab.Shop.Ended("OOMKilled", 137));
        var action = await lab.AimedAsync(Raise);
        Assert.Equal("raise the memory limit of app in deployment/web from 64Mi to 96Mi", action.Aim?.Says);
        await lab.Actuator.DoAsync(action, TestContext.Current.CancellationToken);
        Assert.Equal("96Mi", Limit(lab));

        var back = action with { Key = $"{action.Key}-back" };
        Assert.Contains("deployment/web is as it was before", (await lab.Actuator.TakeBackAsync(back, TestContext.Current.CancellationToken))?.Says, StringComparison.Ordinal);
        Assert.Equal("64Mi", Limit(lab));
        Assert.True(await lab.Actuator.WasDoneAsync(back, default, TestContext.Current.CancellationToken));

        action = await lab.AimedAsync(Raise);
        await lab.Actuator.DoAsync(action, TestContext.Current.CancellationToken);
        Change(lab, w => w["metadata"]!["generation"] = 99);
        Assert.Contains("was changed by somebody else meanwhile", (await Assert.ThrowsAsync<ActionFailedException>(() => lab.Actuator.TakeBackAsync(action with { Key = $"{action.Key}-back" }, default))).Message, StringComparison.Ordinal);
        Assert.Equal("96Mi", Limit(lab));
    }

    [Fact]
    public async Task A_memory_limit_is_raised_up_to_the_ceiling_and_only_where_memory_killed_it()
    {
        await using var lab = await KubeLab.StartAsync();
        lab.Shop.Deploy(container: c => c["resources"] = new JsonObject { ["limits"] = new JsonObject { ["memory"] = "100Mi" } });
        lab.Shop.Well();
        Assert.Equal("No container of deployment/web was killed for its memory.", (await lab.FailsAsync(Raise)).Message);
        lab.Shop.Pod(lab.Shop.Running(), lab.Shop.Ended("OOMKilled", 137));
        Assert.Equal("did raise the memory limit of app in deployment/web from 100Mi to 128Mi", await lab.DoAsync(Raise));
        Assert.Contains("is 128Mi already, and the ceiling is 128Mi", (await lab.FailsAsync(Raise)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_pod_that_was_seen_is_deleted_or_evicted_and_no_other_of_its_name()
    {
        await using var lab = await KubeLab.StartAsync();
        lab.Shop.Deploy();
        lab.Shop.Pod(lab.Shop.Running(), isReady: true, name: "web-bbb-2");
        Assert.Equal("No pod of deployment/web is unwell.", (await lab.FailsAsync(Delete)).Message);
        lab.Shop.Pod(KubeShop.Waiting("RunContainerError"));
        var action = await lab.AimedAsync(Delete);
        Assert.False(await lab.Actuator.WasDoneAsync(action, default, TestContext.Current.CancellationToken));
        await lab.Actuator.DoAsync(action, TestContext.Current.CancellationToken);
        Assert.Null(lab.Cluster.Find("/api/v1/namespaces/shop/pods/web-bbb-1"));
        Assert.True(await lab.Actuator.WasDoneAsync(action, default, TestContext.Current.CancellationToken));
        Assert.Contains("is gone since it was looked at", (await Assert.ThrowsAsync<ActionFailedException>(() => lab.Actuator.DoAsync(action, default))).Message, StringComparison.Ordinal);

        lab.Shop.Pod(KubeShop.Waiting("RunContainerError"), name: "web-bbb-3");
        lab.Cluster.Budgeted.Add("web-bbb-3");
        Assert.Contains("A disruption budget keeps pod web-bbb-3 for now", (await lab.FailsAsync(Evict)).Message, StringComparison.Ordinal);
        lab.Cluster.Budgeted.Clear();
        Assert.Equal("did evict pod web-bbb-3 of deployment/web", await lab.DoAsync(Evict));
        Assert.Contains("\"apiVersion\":\"policy/v1\"", lab.Cluster.Asked.Last(a => a.Method == "POST").Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_somebody_keeps_elsewhere_is_not_patched_and_what_to_change_there_is_said()
    {
        await using var lab = await KubeLab.StartAsync();
        lab.Shop.Deploy("nginx:1", "nignx:1", meta: m => m["annotations"]!["meta.helm.sh/release-name"] = "storefront");
        var left = await lab.FailsAsync(Undo);
        Assert.True(left.IsLeft);
        Assert.Equal("deployment/web is kept by Helm (release storefront), so nothing is patched here. Change it in the values or templates of its chart: roll deployment/web back to revision 1 (image nignx:1 → nginx:1).", left.Message);
        Assert.Equal(new ManifestChange("Deployment", "web", "app", "image", "nignx:1", "nginx:1"), Assert.Single(left.Changes));
        Assert.Empty(lab.Cluster.Mutating);
        Assert.Equal("did restart deployment/web by rolling it out anew", await lab.DoAsync(Restart));
    }

    [Fact]
    public async Task An_image_goes_back_to_the_last_one_that_ran_and_nothing_else_of_the_template_does()
    {
        await using var lab = await KubeLab.StartAsync();
        lab.Shop.Deploy("shop/web:1", "shop/web:gone", c => c["command"] = new JsonArray("serve"));
        lab.Shop.Pod(KubeShop.Waiting("ImagePullBackOff"));
        Assert.Equal("did set the image of app in deployment/web from shop/web:gone back to shop/web:1, as revision 1 had it", await lab.DoAsync(new HealAction.LastImage("deployment/web") { Service = KubeLab.Name }));
        Assert.Equal("shop/web:1", lab.Shop.Image);
    }

    [Fact]
    public async Task Pods_are_added_up_to_the_most_and_not_under_an_autoscaler()
    {
        await using var lab = await KubeLab.StartAsync();
        lab.Shop.Deploy();
        var scale = new HealAction.Scale("deployment/web", 3, 3) { Service = KubeLab.Name };
        Assert.Equal("did scale deployment/web from 1 to 3 pods", await lab.DoAsync(scale));
        Assert.Contains("has 3 pods, which is as many as the playbook allows", (await lab.FailsAsync(scale)).Message, StringComparison.Ordinal);
        lab.Cluster.Put("/apis/autoscaling/v1/horizontalpodautoscalers", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "grows", ["namespace"] = KubeShop.Space }, ["spec"] = new JsonObject { ["scaleTargetRef"] = new JsonObject { ["kind"] = "Deployment", ["name"] = "web" } } });
        Assert.Contains("The autoscaler grows keeps the number", (await lab.FailsAsync(scale with { Most = 9 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_is_kept_free_of_new_pods_and_let_in_again()
    {
        await using var lab = await KubeLab.StartAsync();
        lab.Cluster.Put("/api/v1/nodes", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "n1" }, ["spec"] = new JsonObject() });
        var cordon = await lab.AimedAsync(new HealAction.Cordon("node/n1") { Service = new ServiceName("test") });
        Assert.Equal("did keep new pods away from node/n1", (await lab.Actuator.DoAsync(cordon, TestContext.Current.CancellationToken)).Says);
        Assert.Equal("true", $"{lab.Cluster.Find("/api/v1/nodes/n1")?["spec"]?["unschedulable"]}");
        await lab.DoAsync(new HealAction.Uncordon("node/n1") { Service = new ServiceName("test") });
        Assert.Null(lab.Cluster.Find("/api/v1/nodes/n1")?["spec"]?["unschedulable"]);
    }

    [Fact]
    public async Task A_missing_key_is_only_proposed_in_the_words_of_the_cluster()
    {
        await using var lab = await KubeLab.StartAsync();
        lab.Shop.Deploy();
        lab.Shop.Pod(KubeShop.Waiting("CreateContainerConfigError", "couldn't find key PRICE in ConfigMap shop/settings"));
        var left = await lab.FailsAsync(new HealAction.AddKey("deployment/web") { Service = KubeLab.Name });
        Assert.True(left.IsLeft);
        Assert.StartsWith("Only proposed: couldn't find key PRICE in ConfigMap shop/settings.", left.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_may_be_in_two_places_or_in_none_is_refused_with_what_to_configure()
    {
        await using var two = await KubeLab.StartAsync(["east", "west"], new ClusterPlace { Namespace = KubeShop.Space });
        Assert.Equal("deployment/web may be in east, namespace shop or west, namespace shop: give the service one place for it, kubernetes: {context: …, namespace: …, workload: web}.", (await two.FailsAsync(Undo)).Message);
        await using var none = await KubeLab.StartAsync(null, new ClusterPlace { Namespace = KubeShop.Space, Workload = "api*" });
        Assert.StartsWith("Nobody knows where deployment/web is: give the service a place", (await none.FailsAsync(Undo)).Message, StringComparison.Ordinal);
        Assert.Null((await none.LookAsync()).IsWell);
    }

    [Theory]
    [InlineData("deployment/../../pods/x")]
    [InlineData("deployment/web?x=1")]
    [InlineData("deployment/")]
    [InlineData("deployment/Web")]
    [InlineData("pod/web\n")]
    [InlineData("secret/web")]
    public async Task A_name_that_no_object_can_have_reaches_no_server(string workload)
    {
        await using var lab = await KubeLab.StartAsync();
        var action = new HealAction.DeletePod(workload) { Service = KubeLab.Name };
        await Assert.ThrowsAsync<ActionFailedException>(() => lab.Actuator.AimAsync(action, default));
        await Assert.ThrowsAsync<ActionFailedException>(() => lab.Actuator.AimAsync(action with { Service = new ServiceName("../shop/web") }, default));
        Assert.Empty(lab.Cluster.Asked);
    }

    [Fact]
    public async Task A_workload_is_well_when_its_rollout_is_over_and_all_of_it_is_ready()
    {
        await using var lab = await KubeLab.StartAsync();
        lab.Shop.Deploy();
        lab.Shop.Well();
        Assert.Equal((false, 0), ((await lab.LookAsync()).IsWell, (await lab.LookAsync()).Ready));
        lab.Shop.Standing(ready: 1);
        var well = await lab.LookAsync();
        Assert.Equal((true, 1, "ready, 1 of 1 pods", -5.0), (well.IsWell, well.Ready, well.Says, ((well.RolledOutAt ?? default) - well.At).TotalMinutes));
        Change(lab, w => w["metadata"]!["generation"] = 3);
        Assert.Equal((null, "not seen by its controller yet"), ((await lab.LookAsync()).IsWell, (await lab.LookAsync()).Says));
        lab.Cluster.Refuses = _ => (403, "deployments is forbidden");
        Assert.Null((await lab.LookAsync()).IsWell);
    }

    private static string Limit(KubeLab lab) => $"{lab.Shop.Web["spec"]?["template"]?["spec"]?["containers"]?[0]?["resources"]?["limits"]?["memory"]}";

    private static void Change(KubeLab lab, Action<JsonObject> change)
    {
        var web = lab.Shop.Web;
        change(web);
        lab.Cluster.Put("/apis/apps/v1/deployments", web);
    }
}
