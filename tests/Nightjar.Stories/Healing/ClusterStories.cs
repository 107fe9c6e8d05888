using System.Text.Json.Nodes;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Testing.Kubernetes;

namespace Nightjar.Stories.Healing;

/// <summary>What is done to a cluster's workloads, by the whole program, as the cluster's API server sees it.</summary>
public sealed class ClusterStories
{
    [Fact]
    public async Task A_typo_in_the_image_is_rolled_back_and_proven()
    {
        await using var lab = await ClusterLab.StartAsync(Mode.Autonomous);
        lab.Misspell();
        lab.Obeys(image => image == "nginx:1.19");
        await using var world = await World.StartAsync(lab.Options);
        await world.SeeAsync(ClusterLab.Sees(world, "image-pull"));
        await world.PassAsync(TimeSpan.FromMinutes(3));

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.Resolved, IncidentOutcome.Healed), (incident.State, incident.Outcome));
        Assert.Equal("roll deployment/web back to revision 1 (image nignx:1.19 → nginx:1.19)", Assert.Single(incident.Heal?.Tried ?? []).Label);
        Assert.Equal("nginx:1.19", lab.Shop.Image);
        var done = Assert.Single(await world.JournalAsync(), e => e is { Act: "heal", Step: JournalStep.Done });
        Assert.Contains("nignx:1.19", $"{JsonNode.Parse(done.Data ?? "")?["was"]}", StringComparison.Ordinal);
        Assert.DoesNotContain("nignx", $"{JsonNode.Parse(done.Data ?? "")?["is"]}", StringComparison.Ordinal);
        Assert.DoesNotContain(await world.JournalAsync(), e => $"{e.Data}{e.Why}".Contains("hunter2", StringComparison.Ordinal));
        Assert.Empty(world.Options.Log.Errors);
    }

    [Fact]
    public async Task What_makes_it_worse_is_taken_back_and_told_as_that()
    {
        await using var lab = await ClusterLab.StartAsync(Mode.Autonomous);
        lab.Misspell();
        lab.Shop.Pod(lab.Shop.Running(), isReady: true, name: "web-aaa-1", hash: "aaa");
        lab.Shop.Standing(ready: 1);
        lab.Cluster.Controls = (path, _) => lab.Shop.Standing(lab.Shop.Image == "nignx:1.19" ? 1 : 0);
        await using var world = await World.StartAsync(lab.Options);
        await world.SeeAsync(ClusterLab.Sees(world, "image-pull"));
        await world.PassAsync(TimeSpan.FromMinutes(4));

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal("nignx:1.19", lab.Shop.Image);
        var tried = Assert.Single(incident.Heal?.Tried ?? []);
        Assert.Equal(HealEnd.RolledBack, tried.End);
        Assert.Contains("it made it worse: 0 ready, 1 before; taken back: deployment/web is as it was before", tried.Says, StringComparison.Ordinal);
        Assert.Contains(await world.JournalAsync(), e => e.Act == "healing-failed" && e.Why.StartsWith("healing_failed: rollout_undo_rolled_back", StringComparison.Ordinal));
        Assert.NotEqual(IncidentOutcome.Healed, incident.Outcome);
        await world.PassAsync(TimeSpan.FromMinutes(30));
        Assert.Equal(2, lab.Cluster.Mutating.Count(a => !a.Query.Contains("dryRun", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task In_observe_and_in_a_dry_run_not_one_request_that_changes_anything_reaches_the_server(bool isDry)
    {
        await using var lab = await ClusterLab.StartAsync(isDry ? Mode.Autonomous : Mode.Observe, c => c with { DryRun = isDry });
        lab.Misspell();
        await using var world = await World.StartAsync(lab.Options);
        await world.SeeAsync(ClusterLab.Sees(world, "image-pull"));
        await world.PassAsync(TimeSpan.FromHours(1));

        Assert.NotEmpty(lab.Cluster.Asked);
        Assert.Empty(lab.Cluster.Mutating);
        Assert.Contains(await world.JournalAsync(), e => e.Act == "would-heal" && e.Why.Contains("would do: roll deployment/web back to revision 1 (image nignx:1.19 → nginx:1.19)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_yes_to_something_that_has_changed_meanwhile_does_nothing()
    {
        await using var lab = await ClusterLab.StartAsync(Mode.Approve);
        lab.Misspell();
        await using var world = await World.StartAsync(lab.Options);
        await world.SeeAsync(ClusterLab.Sees(world, "image-pull"));
        var asked = await world.OnlyIncidentAsync();
        Assert.StartsWith("Shall I roll deployment/web back to revision 1 (image nignx:1.19 → nginx:1.19)? Playbook rollout-failed wants it", asked.Question?.Text, StringComparison.Ordinal);
        Assert.Empty(lab.Cluster.Mutating);

        var web = lab.Shop.Web;
        (web["metadata"]!["generation"], web["spec"]!["template"]!["spec"]!["containers"]![0]!["image"]) = (3, "nginx:1.20");
        lab.Cluster.Put("/apis/apps/v1/deployments", web);
        await world.TellAsync(InboxKind.Approve, "ann", "");
        var tried = Assert.Single((await world.OnlyIncidentAsync()).Heal?.Tried ?? []);
        Assert.Equal((HealEnd.Failed, "deployment/web was changed since it was looked at (generation 2, now 3), so nothing was done."), (tried.End, tried.Says));
        Assert.Equal("nginx:1.20", lab.Shop.Image);
    }

    [Fact]
    public async Task What_Argo_keeps_is_left_to_its_source_and_goes_on_to_the_cause()
    {
        await using var lab = await ClusterLab.StartAsync(Mode.Autonomous);
        lab.Misspell(m => m["annotations"]!["argocd.argoproj.io/tracking-id"] = "storefront:apps/Deployment:shop/web");
        await using var world = await World.StartAsync(lab.Options);
        await world.SeeAsync(ClusterLab.Sees(world, "image-pull"));
        await world.PassAsync(TimeSpan.FromMinutes(10));

        var incident = await world.OnlyIncidentAsync();
        var tried = Assert.Single(incident.Heal?.Tried ?? []);
        Assert.Equal(HealEnd.Left, tried.End);
        Assert.Contains("kept by Argo CD (application storefront), so nothing is patched here. Change it in the source of this application: roll deployment/web back", tried.Says, StringComparison.Ordinal);
        Assert.Contains((await world.Store.Evidence.ReadAsync(incident.Id, default))[^1].Bundle.Tried, t => t.Says == tried.Says);
        Assert.Empty(lab.Cluster.Mutating);
        Assert.NotNull(incident.Finding);
    }

    [Fact]
    public async Task What_is_kept_from_manifests_in_the_repository_is_changed_there_by_the_draft_request()
    {
        const string Manifest = "kind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      containers:\n        - name: app\n          image: nignx:1.19  # the front\n";
        await using var lab = await ClusterLab.StartAsync(Mode.Autonomous);
        lab.Misspell(m => m["annotations"]!["kustomize.toolkit.fluxcd.io/name"] = "shop");
        await using var world = await World.StartAsync(lab.Options with { Service = s => lab.Options.Service(s) with { Check = new CheckCommand("grep -q nginx deploy/web.yaml") } });
        await world.Code.CommitAsync("main", "deploy/web.yaml", Manifest, "Describe how the front is deployed", world.Clock.Now.AddHours(-3));
        await world.SeeAsync(ClusterLab.Sees(world, "image-pull"));
        await world.PassAsync(TimeSpan.FromMinutes(10));

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal("fix(web): image of app from nignx:1.19 to nginx:1.19", incident.Change?.Subject);
        var branch = Assert.Single(await world.Code.BranchesAsync(), b => b != "main");
        Assert.Equal(Manifest.Replace("nignx", "nginx", StringComparison.Ordinal).TrimEnd(), await world.Code.ReadAsync(branch, "deploy/web.yaml"));
        Assert.Empty(lab.Cluster.Mutating);
    }

    [Fact]
    public async Task Killed_after_the_deed_and_before_it_was_written_down_it_does_it_once()
    {
        var killed = false;
        await using var lab = await ClusterLab.StartAsync(Mode.Autonomous, reached: p =>
        {
            if (!killed && p.StartsWith("heal:", StringComparison.Ordinal) && p.EndsWith(":done-unwritten", StringComparison.Ordinal))
            {
                killed = true;
                throw new InvalidOperationException("killed");
            }
        });
        lab.Misspell();
        lab.Obeys(image => image == "nginx:1.19");
        await using var world = await World.StartAsync(lab.Options);
        await world.SeeAsync(ClusterLab.Sees(world, "image-pull"));
        await world.PassAsync(TimeSpan.FromMinutes(10));

        Assert.True(killed);
        Assert.Equal(IncidentOutcome.Healed, (await world.OnlyIncidentAsync()).Outcome);
        Assert.Single(lab.Cluster.Mutating, a => !a.Query.Contains("dryRun", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_is_gone_in_the_middle_is_waited_for()
    {
        await using var lab = await ClusterLab.StartAsync(Mode.Autonomous);
        lab.Misspell();
        lab.Obeys(image => image == "nginx:1.19");
        await using var world = await World.StartAsync(lab.Options);
        lab.Cluster.Refuses = a => a.Method == "PATCH" ? (503, "the server is going down") : null;
        await world.SeeAsync(ClusterLab.Sees(world, "image-pull"));
        await world.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(IncidentState.Healing, (await world.OnlyIncidentAsync()).State);

        lab.Cluster.Refuses = _ => null;
        await world.PassAsync(TimeSpan.FromMinutes(4));
        Assert.Equal(IncidentOutcome.Healed, (await world.OnlyIncidentAsync()).Outcome);
    }

    [Fact]
    public async Task A_higher_limit_is_asked_for_in_any_mode()
    {
        await using var lab = await ClusterLab.StartAsync(Mode.Autonomous);
        lab.Shop.Deploy(container: c => c["resources"] = new JsonObject { ["limits"] = new JsonObject { ["memory"] = "64Mi" } });
        lab.Shop.Pod(KubeShop.Waiting("CrashLoopBackOff"), lab.Shop.Ended("OOMKilled", 137));
        lab.Cluster.Controls = (_, _) =>
        {
            lab.Shop.Well();
            lab.Shop.Standing(ready: 1);
        };
        await using var world = await World.StartAsync(lab.Options);
        await world.SeeAsync(ClusterLab.Sees(world, "oom-killed"));
        Assert.StartsWith("Shall I raise the memory limit of app in deployment/web from 64Mi to 96Mi?", (await world.OnlyIncidentAsync()).Question?.Text, StringComparison.Ordinal);
        await world.TellAsync(InboxKind.Approve, "ann", "");
        await world.PassAsync(TimeSpan.FromMinutes(5));
        Assert.Equal(IncidentOutcome.Healed, (await world.OnlyIncidentAsync()).Outcome);
    }
}
