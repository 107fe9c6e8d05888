using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Signals;

public sealed class ContainerDetectorTests
{
    private static readonly DateTimeOffset Start = new(2026, 5, 19, 21, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(30);

    private DateTimeOffset now = Start;
    private ContainerTrack track = new();
    private ContainerState state = new() { Id = "1", Name = "web", Status = ContainerStatus.Running, StartedAt = Start.AddHours(-1) };

    [Fact]
    public void A_container_that_runs_without_a_health_check_is_well()
    {
        Assert.Null(Look());
        Assert.True(Standing().IsWell);
    }

    [Fact]
    public void One_that_ended_with_an_exit_code_is_down_and_its_end_is_known()
    {
        Happens(ContainerHappening.Died, 3);
        var signal = Look(s => s with { Status = ContainerStatus.Exited, ExitCode = 3, FinishedAt = now });

        Assert.Equal(("container-exited", Severity.Critical, "container/web", Start), (signal?.Condition, signal?.Severity, signal?.Workload, signal?.Since));
        Assert.Equal((false, "ended with exit code 3"), (Standing().IsWell, Standing().Says));
    }

    [Theory]
    [InlineData(RestartPolicy.No)]
    [InlineData(RestartPolicy.OnFailure)]
    public void A_job_that_ended_with_0_is_well(RestartPolicy policy)
    {
        Assert.Null(Look(s => s with { Status = ContainerStatus.Exited, Policy = policy }));
        Assert.True(Standing().IsWell);
    }

    [Fact]
    public void What_somebody_stopped_is_not_well_but_no_problem()
    {
        Happens(ContainerHappening.Signalled);
        Happens(ContainerHappening.Died, 137);
        Happens(ContainerHappening.Stopped);

        Assert.Null(Look(s => s with { Status = ContainerStatus.Exited, ExitCode = 137 }));
        Assert.Equal((false, "stopped by somebody, exit code 137"), (Standing().IsWell, Standing().Says));
        Assert.Empty(track.Deaths);
    }

    [Fact]
    public void What_was_killed_by_hand_is_a_problem()
    {
        Happens(ContainerHappening.Signalled);
        Happens(ContainerHappening.Died, 137);

        Assert.Equal("container-exited", Look(s => s with { Status = ContainerStatus.Exited, ExitCode = 137, Policy = RestartPolicy.Always })?.Condition);
    }

    [Theory]
    [InlineData(143, RestartPolicy.No, true)]
    [InlineData(130, RestartPolicy.No, true)]
    [InlineData(137, RestartPolicy.No, false)]
    [InlineData(137, RestartPolicy.Always, true)]
    [InlineData(1, RestartPolicy.UnlessStopped, true)]
    [InlineData(1, RestartPolicy.OnFailure, true)]
    [InlineData(1, RestartPolicy.No, false)]
    public void Without_events_the_exit_code_and_the_policy_tell_whether_it_was_stopped(int exitCode, RestartPolicy policy, bool isStopped) =>
        Assert.Equal(isStopped, Look(s => s with { Status = ContainerStatus.Exited, ExitCode = exitCode, Policy = policy }) is null);

    [Fact]
    public void A_policy_that_has_no_retries_left_leaves_it_down() =>
        Assert.Equal("container-exited", Look(s => s with { Status = ContainerStatus.Exited, ExitCode = 1, Policy = RestartPolicy.OnFailure, MostRetries = 3, Restarts = 3 })?.Condition);

    [Fact]
    public void What_was_stopped_because_the_engine_went_away_is_down()
    {
        Happens(ContainerHappening.Died, 143);
        Happens(ContainerHappening.Stopped);
        track = track.AfterEngineLeft(now.AddSeconds(5));

        Assert.Equal("container-exited", Look(s => s with { Status = ContainerStatus.Exited, ExitCode = 143 })?.Condition);
    }

    [Fact]
    public void What_its_policy_starts_again_is_a_problem_from_the_fifth_time_within_an_hour()
    {
        for (var i = 1; i <= 4; i++)
        {
            now += TimeSpan.FromMinutes(1);
            Happens(ContainerHappening.Died, 1);
            Assert.Null(Look(s => s with { Restarts = i, Policy = RestartPolicy.Always, StartedAt = now }));
        }

        now += TimeSpan.FromMinutes(1);
        Happens(ContainerHappening.Died, 1);
        Assert.Equal("crash-loop", Look(s => s with { Restarts = 5, StartedAt = now })?.Condition);
        now += TimeSpan.FromMinutes(2);
        Assert.Null(Look());
        Assert.True(Standing().IsWell);
    }

    [Fact]
    public void Restarts_that_no_event_told_of_are_counted_once()
    {
        Look(s => s with { Restarts = 40, Policy = RestartPolicy.Always });
        Happens(ContainerHappening.Died, 1);
        Look(s => s with { Restarts = 41 });
        Assert.Single(track.Deaths);
        now += Sweep;
        Look(s => s with { Restarts = 44 });
        Assert.Equal(4, track.Deaths.Length);
        Happens(ContainerHappening.Died, 1);
        Assert.Equal(4, track.Deaths.Length);
    }

    [Fact]
    public void A_container_that_replaces_another_goes_on_with_its_deaths()
    {
        Look();
        Happens(ContainerHappening.Died, 1);
        Look(s => s with { Id = "2", Restarts = 0, StartedAt = now });
        Assert.Single(track.Deaths);
        Assert.Equal("2", track.Id);
    }

    [Fact]
    public void An_unhealthy_one_says_what_its_check_said_and_a_starting_one_is_neither()
    {
        Assert.Equal("container web is unhealthy: db: connection refused", Look(s => s with { Health = ContainerHealth.Unhealthy, HealthOutput = "db: connection refused" })?.Message);
        Assert.Null(Look(s => s with { Health = ContainerHealth.Starting }));
        Assert.Null(Standing().IsWell);
        Look(s => s with { Health = ContainerHealth.Healthy });
        Assert.True(Standing().IsWell);
    }

    [Fact]
    public void A_health_url_must_fail_twice_and_is_given_time_at_the_start()
    {
        var fails = new UrlAnswer(false, "no complete answer within 10 s", TimeSpan.FromSeconds(10));
        Assert.Null(Look(s => s with { StartedAt = now.AddSeconds(-5) }, url: fails));
        Assert.Null(Standing(fails).IsWell);
        now += Sweep;
        Assert.Null(Look(url: fails));
        Assert.False(Standing(fails).IsWell);
        now += Sweep;
        Assert.Equal("container-unhealthy", Look(url: fails)?.Condition);
        Assert.Null(Look(url: new UrlAnswer(true, "", TimeSpan.FromMilliseconds(3))));
    }

    [Fact]
    public void Memory_over_the_mark_is_a_warning_after_five_minutes_and_critical_after_ten()
    {
        var seen = new List<(string? Condition, Severity? Severity)>();
        for (var i = 0; i <= 20; i++, now += Sweep)
        {
            var signal = Look(s => s with { MemoryLimit = 100 }, memory: 81);
            seen.Add((signal?.Condition, signal?.Severity));
        }

        Assert.All(seen[..10], s => Assert.Null(s.Condition));
        Assert.All(seen[10..20], s => Assert.Equal(("memory-high", Severity.Warning), s));
        Assert.Equal(("memory-high", Severity.Critical), seen[20]);
        Assert.False(Standing(memory: 81).IsWell);
        Assert.Null(Look(memory: 79));
        Assert.True(Standing(memory: 79).IsWell);
    }

    [Theory]
    [InlineData(24)]
    [InlineData(-24)]
    public void A_step_of_the_clock_makes_neither_memory_high_nor_a_loop(int hours)
    {
        for (var i = 0; i < 4; i++)
        {
            Happens(ContainerHappening.Died, 1);
            Look(s => s with { MemoryLimit = 100, Policy = RestartPolicy.Always }, memory: 90);
        }

        now += TimeSpan.FromHours(hours);
        Assert.Null(Look(memory: 90));
        now += Sweep;
        Assert.Null(Look(memory: 90));
        Happens(ContainerHappening.Died, 1);
        Assert.Null(Look(memory: 90));
        Assert.Single(track.Deaths);
    }

    [Fact]
    public void Out_of_memory_is_told_before_the_exit_code()
    {
        Happens(ContainerHappening.OutOfMemory);
        Happens(ContainerHappening.Died, 137);
        var signal = Look(s => s with { Status = ContainerStatus.Exited, OomKilled = true, ExitCode = 137, MemoryLimit = 16 * 1024 * 1024 });
        Assert.Equal(("oom-killed", Severity.Critical, "container web ran out of memory (its limit is 16 MiB) and ended with exit code 137"), (signal?.Condition, signal?.Severity, signal?.Message));
    }

    [Fact]
    public void One_that_could_not_be_started_says_why() =>
        Assert.Equal("container web could not be started: port is already allocated", Look(s => s with { Status = ContainerStatus.Created, ExitCode = 128, Error = "port is already allocated" })?.Message);

    [Theory]
    [InlineData("web", null, null, true)]
    [InlineData("we", null, null, false)]
    [InlineData("*-web-?", null, null, false)]
    [InlineData("w*", "tier=front", null, true)]
    [InlineData("w*", "tier=back", null, false)]
    [InlineData(null, "tier", null, true)]
    [InlineData(null, null, "shop", true)]
    [InlineData(null, null, "shop/front", true)]
    [InlineData(null, null, "shop/back", false)]
    [InlineData(null, null, null, false)]
    public void A_container_is_picked_by_all_that_is_named(string? name, string? label, string? compose, bool isPicked)
    {
        var labels = new Dictionary<string, string> { ["tier"] = "front", ["com.docker.compose.project"] = "shop", ["com.docker.compose.service"] = "front" };
        Assert.Equal(isPicked, new ContainerWatch { Name = name, Label = label, Compose = compose }.Picks("web", labels));
    }

    [Fact]
    public void Of_two_services_that_pick_it_the_one_that_names_it_has_it()
    {
        var catalogue = new Catalogue([new Service { Name = new ServiceName("a"), Containers = [new ContainerWatch { Name = "w*" }] }, new Service { Name = new ServiceName("b"), Containers = [new ContainerWatch { Name = "web" }] }]);
        Assert.Equal("b", catalogue.OwnerOf("web", new Dictionary<string, string>())?.Service.Name.Value);
        Assert.Equal("a", catalogue.OwnerOf("wiki", new Dictionary<string, string>())?.Service.Name.Value);
    }

    private void Happens(ContainerHappening what, int exitCode = 0) => track = track.After(new ContainerEvent(state.Id, "web", what, now, exitCode));

    private Signal? Look(Func<ContainerState, ContainerState>? change = null, UrlAnswer? url = null, long? memory = null)
    {
        state = change?.Invoke(state) ?? state;
        var look = At(url, memory);
        track = track.After(look, Sweep);
        return ContainerDetector.Judge(new ServiceName("shop"), track, look);
    }

    private WorkloadStanding Standing(UrlAnswer? url = null, long? memory = null) => ContainerDetector.Standing(track, At(url, memory));

    private ContainerLook At(UrlAnswer? url, long? memory) =>
        new(state, memory is { } bytes ? new ContainerUsage(now, TimeSpan.Zero, bytes, 0, 0, 0, 0) : null, url, now);
}
