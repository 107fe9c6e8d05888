using System.Text.Json.Nodes;
using Nightjar.Testing;

namespace Nightjar.Live.Docker;

/// <summary>The whole program, as a new user starts it, with containers of a real engine that die: from the death to healed, or to a person.</summary>
public sealed class HealingTests
{
    private const string Runs = "while true; do sleep 0.1; done";

    /// <summary>Ends at its first start with a code that is no 0, and runs from its second on.</summary>
    private const string EndsOnce = $"if test -e /tmp/again; then {Runs}; fi; touch /tmp/again; sleep 1; echo no config; exit 1";

    [Fact]
    public async Task A_container_that_was_killed_or_ended_is_restarted_verified_and_resolved_without_a_request_or_a_model()
    {
        await using var engine = await Engine.StartAsync();
        await using var place = new Place();
        await engine.RunAsync("killed", Runs);
        var daemon = await ContainerShop.RunAsync(place, engine, "autonomous", ("cache", "killed"), ("queue", "'ends*'"));
        await engine.RunAsync("ends", EndsOnce);
        await engine.PostAsync("containers/killed/kill");

        foreach (var (service, container) in new[] { ("cache", "killed"), ("queue", "ends") })
        {
            var incident = await StateAsync(daemon, service, "resolved");
            Assert.Equal("healed", (string?)incident["outcome"]);
            Assert.Null(incident["request"]);
            var tried = Assert.Single(incident["tried"]?.AsArray() ?? []);
            Assert.Equal(($"restart container/{container}", "verified"), ((string?)tried?["label"], (string?)tried?["end"]));
            Assert.True(await RunsAsync(engine, container));
            Assert.Contains($"restart container/{container} helped", await TimelineAsync(daemon, incident), StringComparison.Ordinal);
        }

        Assert.Empty((await daemon.GetAsync("requests"))["requests"]?.AsArray() ?? []);
        Assert.Equal(0, (await daemon.StopAsync()).Code);
        Assert.True(await RunsAsync(engine, "killed"));
    }

    [Fact]
    public async Task A_container_that_ends_again_after_each_restart_goes_to_a_person_once()
    {
        await using var engine = await Engine.StartAsync();
        await using var place = new Place();
        var playbooks = Directory.CreateDirectory(place.File("playbooks")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(playbooks, "quick.yaml"),
            "says: As the shipped one, in seconds instead of minutes.\nwhen: {conditions: [container-exited]}\ndo:\n  - {action: restart, attempts: 2, coolDown: 1s}\nverify: {workload: on, for: 2s, within: 4s}\n");
        var daemon = await ContainerShop.RunAsync(place, engine, "autonomous", playbooks, ("shop", "'hopeless*'"));
        await engine.RunAsync("hopeless", "sleep 0.5; echo no config; exit 3");

        var incident = await StateAsync(daemon, "shop", "needsHuman");
        var timeline = await TimelineAsync(daemon, incident);
        Assert.Equal(["ineffective", "ineffective"], (incident["tried"]?.AsArray() ?? []).Select(t => (string?)t?["end"] ?? ""));
        Assert.Equal(2, timeline.Split("healing_failed: restart_ineffective: restart container/hopeless: ").Length - 1);
        Assert.Contains("no config", $"{incident}", StringComparison.Ordinal);
        Assert.Single((await daemon.GetAsync("incidents"))["incidents"]?.AsArray() ?? []);
        Assert.Equal(1, timeline.Split("healing failed: restart container/hopeless").Length - 1);
    }

    [Fact]
    public async Task Observe_does_nothing_and_approve_asks_first()
    {
        await using var engine = await Engine.StartAsync();
        await engine.RunAsync("web", Runs);
        await using (var place = new Place())
        {
            var daemon = await ContainerShop.RunAsync(place, engine, "observe", ("shop", "web"));
            await engine.PostAsync("containers/web/kill");
            var incident = await StateAsync(daemon, "shop", "needsHuman");
            Assert.Empty(incident["tried"]?.AsArray() ?? []);
            Assert.False(await RunsAsync(engine, "web"));
            await daemon.StopAsync();
        }

        await engine.PostAsync("containers/web/start");
        await using (var place = new Place())
        {
            var daemon = await ContainerShop.RunAsync(place, engine, "approve", ("shop", "web"));
            await engine.PostAsync("containers/web/kill");
            var asked = await daemon.WaitAsync("a question", n => n["incident"]?["question"] is not null, "incidents/1");
            Assert.Contains("Shall I restart container/web?", $"{asked["incident"]?["question"]?["text"]}", StringComparison.Ordinal);
            Assert.False(await RunsAsync(engine, "web"));

            var said = await daemon.CliAsync("approve", "1", "--reason", "go");
            Assert.True(said.Code == 0, said.ToString());
            Assert.Equal("healed", (string?)(await StateAsync(daemon, "shop", "resolved"))["outcome"]);
            Assert.True(await RunsAsync(engine, "web"));
        }
    }

    [Fact]
    public async Task A_dead_database_is_restarted_first_and_what_needs_it_is_left_alone_when_it_recovers()
    {
        await using var engine = await Engine.StartAsync();
        await using var place = new Place();
        var shared = Directory.CreateDirectory(place.File("shared")).FullName;
        JsonObject Host() => new() { ["Binds"] = new JsonArray($"{shared}:/tmp") };
        JsonObject check = new() { ["Test"] = new JsonArray("CMD", "/bin/test", "-e", "/tmp/up"), ["Interval"] = 500_000_000, ["Timeout"] = 5_000_000_000, ["Retries"] = 1 };
        await engine.RunAsync("db", $"touch /tmp/up; {Runs}", Host());
        await engine.RunAsync("web", Runs, Host(), new JsonObject { ["Healthcheck"] = check });
        await engine.PostAsync("containers/db/kill");
        File.Delete(Path.Combine(shared, "up"));
        await Until.HoldsAsync("web to suffer", TimeSpan.FromSeconds(10), async () => (await engine.GetAsync("containers/web/json")).Contains("\"unhealthy\"", StringComparison.Ordinal));
        var (web, db) = (await StartedAsync(engine, "web"), await StartedAsync(engine, "db"));

        var daemon = await ContainerShop.RunAsync(place, engine, "autonomous", ("shop", "[db, {name: web, dependsOn: db}]"));
        Assert.Equal("healed", (string?)(await StateAsync(daemon, "shop", "resolved"))["outcome"]);
        Assert.NotEqual(db, await StartedAsync(engine, "db"));
        Assert.Equal(web, await StartedAsync(engine, "web"));
        await Until.HoldsAsync("web to be well", TimeSpan.FromSeconds(10), async () => (await engine.GetAsync("containers/web/json")).Contains("\"healthy\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_critical_line_of_a_container_is_an_incident()
    {
        await using var engine = await Engine.StartAsync();
        await using var place = new Place();
        await engine.RunAsync("web", "while ! test -e /tmp/now; do sleep 0.1; done; echo 'CRITICAL: ledger does not add up'; sleep 1000");
        var daemon = await ContainerShop.RunAsync(place, engine, "autonomous", ("shop", "web"));
        var exec = await engine.PostAsync("containers/web/exec", new JsonObject { ["Cmd"] = new JsonArray("/bin/touch", "/tmp/now") });
        await engine.PostAsync($"exec/{exec?["Id"]}/start", new JsonObject { ["Detach"] = true });

        await daemon.OpenedAsync();
        var incident = (await daemon.GetAsync("incidents/1"))["incident"];
        Assert.Contains("ledger does not add up", (string?)incident?["title"], StringComparison.Ordinal);
        Assert.Equal("shop", (string?)incident?["service"]);
    }

    private static async Task<JsonNode> StateAsync(Daemon daemon, string service, string state)
    {
        var all = await daemon.WaitAsync($"{service} to be {state}", n => Of(n, service) is { } i && (string?)i["state"] == state, "incidents");
        return await daemon.IncidentAsync(state, (long?)Of(all, service)?["number"] ?? 0);
    }

    private static async Task<string> TimelineAsync(Daemon daemon, JsonNode incident) => $"{await daemon.GetAsync($"incidents/{incident["number"]}/timeline")}";

    private static JsonNode? Of(JsonNode all, string service) => all["incidents"]?.AsArray().FirstOrDefault(i => (string?)i?["service"] == service);

    private static async Task<bool> RunsAsync(DockerEngine engine, string container) => (bool?)JsonNode.Parse(await engine.GetAsync($"containers/{container}/json"))?["State"]?["Running"] == true;

    private static async Task<string?> StartedAsync(DockerEngine engine, string container) => (string?)JsonNode.Parse(await engine.GetAsync($"containers/{container}/json"))?["State"]?["StartedAt"];
}
