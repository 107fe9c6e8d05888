using System.Diagnostics;
using System.Text.Json.Nodes;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Live.Docker;

/// <summary>Real containers that end, flap, hang, leak and are stopped, in a real engine.</summary>
public sealed class WatchTests
{
    [Fact]
    public async Task What_ends_flaps_fails_its_check_or_leaks_is_told_by_its_condition_and_what_is_well_or_stopped_is_not()
    {
        await using var engine = await Engine.StartAsync();
        await engine.RunAsync("ended-before", "exit 4");
        await engine.RunAsync("stopped-before", "sleep 1000", new JsonObject { ["RestartPolicy"] = Policy("no") });
        await engine.PostAsync("containers/stopped-before/stop?t=1");
        await using var watch = new Watch(engine, new ContainerWatch { Name = "*" }, new ContainerWatch { Name = "absent" });
        Assert.Equal("container ended-before ended with exit code 4", (await watch.Door.SignalAsync("container-exited", "ended-before")).Message);
        await watch.Door.SignalAsync("container-missing", "absent");

        await engine.RunAsync("well", "sleep 1000");
        await engine.RunAsync("job", "echo done");
        await engine.RunAsync("stopped", "sleep 1000", new JsonObject { ["RestartPolicy"] = Policy("unless-stopped") });
        await engine.RunAsync("killed", "sleep 1000");
        var watchEnd = await engine.RunAsync("ends", "echo out; echo err >&2; sleep 1; exit 3");
        await engine.RunAsync("flaps", "exit 2", new JsonObject { ["RestartPolicy"] = Policy("always") });
        await engine.RunAsync("leaks", "x=aaaaaaaaaaaaaaaa; while true; do x=$x$x; done", new JsonObject { ["Memory"] = 16 * 1024 * 1024 });
        await engine.RunAsync("sick", "sleep 1000", null, new JsonObject { ["Healthcheck"] = Check("echo the queue is stuck; exit 1", retries: 2) });
        await engine.RunAsync("healthy", "sleep 1000", null, new JsonObject { ["Healthcheck"] = Check("true", retries: 2) });
        await engine.PostAsync("containers/stopped/stop?t=1");
        await engine.PostAsync("containers/killed/kill");

        var seen = new List<Signal>();
        string[] wanted = ["ends", "flaps", "leaks", "sick", "killed"];
        while (wanted.Any(w => seen.All(s => s.Workload != $"container/{w}")))
        {
            seen.Add(await watch.Door.SignalAsync());
        }

        await Until.HoldsAsync("sweeps", TimeSpan.FromSeconds(30), async () => (await watch.LookAsync("healthy")).IsWell == true);
        seen.AddRange(watch.Door.Untaken);
        var told = seen.GroupBy(s => s.Workload ?? "").ToDictionary(g => g.Key["container/".Length..], g => g.Last());
        Assert.Equal(["ends", "flaps", "killed", "leaks", "sick"], told.Keys.Except(["absent", "ended-before"]).Order(StringComparer.Ordinal));
        Assert.Equal("container ends ended with exit code 3", told["ends"].Message);
        Assert.Equal(["err", "out"], Assert.Single(seen.First(s => s.Workload == "container/ends").Samples).Split('\n').Order(StringComparer.Ordinal));
        Assert.Equal("container sick is unhealthy: the queue is stuck", told["sick"].Message);
        Assert.Equal(("oom-killed", Severity.Critical), (told["leaks"].Condition, told["leaks"].Severity));
        Assert.Equal("container killed was ended by signal 9 (exit code 137)", told["killed"].Message);
        Assert.Equal("crash-loop", told["flaps"].Condition);

        Assert.Equal((true, "ended with exit code 0"), await watch.LookAsync("job") is var job ? (job.IsWell, job.Says) : default);
        Assert.Equal((false, "stopped by somebody, exit code 137"), await watch.LookAsync("stopped") is var stopped ? (stopped.IsWell, stopped.Says) : default);
        Assert.True((await watch.LookAsync("well")).IsWell);
        Assert.Contains("not well: absent (container-missing), ended-before (container-exited)", watch.Watcher.Health.Says, StringComparison.Ordinal);
        var figure = await FigureAsync(watch, "well");
        Assert.True(figure is { IsWell: true, Memory: > 10_000 and < 50_000_000, Cpu: >= 0 and < 1 }, figure.ToString());
        Assert.True(watchEnd.Length == 64);
    }

    [Fact]
    public async Task A_death_is_told_within_two_seconds()
    {
        await using var engine = await Engine.StartAsync();
        await using var watch = new Watch(engine, new ContainerWatch { Name = "web" });
        await engine.RunAsync("web", "sleep 1000");
        await Until.HoldsAsync("web to be looked after", TimeSpan.FromSeconds(30), () => watch.Watcher.Health.Says.StartsWith("1 container", StringComparison.Ordinal) && watch.Watcher.Health.IsWell);
        _ = watch.Door.Untaken;
        var since = Stopwatch.StartNew();
        await engine.PostAsync("containers/web/kill");
        await watch.Door.SignalAsync("container-exited", "web");
        Assert.True(since.Elapsed < TimeSpan.FromSeconds(2), $"{since.Elapsed}");
    }

    [Fact]
    public async Task An_engine_that_is_restarted_is_one_signal_and_what_it_ended_is_told_and_what_its_policy_keeps_is_not()
    {
        await using var engine = await Engine.StartAsync();
        await engine.RunAsync("once", "trap 'exit 143' TERM; while true; do sleep 0.1; done");
        await engine.RunAsync("kept", "trap 'exit 143' TERM; while true; do sleep 0.1; done", new JsonObject { ["RestartPolicy"] = Policy("always") });
        await using var watch = new Watch(engine, new ContainerWatch { Name = "*" });
        await Until.HoldsAsync("both to be looked after", TimeSpan.FromSeconds(30), () => watch.Watcher.Health.Says == "2 containers looked after");

        await engine.GoAwayAsync();
        var signal = await watch.Door.SignalAsync();
        Assert.Equal(("docker", "docker-unreachable"), (signal.Service.Value, signal.Condition));
        Assert.Null((await watch.LookAsync("kept")).IsWell);
        await engine.ComeBackAsync();
        Assert.Equal("container once was ended by signal 15 (exit code 143)", (await watch.Door.SignalAsync("container-exited", "once")).Message);
        await Until.HoldsAsync("kept to be well", TimeSpan.FromSeconds(30), async () => (await watch.LookAsync("kept")).IsWell == true);
        Assert.DoesNotContain(watch.Door.Untaken, s => s.Workload == "container/kept");
        Assert.True(watch.Watcher.Health.IsWell);
    }

    private static JsonObject Policy(string name) => new() { ["Name"] = name };

    private static JsonObject Check(string script, int retries) => new() { ["Test"] = new JsonArray("CMD", "/bin/sh", "-c", script), ["Interval"] = 500_000_000, ["Timeout"] = 5_000_000_000, ["Retries"] = retries };

    private static async Task<Core.Evidence.ContainerFigure> FigureAsync(Watch watch, string container)
    {
        while (true)
        {
            if ((await watch.Door.SweptAsync()).FirstOrDefault(f => f.Container == container) is { Cpu: not null } figure)
            {
                return figure;
            }
        }
    }
}
