using System.Text;
using System.Text.Json.Nodes;
using Nightjar.Core.Healing;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Testing;

namespace Nightjar.Live.Docker;

/// <summary>What is done to real containers, what they write, and whether the stand-in speaks as the real engine does.</summary>
public sealed class ActTests
{
    [Fact]
    public async Task Restart_stop_start_and_exec_do_what_they_say_and_are_no_faults()
    {
        await using var engine = await Engine.StartAsync();
        await engine.RunAsync("web", "trap 'exit 0' TERM; while true; do sleep 0.1; done");
        await using var watch = new Watch(engine, new ContainerWatch { Name = "web" });
        var (before, actuator) = (await watch.LookAsync("web"), watch.Room.Actuator);
        HealAction restart = new HealAction.Restart("container/web") { Service = Watch.Shop }, stop = new HealAction.Stop("container/web") { Service = Watch.Shop }, start = new HealAction.Start("container/web") { Service = Watch.Shop };

        var since = DateTimeOffset.Parse((string?)JsonNode.Parse(await engine.GetAsync("info"))?["SystemTime"] ?? "", System.Globalization.CultureInfo.InvariantCulture);
        Assert.False(await actuator.WasDoneAsync(restart, since, CancellationToken.None));
        Assert.Equal("restarted container web", (await actuator.DoAsync(restart, CancellationToken.None)).Says);
        Assert.True(await actuator.WasDoneAsync(restart, since, CancellationToken.None));
        Assert.True((await watch.LookAsync("web")).StartedAt > before.StartedAt);

        Assert.Equal("ran echo in container web: $(id) ; `x`", (await actuator.DoAsync(Exec("echo", "$(id) ; `x`"), CancellationToken.None)).Says);
        Assert.Contains("ended with exit code 7: no", (await FailsAsync(actuator, Exec("sh", "-c", "echo no; exit 7"))), StringComparison.Ordinal);
        Assert.Contains("no complete answer within 1 s", await FailsAsync(actuator, Exec("sleep", "30") with { Timeout = TimeSpan.FromSeconds(1) }), StringComparison.Ordinal);
        Assert.InRange((await actuator.DoAsync(Exec("sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' 'x'; echo"), CancellationToken.None)).Says.Length, 1_000, 10_000);

        await actuator.DoAsync(stop, CancellationToken.None);
        Assert.True(await actuator.WasDoneAsync(stop, since, CancellationToken.None));
        Assert.Contains("does not run", await FailsAsync(actuator, Exec("true")), StringComparison.Ordinal);
        await actuator.DoAsync(start, CancellationToken.None);
        Assert.True(await actuator.WasDoneAsync(start, since, CancellationToken.None));
        Assert.True((await watch.LookAsync("web")).IsWell);
        await engine.DeleteAsync("web");
        Assert.Contains("There is no container web (any more)", await FailsAsync(actuator, restart), StringComparison.Ordinal);
        Assert.DoesNotContain(watch.Door.Untaken, s => s.Condition != "container-missing");
    }

    [Fact]
    public async Task The_lines_of_real_containers_come_whole_once_and_in_order_over_restarts()
    {
        await using var engine = await Engine.StartAsync();
        await engine.RunAsync("talks", "i=0; while [ $i -lt 400 ]; do echo line $i; i=$((i+1)); done; sleep 1000");
        await engine.RunAsync("tty", "while true; do echo tick; sleep 0.2; done", null, new JsonObject { ["Tty"] = true });
        await using var watch = new Watch(engine, new ContainerWatch { Name = "*" });
        var source = Assert.Single(watch.Room.Lines());
        var (marks, lines) = (new Dictionary<string, string>(), new List<(string Stream, string Text)>());

        await ReadAsync(source, marks, lines, 1, l => l.Text == "tick");
        var late = await engine.RunAsync("late", "head -c 40000 /dev/zero | tr '\\0' 'x'; echo end; printf '\\377\\000\\n'; i=0; while [ $i -lt 400 ]; do echo line $i; echo err $i >&2; i=$((i+1)); done; printf 'no end'; sleep 2");
        // Cut off after every 150 lines, and gone on from the marks.
        for (var i = 1; i <= 5; i++)
        {
            await ReadAsync(source, marks, lines, 150 * i, l => l.Stream.StartsWith(late, StringComparison.Ordinal));
        }

        await ReadAsync(source, marks, lines, 803, l => l.Stream.StartsWith(late, StringComparison.Ordinal));
        var output = lines.Where(l => l.Stream == $"{late}/1").Select(l => l.Text).ToList();
        Assert.Equal((40_003, true), (output[0].Length, output[0].EndsWith("xend", StringComparison.Ordinal)));
        Assert.Equal(Enumerable.Range(0, 400).Select(i => $"line {i}").Append("no end"), output.Skip(2));
        Assert.Equal(Enumerable.Range(0, 400).Select(i => $"err {i}"), lines.Where(l => l.Stream == $"{late}/2").Select(l => l.Text));
        Assert.All(lines.Where(l => !l.Stream.StartsWith(late, StringComparison.Ordinal)), l => Assert.Equal("tick", l.Text));
    }

    [Fact]
    public async Task Every_field_that_the_stand_in_answers_is_one_of_the_real_engine()
    {
        await using var engine = await Engine.StartAsync();
        await using var standIn = await EngineStandIn.StartAsync(TimeProvider.System);
        var id = await engine.RunAsync("web", "sleep 1000", null, new JsonObject { ["Healthcheck"] = new JsonObject { ["Test"] = new JsonArray("CMD", "true"), ["Interval"] = 1_000_000_000 }, ["Labels"] = new JsonObject { ["a"] = "b" } });
        await Until.HoldsAsync("a health check", TimeSpan.FromSeconds(30), async () => (await engine.GetAsync("containers/web/json")).Contains("\"Output\":", StringComparison.Ordinal));
        var web = standIn.Run("web", i => new StandInContainer(i, "web") { Health = "healthy", Labels = new() { ["a"] = "b" } });

        Same(web.Inspected(), JsonNode.Parse(await engine.GetAsync($"containers/{id}/json")), "inspect");
        Same(web.Listed(), JsonNode.Parse(await engine.GetAsync("containers/json"))?[0], "list");
        Assert.Equal("Up 5 minutes (healthy)", (string?)web.Listed()["Status"]);
        Assert.Contains("(healthy)", (string?)JsonNode.Parse(await engine.GetAsync("containers/json"))?[0]?["Status"], StringComparison.Ordinal);
        var stats = web.Stats(TimeProvider.System.GetUtcNow());
        stats.Remove("networks");
        stats["blkio_stats"]?["io_service_bytes_recursive"]?.AsArray().Clear();
        if (JsonNode.Parse(await engine.GetAsync($"containers/{id}/stats?stream=false&one-shot=true")) is { } real)
        {
            (stats["memory_stats"]?["stats"] as JsonObject)?.Remove(real["memory_stats"]?["stats"]?["total_inactive_file"] is null ? "total_inactive_file" : "");
            Same(stats, real, "stats");
        }

        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var started = (await engine.GetAsync($"events?since={now - 60}&until={now}")).Split('\n').Select(l => l.Length > 0 ? JsonNode.Parse(l) : null).First(e => (string?)e?["Action"] == "start");
        Same(web.Event("start", 1), started, "start");
        Assert.Equal((string?)web.Event("start", 1)["Type"], (string?)started?["Type"]);
    }

    private static HealAction.Exec Exec(params string[] command) => new("container/web", [.. command]) { Service = Watch.Shop };

    private static async Task<string> FailsAsync(IActuator actuator, HealAction action) =>
        (await Assert.ThrowsAsync<ActionFailedException>(() => actuator.DoAsync(action, CancellationToken.None))).Message;

    /// <summary>Reads on from the marks until so many lines fit, and ends in the middle of things.</summary>
    private static async Task ReadAsync(ILineSource source, Dictionary<string, string> marks, List<(string Stream, string Text)> lines, int count, Func<(string Stream, string Text), bool> fits)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await foreach (var batch in source.FollowAsync(new Dictionary<string, string>(marks), stop.Token))
            {
                lines.AddRange(batch.Lines.Select(l => (batch.Stream, Encoding.UTF8.GetString(l.Span))));
                marks[batch.Stream] = batch.Mark ?? marks.GetValueOrDefault(batch.Stream, "");
                if (lines.Count(fits) >= count)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            var all = lines.Where(fits).GroupBy(l => l.Stream).Select(s => $"{s.Key[^2..]}: {s.Count()} lines, {string.Join(", ", s.Select(l => l.Text.Length > 12 ? l.Text[..12] : l.Text))}");
            Assert.Fail($"{lines.Count(fits)} of {count} lines came. {string.Join("\n", all)}");
        }
    }

    private static void Same(JsonNode? made, JsonNode? real, string path)
    {
        Assert.True(real is not null || made is null, $"the real engine has no {path}");
        Assert.Equal((path, real?.GetValueKind() is System.Text.Json.JsonValueKind.True ? System.Text.Json.JsonValueKind.False : real?.GetValueKind()), (path, made?.GetValueKind() is System.Text.Json.JsonValueKind.True ? System.Text.Json.JsonValueKind.False : made?.GetValueKind()));
        if (made is JsonObject fields)
        {
            foreach (var (name, value) in fields)
            {
                Same(value, real?[name], $"{path}.{name}");
            }
        }
        else if (made is JsonArray { Count: > 0 } items)
        {
            Same(items[0], real?[0], $"{path}[]");
        }
    }
}
