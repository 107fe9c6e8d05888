namespace Nightjar.Live.Kubernetes;

/// <summary>Workloads that are broken in the ways that people break them, in a real cluster: each is one incident, and what is well is none.</summary>
public sealed class BrokenWorkloadsTests(BrokenShop shop) : IClassFixture<BrokenShop>
{
    [Fact]
    public async Task A_container_that_misses_a_file_is_one_incident()
    {
        await shop.Space.DeployAsync("crashes", "cat /etc/shop/prices.json");
        await shop.Space.WaitAsync("v1/pods", "the container to fail", p => $"{p["metadata"]?["labels"]?["app"]}" == "crashes" && Space.State(p, "terminated") is not null);
        var incident = await shop.IncidentAsync($"{shop.Space.Name}/crashes", "deployment/crashes fails: container exited");
        await shop.Space.WaitAsync("v1/pods", "it to be held back", p => $"{p["metadata"]?["labels"]?["app"]}" == "crashes" && $"{Space.State(p, "waiting")?["reason"]}" == "CrashLoopBackOff");
        await shop.Daemon.WaitAsync("its crash loop to be folded in", i => (long?)i["incident"]?["signals"] > 1, $"incidents/{incident["number"]}");
        await shop.IncidentAsync($"{shop.Space.Name}/crashes", "deployment/crashes");
    }

    [Fact]
    public Task An_image_that_is_misspelt_cannot_be_pulled() => FailsAsync("nignx", "deployment/nignx fails: image pull");

    [Fact]
    public Task A_container_that_outgrows_its_limit_was_killed_for_it() => FailsAsync("leaks", "deployment/leaks fails: oom killed");

    [Fact]
    public Task A_probe_of_the_wrong_port_never_makes_it_ready() => FailsAsync("wrong-port", "deployment/wrong-port fails: not ready");

    [Fact]
    public Task A_pod_that_asks_for_more_than_any_node_has_finds_none() => FailsAsync("greedy", "deployment/greedy fails: unschedulable");

    [Fact]
    public Task A_pod_whose_selector_no_node_fits_finds_none() => FailsAsync("picky", "deployment/picky fails: unschedulable");

    [Fact]
    public Task A_pod_that_a_taint_keeps_away_finds_none() => FailsAsync("kept-away", "deployment/kept-away fails: unschedulable");

    [Fact]
    public Task A_claim_that_cannot_be_bound_is_told() => FailsAsync("data", "persistentvolumeclaim/data fails: claim unbound");

    [Fact]
    public Task A_job_that_fails_is_told() => FailsAsync("import", "job/import fails: job failed");

    [Fact]
    public Task A_quota_that_refuses_every_pod_is_told_of_the_deployment_that_gets_none() => shop.IncidentAsync($"{shop.Small.Name}/crowd", "deployment/crowd fails: quota refused");

    [Fact]
    public async Task What_fails_in_two_ways_is_one_incident_and_what_is_well_is_none()
    {
        await shop.Space.WaitAsync("v1/pods", "it to run without being ready", p => $"{p["metadata"]?["labels"]?["app"]}" == "two-ways" && Space.State(p, "running") is not null);
        var incident = await shop.IncidentAsync($"{shop.Space.Name}/two-ways", "deployment/two-ways fails: not ready");
        await shop.Space.PatchAsync("apps/v1/deployments", "two-ways", """{"spec": {"template": {"spec": {"nodeSelector": {"disk": "fast"}}}}}""");
        await shop.Space.WaitAsync("v1/pods", "a second pod that finds no node", p => $"{p["metadata"]?["labels"]?["app"]}" == "two-ways" && $"{p["status"]?["conditions"]?[0]?["reason"]}" == "Unschedulable");
        await shop.Daemon.WaitAsync("both to be told", i => (i["incident"]?["fingerprints"]?.AsArray().Count, (long?)i["incident"]?["signals"]) is (1, > 1), $"incidents/{incident["number"]}");
        await shop.IncidentAsync($"{shop.Space.Name}/two-ways", "deployment/two-ways");

        await shop.Space.WaitAsync("v1/pods", "the one that is well", p => $"{p["metadata"]?["labels"]?["app"]}" == "well" && Space.State(p, "running") is not null);
        Assert.DoesNotContain($"{shop.Space.Name}/well", $"{await shop.Daemon.GetAsync("incidents?limit=200")}", StringComparison.Ordinal);
    }

    private Task FailsAsync(string name, string fails) => shop.IncidentAsync($"{shop.Space.Name}/{name}", fails);
}
