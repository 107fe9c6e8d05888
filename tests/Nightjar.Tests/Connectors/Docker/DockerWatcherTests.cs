using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Testing;

namespace Nightjar.Tests.Connectors.Docker;

public sealed class DockerWatcherTests
{
    private static readonly ContainerWatch Web = new() { Name = "web" };

    [Fact]
    public async Task A_container_that_dies_is_a_signal_at_once_with_its_last_lines_and_again_with_each_sweep()
    {
        await using var lab = await DockerLab.OpenAsync(Web);
        var web = lab.Engine.Run("web");
        lab.Engine.Write(web, "connecting to db");
        lab.Engine.Write(web, "panic: no db", stream: 2);
        await lab.WatchAsync();
        Assert.Equal((true, "1 container looked after"), (lab.Watcher.Health.IsWell, lab.Watcher.Health.Says));

        lab.Engine.Die(web, 7);
        var signal = await lab.Door.SignalAsync();
        Assert.Equal((SignalKind.WorkloadFailure, DockerLab.Shop, "container/web", "container-exited", "container web ended with exit code 7"), (signal.Kind, signal.Service, signal.Workload, signal.Condition, signal.Message));
        Assert.Equal(["connecting to db\npanic: no db"], signal.Samples);
        Assert.Equal(lab.Clock.Now, signal.At);

        await lab.SweepAsync();
        Assert.Equal(("container-exited", lab.Clock.Now, 0), await lab.Door.SignalAsync() is var again ? (again.Condition, again.At, again.Samples.Length) : default);
        Assert.Equal("1 container looked after, not well: web (container-exited)", lab.Watcher.Health.Says);
        lab.Engine.Start(web);
        await lab.SweepAsync();
        Assert.Empty(lab.Door.Untaken);
    }

    [Fact]
    public async Task What_somebody_stops_is_no_signal_and_what_somebody_kills_is()
    {
        await using var lab = await DockerLab.OpenAsync(new ContainerWatch { Name = "w*" });
        var (stopped, killed) = (lab.Engine.Run("w1"), lab.Engine.Run("w2"));
        await lab.WatchAsync();

        lab.Engine.Stop(stopped);
        await lab.SettleAsync();
        lab.Engine.Kill(killed);
        await lab.SettleAsync();

        Assert.Equal("container w2 was ended by signal 9 (exit code 137)", (await lab.Door.SignalAsync()).Message);
        await lab.SweepAsync();
        Assert.Equal(["container/w2"], lab.Door.Untaken.Select(s => s.Workload));
    }

    [Fact]
    public async Task What_happened_before_it_watched_is_heeded()
    {
        await using var lab = await DockerLab.OpenAsync(new ContainerWatch { Name = "w*" });
        lab.Engine.Stop(lab.Engine.Run("w1"));
        lab.Engine.Die(lab.Engine.Run("w2"), 137);
        await lab.WatchAsync();
        Assert.Equal(["container/w2"], lab.Door.Untaken.Select(s => s.Workload));
    }

    [Fact]
    public async Task An_unhealthy_container_is_told_with_what_its_check_said()
    {
        await using var lab = await DockerLab.OpenAsync(Web);
        var web = lab.Engine.Run("web");
        web.Health = "starting";
        await lab.WatchAsync();
        lab.Engine.Turn(web, "healthy");
        lab.Engine.Turn(web, "unhealthy", "HTTP 503\n");
        var signal = await lab.Door.SignalAsync();
        Assert.Equal(("container-unhealthy", "HTTP 503"), (signal.Condition, Assert.Single(signal.Samples)));
    }

    [Fact]
    public async Task Five_restarts_by_the_policy_are_a_loop_and_fewer_are_nothing()
    {
        await using var lab = await DockerLab.OpenAsync(Web);
        var web = lab.Engine.Run("web", id => new StandInContainer(id, "web") { Policy = "always" });
        await lab.WatchAsync();
        for (var i = 0; i < 4; i++)
        {
            lab.Engine.DieAndRestart(web, 1);
        }

        await lab.SweepAsync();
        Assert.Empty(lab.Door.Untaken);
        lab.Engine.DieAndRestart(web, 1);
        Assert.Equal(("crash-loop", "container web ended 5 times within an hour"), await lab.Door.SignalAsync() is var s ? (s.Condition, s.Message.Split(',')[0]) : default);
    }

    [Fact]
    public async Task Out_of_memory_is_told_once_it_is_known_how_it_ended()
    {
        await using var lab = await DockerLab.OpenAsync(Web);
        var web = lab.Engine.Run("web", id => new StandInContainer(id, "web") { MemoryLimit = 32 * 1024 * 1024 });
        await lab.WatchAsync();
        lab.Engine.RunOutOfMemory(web);
        Assert.Equal(("oom-killed", Severity.Critical), await lab.Door.SignalAsync() is var s ? (s.Condition, s.Severity) : default);
    }

    [Fact]
    public async Task Memory_near_its_limit_is_told_after_five_minutes()
    {
        await using var lab = await DockerLab.OpenAsync(Web);
        lab.Engine.Run("web", id => new StandInContainer(id, "web") { MemoryLimit = 1_000_000, Memory = 900_000 });
        await lab.WatchAsync();
        await lab.SweepAsync(9);
        Assert.Empty(lab.Door.Untaken);
        await lab.SweepAsync();
        Assert.Equal(("memory-high", Severity.Warning), await lab.Door.SignalAsync() is var s ? (s.Condition, s.Severity) : default);
    }

    [Fact]
    public async Task A_container_that_has_to_be_there_is_missed_at_the_second_sweep_and_a_replaced_one_is_not()
    {
        await using var lab = await DockerLab.OpenAsync(Web, new ContainerWatch { Name = "job-*" });
        var web = lab.Engine.Run("web");
        var job = lab.Engine.Run("job-1");
        await lab.WatchAsync();
        lab.Engine.Remove(web);
        lab.Engine.Remove(job);
        await lab.SweepAsync();
        web = lab.Engine.Run("web");
        await lab.SweepAsync();
        Assert.Empty(lab.Door.Untaken);

        lab.Engine.Remove(web);
        await lab.SweepAsync(2);
        Assert.Equal(("container-missing", "container/web"), Assert.Single(lab.Door.Untaken) is var s ? (s.Condition, s.Workload) : default);
    }

    [Fact]
    public async Task A_container_that_goes_between_list_and_look_is_left_out()
    {
        await using var lab = await DockerLab.OpenAsync(new ContainerWatch { Name = "*" });
        var (web, _) = (lab.Engine.Run("web"), lab.Engine.Run("other"));
        lab.Engine.Otherwise = path => path.StartsWith($"/containers/{web.Id}/", StringComparison.Ordinal) ? (404, """{"message":"No such container"}""") : null;
        await lab.WatchAsync();
        await lab.SweepAsync();
        Assert.Empty(lab.Door.Untaken);
        Assert.Equal((true, "1 container looked after"), (lab.Watcher.Health.IsWell, lab.Watcher.Health.Says));
    }

    [Fact]
    public async Task An_engine_that_goes_away_is_one_signal_and_nothing_flaps_when_it_is_back()
    {
        await using var lab = await DockerLab.OpenAsync(new ContainerWatch { Name = "w*" });
        var (one, two) = (lab.Engine.Run("w1"), lab.Engine.Run("w2"));
        await lab.WatchAsync();

        await lab.Engine.GoAwayAsync();
        for (var failures = 1; failures < 3; failures++)
        {
            await lab.FailedAsync(failures);
            Assert.Empty(lab.Door.Untaken);
            lab.Clock.Advance(TimeSpan.FromSeconds(15 * failures));
        }

        var signal = await lab.Door.SignalAsync();
        Assert.Equal(("docker", "docker-unreachable", "engine/docker"), (signal.Service.Value, signal.Condition, signal.Workload));
        Assert.Contains("Start it (systemctl start docker)", signal.Message, StringComparison.Ordinal);
        Assert.False(lab.Watcher.Health.IsWell);
        Assert.Null((await lab.Room.Workloads.LookAsync(DockerLab.Shop, "container/w1", CancellationToken.None))?.IsWell);

        // While it was away one ended by itself; the other was stopped by somebody.
        _ = lab.Door.Untaken;
        lab.Engine.Die(one, 1);
        lab.Engine.Stop(two);
        await lab.Engine.ComeBackAsync();
        await lab.Clock.TimersAsync(1);
        lab.Clock.Advance(TimeSpan.FromMinutes(2));
        await lab.Door.SweptAsync();
        Assert.Equal([("container-exited", "container/w1")], lab.Door.Untaken.Where(s => s.Service == DockerLab.Shop).Select(s => (s.Condition ?? "", s.Workload ?? "")));
        Assert.True(lab.Watcher.Health.IsWell);
    }

    [Fact]
    public async Task One_scan_finds_what_is_wrong_once()
    {
        await using var lab = await DockerLab.OpenAsync(Web, new ContainerWatch { Name = "absent" }, new ContainerWatch { Name = "s*" });
        lab.Engine.Die(lab.Engine.Run("web"), 1);
        lab.Engine.Stop(lab.Engine.Run("stopped"));
        lab.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["absent container-missing", "web container-exited"], (await lab.Room.ScanAsync(lab.Door, CancellationToken.None)).Select(s => $"{s.Workload?.Split('/')[1]} {s.Condition}").Order(StringComparer.Ordinal));
        await lab.Engine.GoAwayAsync();
        Assert.Equal("docker-unreachable", Assert.Single(await lab.Room.ScanAsync(lab.Door, CancellationToken.None)).Condition);
    }

    [Fact]
    public async Task A_clock_that_steps_does_not_stop_the_sweeps()
    {
        await using var lab = await DockerLab.OpenAsync(Web);
        lab.Engine.Run("web");
        await lab.WatchAsync();
        lab.Clock.Jump(TimeSpan.FromHours(-5));
        await lab.SweepAsync(2);
        lab.Clock.Jump(TimeSpan.FromHours(48));
        await lab.SweepAsync(2);
        Assert.Empty(lab.Door.Untaken);
    }

    [Fact]
    public async Task Idle_containers_cost_one_list_and_one_reading_each()
    {
        await using var lab = await DockerLab.OpenAsync(new ContainerWatch { Name = "c*" });
        for (var i = 0; i < 100; i++)
        {
            lab.Engine.Run($"c{i}");
        }

        await lab.WatchAsync();
        lab.Engine.Asked.Clear();
        await lab.SweepAsync(10);
        var asked = lab.Engine.Asked.ToList();
        Assert.Equal((10, 1_000), (asked.Count(a => a == "/containers/json"), asked.Count(a => a.EndsWith("/stats", StringComparison.Ordinal))));
        Assert.Equal(100, asked.Count(a => a.EndsWith("/json", StringComparison.Ordinal) && a != "/containers/json"));
    }

    [Fact]
    public async Task Figures_are_differences_between_sweeps()
    {
        await using var lab = await DockerLab.OpenAsync(Web);
        var web = lab.Engine.Run("web");
        await lab.WatchAsync();
        web.Cpu += 15_000_000_000;
        await lab.Clock.TimersAsync(1);
        lab.Clock.Advance(TimeSpan.FromSeconds(30));
        var figure = Assert.Single(await lab.Door.SweptAsync());
        Assert.Equal(("web", (bool?)true, 0.5, (long?)5_000_000, 0), (figure.Container, figure.IsWell, Math.Round(figure.Cpu ?? 0, 3), figure.Memory, figure.Restarts));
    }
}
