using System.Text.Json.Nodes;

namespace Nightjar.Live.Kubernetes.InPod;

/// <summary>The program in a pod of the real cluster, as the shipped manifests install it, with the rights that they grant.</summary>
public sealed class PodTests(PodImage image) : IClassFixture<PodImage>
{
    [Fact]
    public async Task In_observe_it_finds_what_is_broken_and_could_not_change_anything()
    {
        await using var room = await RoomAsync();
        await using var nightjar = await Installed.ApplyAsync("observe", image, room.Home, room.Place, $"  namespaces: [{room.Shop.Name}]");
        await nightjar.WaitAsync("the cluster to be watched", s => $"{s["watchers"]}".Contains("objects", StringComparison.Ordinal), "status");
        await room.Shop.DeployAsync("crashes", "cat /etc/shop/prices.json");
        await nightjar.WaitAsync("the incident", n => Titles(n).Contains("deployment/crashes fails", StringComparison.Ordinal), "incidents?open=true");

        var run = await nightjar.WaitAsync("its run to be told", n => $"{n["runs"]?[0]?["status"]}" == "issues_found", "runs");
        Assert.Equal((room.Shop.Name, "observe", 0), ($"{run["runs"]?[0]?["namespace"]}", $"{run["runs"]?[0]?["mode"]}", run["runs"]?[0]?["fix_count"]?.GetValue<int>()));
        var whole = await nightjar.WaitAsync("the run", n => n["run"] is not null, $"runs/{run["runs"]?[0]?["id"]}");
        Assert.Equal("reported", $"{whole["run"]?["fixes"]?[0]?["status"]}");
        Assert.Contains("intake opened", $"{whole["run"]?["log"]}", StringComparison.Ordinal);

        var own = await nightjar.CliAsync("deploy", "check", "--json");
        Assert.True(own.Code == 0, own.ToString());
        var asApprove = await nightjar.CliAsync("deploy", "check", "--mode", "approve", "--json");
        Assert.Equal(1, asApprove.Code);
        Assert.Contains("patch deployments.apps", asApprove.Out, StringComparison.Ordinal);
        foreach (var (verb, what) in new[] { ("patch", "deployments.apps"), ("delete", "pods"), ("create", "pods"), ("get", "pods --subresource=exec"), ("create", "pods --subresource=eviction"), ("get", "secrets"), ("list", "secrets"), ("create", "leases.coordination.k8s.io"), ("patch", "nodes") })
        {
            Assert.Equal($"{verb} {what}: no", $"{verb} {what}: {await MayAsync(nightjar, room, verb, what)}");
        }

        Assert.Equal("", await LeaseAsync(room));
    }

    [Theory]
    [InlineData("approve")]
    [InlineData("autonomous")]
    public async Task A_mode_that_acts_is_granted_what_it_needs_and_no_more_and_holds_the_lease(string mode)
    {
        await using var room = await RoomAsync();
        await using var nightjar = await Installed.ApplyAsync(mode, image, room.Home, room.Place, $"  namespaces: [{room.Shop.Name}]");
        await nightjar.WaitAsync("the cluster to be watched", s => $"{s["watchers"]}".Contains("objects", StringComparison.Ordinal), "status");
        var check = await nightjar.CliAsync("deploy", "check");
        Assert.True(check.Code == 0, check.ToString());
        Assert.Contains($"has what {mode} needs, and no more", check.Out, StringComparison.Ordinal);
        await Until.HoldsAsync("it to hold the lease", TimeSpan.FromSeconds(30), async () => (await LeaseAsync(room)).Contains(nightjar.Workload, StringComparison.Ordinal));
        Assert.Equal(mode == "autonomous" ? "yes" : "no", await MayAsync(nightjar, room, "create", "pods --subresource=exec"));
        Assert.Equal("no", await MayAsync(nightjar, room, "get", "secrets"));
    }

    [Fact]
    public async Task As_a_cron_job_it_finds_what_is_broken_and_knows_it_again_at_the_next_look()
    {
        await using var room = await RoomAsync();
        await using var nightjar = await Installed.ApplyAsync("cronjob", image, room.Home, room.Place, $"  namespaces: [{room.Shop.Name}]");
        var well = await nightjar.JobAsync("well");
        Assert.True(well.Code == 0, well.ToString());

        await room.Shop.DeployAsync("crashes", "cat /etc/shop/prices.json");
        await room.Shop.WaitAsync("v1/pods", "the container to fail", p => Space.State(p, "terminated") is not null || Space.State(p, "waiting") is not null);
        foreach (var look in new[] { "first", "second" })
        {
            var found = await nightjar.JobAsync(look);
            Assert.True(found.Code == 1, found.ToString());
            Assert.Contains("1 open incident:", found.Out, StringComparison.Ordinal);
            Assert.Contains("#1 ", found.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Of_two_with_stores_of_their_own_the_one_in_the_pod_stands_by_until_the_other_is_killed()
    {
        await using var room = await RoomAsync();
        var other = await OutsideAsync(room);
        await Until.HoldsAsync("it to hold the lease", TimeSpan.FromSeconds(30), async () => (await LeaseAsync(room)).Length > 0);
        await using var nightjar = await Installed.ApplyAsync("approve", image, room.Home, room.Place, $"  namespaces: [{room.Shop.Name}]");
        await nightjar.WaitAsync("it to stand by", s => $"{s["watchers"]}".Contains("stands by", StringComparison.Ordinal), "status");
        await room.Shop.DeployAsync("crashes", "cat /etc/shop/prices.json");
        await other.WaitAsync("the incident of the one that holds it", n => Titles(n).Contains("deployment/crashes fails", StringComparison.Ordinal), "incidents?open=true");
        Assert.Equal("", Titles(await nightjar.WaitAsync("its incidents", _ => true, "incidents")));

        other.Program.Send("KILL");
        await nightjar.WaitAsync("it to take over", n => Titles(n).Contains("deployment/crashes fails", StringComparison.Ordinal), "incidents?open=true");
        Assert.Contains(nightjar.Workload, await LeaseAsync(room), StringComparison.Ordinal);
    }

    /// <summary>One outside of the cluster, of another user, with the same scope.</summary>
    private static async Task<Daemon> OutsideAsync(Room room)
    {
        var (port, config) = (BookShop.FreePort(), Path.Combine(room.Place.Work, "nightjar.yaml"));
        await File.WriteAllTextAsync(config, $"state: {room.Place.State}\nmode: approve\ndashboard: {{ listen: 127.0.0.1:{port} }}\nkubernetes: {{ namespaces: [{room.Shop.Name}], home: {room.Home.Name} }}\n");
        var program = Program.Start(room.Place, "run", "--config", config);
        await program.SaysAsync("Sign in", TimeSpan.FromSeconds(40));
        return new Daemon(room.Place, program, new Uri($"http://127.0.0.1:{port}/"));
    }

    private static string Titles(JsonNode answer) => string.Join('\n', (answer["incidents"]?.AsArray() ?? []).Select(i => $"{i?["title"]}"));

    /// <summary>What the server itself says that the account may.</summary>
    private static async Task<string> MayAsync(Installed nightjar, Room room, string verb, string what) =>
        (await Command.RunAsync(TimeSpan.FromMinutes(1), "kubectl", ["auth", "can-i", verb, .. what.Split(' '), "--as", nightjar.Account, "-n", room.Shop.Name])).Out.Trim();

    private static Task<string> LeaseAsync(Room room) => Command.KubectlAsync("-n", room.Home.Name, "get", "leases.coordination.k8s.io", "-o", "jsonpath={.items[*].spec.holderIdentity}");

    private async Task<Room> RoomAsync()
    {
        Assert.SkipWhen(image.WhyNot is not null, image.WhyNot ?? "");
        var room = new Room(new Space(), new Space(), new Place());
        await room.Home.InitializeAsync();
        await room.Shop.InitializeAsync();
        return room;
    }

    /// <summary>Where Nightjar is, and what it looks after.</summary>
    private sealed record Room(Space Home, Space Shop, Place Place) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Shop.DisposeAsync();
            await Home.DisposeAsync();
            await Place.DisposeAsync();
        }
    }
}
