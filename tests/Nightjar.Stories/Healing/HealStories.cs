using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Stories.Healing;

/// <summary>Tier 1: what a playbook heals, and what only looks so.</summary>
public class HealStories
{
    [Fact]
    public async Task A_container_that_ended_is_restarted_verified_and_resolved_without_a_request()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        hands.Set(HealLab.Web, isWell: false, says: "exited with code 1");
        hands.Effect = _ => hands.Set(HealLab.Web, isWell: true);
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        Assert.Equal(IncidentState.Healing, (await world.OnlyIncidentAsync()).State);
        await world.PassAsync(TimeSpan.FromSeconds(3));

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.Resolved, IncidentOutcome.Healed), (incident.State, incident.Outcome));
        Assert.Equal("restart container/web", hands.Labels);
        Assert.Equal((HealEnd.Verified, "restart"), (Assert.Single(incident.Heal?.Tried ?? []).End, incident.Heal?.Playbook.Name));
        Assert.Empty(await world.RequestsAsync());
        Assert.Contains(await world.JournalAsync(), e => e.Act == "healed" && e.Why.Contains("restart container/web helped", StringComparison.Ordinal));
        Assert.Equal((1, 1, 0), (await world.Store.Heals.FiguresAsync(DateTimeOffset.UnixEpoch, default)) is var f ? (f.Ended, f.Healed, f.Unhealed) : default);
        Assert.Contains(world.Told.All, a => a.Text.StartsWith("Healed: healed by restart container/web, verified", StringComparison.Ordinal));
        Assert.Empty(world.Options.Log.Errors);
    }

    [Fact]
    public async Task A_restart_that_does_not_help_is_tried_three_times_a_minute_apart_and_then_investigated()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        var times = new List<DateTimeOffset>();
        hands.Effect = _ => times.Add(world.Clock.Now);
        hands.Set(HealLab.Web, isWell: false, says: "exited with code 1");
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        await world.PassAsync(TimeSpan.FromMinutes(10));

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(3, times.Count);
        Assert.All(times.Zip(times.Skip(1)), p => Assert.InRange((p.Second - p.First).TotalSeconds, 120, 126));
        Assert.Equal(IncidentState.NeedsHuman, incident.State);
        Assert.Equal([HealEnd.Ineffective, HealEnd.Ineffective, HealEnd.Ineffective], (incident.Heal?.Tried ?? []).Select(t => t.End));
        var failed = (await world.JournalAsync()).Where(e => e.Act == "healing-failed").ToList();
        Assert.Equal(3, failed.Count);
        Assert.All(failed, e => Assert.Contains("healing_failed: restart_ineffective: restart container/web: container/web is exited with code 1", e.Why, StringComparison.Ordinal));
        var bundle = (await world.Store.Evidence.ReadAsync(incident.Id, default))[^1].Bundle;
        Assert.Equal(3, bundle.Tried.Length);
        Assert.Equal(1, (await world.Store.Heals.FiguresAsync(DateTimeOffset.UnixEpoch, default)).Unhealed);
    }

    [Fact]
    public async Task Not_to_know_is_no_proof()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        hands.Effect = _ => hands.Remove(HealLab.Web);
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        await world.PassAsync(TimeSpan.FromMinutes(10));
        Assert.Equal(IncidentOutcome.None, (await world.OnlyIncidentAsync()).Outcome);
        Assert.All((await world.OnlyIncidentAsync()).Heal?.Tried ?? [], t => Assert.Equal(HealEnd.Ineffective, t.End));
    }

    [Fact]
    public async Task Well_for_a_moment_is_not_well_for_long_enough()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        hands.Effect = _ => hands.Set(HealLab.Web, isWell: true);
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        for (var i = 0; i < 15; i++)
        {
            hands.Set(HealLab.Web, isWell: i % 2 == 0);
            await world.PassAsync(TimeSpan.FromSeconds(1.5));
        }

        Assert.Equal(IncidentState.Healing, (await world.OnlyIncidentAsync()).State);
        hands.Set(HealLab.Web, isWell: true);
        await world.PassAsync(TimeSpan.FromSeconds(12));
        Assert.Equal(IncidentOutcome.Healed, (await world.OnlyIncidentAsync()).Outcome);
    }

    [Fact]
    public async Task A_restart_that_made_it_worse_is_said()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        hands.Set(HealLab.Web, isWell: false);
        hands.Effect = _ => hands.Set(HealLab.Web, isWell: false, restarts: 9);
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        await world.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Contains(await world.JournalAsync(), e => e.Act == "healing-failed" && e.Why.Contains("it made it worse: restarted 9 times since", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_dependency_is_healed_first_and_what_needs_it_is_left_alone_if_it_recovers()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        hands.Set(HealLab.Web, isWell: false);
        hands.Set(HealLab.Db, isWell: false);
        hands.Effect = _ =>
        {
            hands.Set(HealLab.Db, isWell: true);
            hands.Set(HealLab.Web, isWell: true);
        };
        await world.SeeAsync(HealLab.Sick(world, "container-unhealthy"));
        await world.PassAsync(TimeSpan.FromSeconds(10));
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(("restart container/db", IncidentOutcome.Healed), (hands.Labels, incident.Outcome));
        Assert.Contains(await world.JournalAsync(), e => e.Why == "playbook dependency-first, which says more about it than restart");
    }

    [Fact]
    public async Task What_needs_the_dependency_is_restarted_when_it_does_not_recover_with_it()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        hands.Set(HealLab.Web, isWell: false);
        hands.Set(HealLab.Db, isWell: false);
        hands.Effect = action => hands.Set(action is HealAction.Restart { Workload: HealLab.Db } ? HealLab.Db : HealLab.Web, isWell: true);
        await world.SeeAsync(HealLab.Sick(world, "container-unhealthy"));
        await world.PassAsync(TimeSpan.FromMinutes(4));
        Assert.Equal("restart container/db, restart container/web", hands.Labels);
        Assert.Equal(IncidentOutcome.Healed, (await world.OnlyIncidentAsync()).Outcome);
    }

    [Fact]
    public async Task A_container_that_is_gone_between_look_and_act_fails_the_attempt_and_no_more()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        hands.Set(HealLab.Web, isWell: false);
        hands.Effect = _ =>
        {
            hands.Remove(HealLab.Web);
            throw new ActionFailedException("there is no such container");
        };
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        await world.PassAsync(TimeSpan.FromMinutes(10));
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(3, hands.Done.Count);
        Assert.All(incident.Heal?.Tried ?? [], t => Assert.Equal((HealEnd.Failed, "there is no such container"), (t.End, t.Says)));
        Assert.NotEqual(IncidentState.Healing, incident.State);
        Assert.Empty(world.Options.Log.Errors);
    }

    [Theory]
    [InlineData(null, 1, "nobody can tell whether it was done: it is not done again")]
    [InlineData(true, 1, "it was done before a restart of Nightjar")]
    [InlineData(false, 2, "done")]
    public async Task Cut_off_in_the_middle_it_asks_the_world_and_does_nothing_twice_that_it_cannot_tell(bool? wasDone, int times, string says)
    {
        var (options, hands) = HealLab.Options();
        var cut = false;
        await using var world = await World.StartAsync(options with
        {
            Reached = point =>
            {
                if (!cut && point.StartsWith("heal:heal-", StringComparison.Ordinal) && point.EndsWith(":done-unwritten", StringComparison.Ordinal))
                {
                    cut = true;
                    throw new InvalidOperationException("cut off");
                }
            },
        });
        hands.WasDone = wasDone;
        hands.Set(HealLab.Web, isWell: false);
        hands.Effect = _ => hands.Set(HealLab.Web, isWell: true);
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        await world.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal((times, IncidentOutcome.Healed), (hands.Done.Count, (await world.OnlyIncidentAsync()).Outcome));
        Assert.Contains(await world.JournalAsync(), e => e.Why.Contains($"restart container/web: {says}", StringComparison.Ordinal) || (e.Why.Contains(says, StringComparison.Ordinal) && wasDone is null));
        Assert.Single(await world.Store.Heals.SinceAsync(DateTimeOffset.UnixEpoch, default));
    }

    [Fact]
    public async Task An_action_that_never_ends_counts_as_failed_and_holds_nothing_up()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        hands.Hangs = true;
        var seeing = world.SeeAsync(HealLab.Sick(world, "container-exited"));
        while (!seeing.IsCompleted)
        {
            await Task.Yield();
            world.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        await seeing;
        var tried = (await world.OnlyIncidentAsync()).Heal?.Tried ?? [];
        Assert.NotEmpty(tried);
        Assert.All(tried, t => Assert.Equal((HealEnd.Failed, "it took longer than 60 s"), (t.End, t.Says)));
    }

    [Fact]
    public async Task Mode_observe_does_nothing_and_says_what_it_would()
    {
        var (options, hands) = HealLab.Options(Mode.Observe);
        await using var world = await World.StartAsync(options);
        hands.Set(HealLab.Web, isWell: false);
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        await world.PassAsync(TimeSpan.FromMinutes(5));
        Assert.Empty(hands.Done);
        Assert.Empty(await world.Store.Heals.SinceAsync(DateTimeOffset.UnixEpoch, default));
        Assert.Contains(await world.JournalAsync(), e => e.Act == "would-heal" && e.Why == "playbook restart would do: restart container/web; mode observe changes nothing that runs");
        Assert.Contains(await world.JournalAsync(), e => e.Act == "state" && e.Why.Contains("not healed: would restart container/web, but mode observe", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_has_worked_for_a_service_is_tried_first_there_and_nowhere_else()
    {
        var other = new ServiceName("other");
        var remedies = new[] { "clear-cache", "reset-connections" }.Select(n => new Remedy { Name = n, Exec = [n], Container = "web" }).ToList();
        var (options, hands) = HealLab.Options(service: s => s with { Remedies = [.. remedies] });
        options = options with { Others = [new Service { Name = other, Remedies = [.. remedies] }] };
        await using var world = await World.StartAsync(options);
        world.Part<PlaybookShelf>().Put([new Playbook { Name = "both", When = new PlaybookMatch { Conditions = ["stale-data"] }, Do = [new HealStep { Action = "clear-cache", Attempts = 1 }, new HealStep { Action = "reset-connections", Attempts = 1 }], Verify = new HealVerify { Workload = true, Quiet = false, For = TimeSpan.Zero, Within = TimeSpan.FromSeconds(20) } }], []);
        hands.Effect = a => hands.Set(HealLab.Web, isWell: a is HealAction.Exec { Command: ["reset-connections"] });
        await world.SeeAsync(HealLab.Sick(world, "stale-data"));
        await world.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Equal("exec container/web clear-cache, exec container/web reset-connections", hands.Labels);

        await world.PassAsync(TimeSpan.FromMinutes(10));
        hands.Done.Clear();
        hands.Set(HealLab.Web, isWell: false);
        await world.SeeAsync(HealLab.Sick(world, "stale-data"), HealLab.Sick(world, "stale-data", service: other));
        await world.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Equal("reset-connections", Assert.IsType<HealAction.Exec>(hands.Done.First(a => a.Service == World.Shop)).Command[0]);
        Assert.Equal("clear-cache", Assert.IsType<HealAction.Exec>(hands.Done.First(a => a.Service == other)).Command[0]);
        Assert.Contains(await world.JournalAsync(), e => e.Why == "playbook both; reset-connections first, which has worked for shop before");
    }

    [Fact]
    public async Task Hostile_names_of_containers_stay_names()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        const string name = "container/--privileged; rm -rf / \u202e$(reboot)\n";
        hands.Set(name, isWell: false);
        hands.Effect = _ => hands.Set(name, isWell: true);
        await world.SeeAsync(HealLab.Sick(world, "container-exited", name));
        await world.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(name, Assert.IsType<HealAction.Restart>(Assert.Single(hands.Done)).Workload);
        Assert.Equal(IncidentOutcome.Healed, (await world.OnlyIncidentAsync()).Outcome);
        Assert.All(await world.JournalAsync(), e => Assert.DoesNotContain('\u202e', e.Act == "opened" ? "" : e.Why));
    }

    [Fact]
    public async Task A_probe_must_say_so_too_where_there_is_one()
    {
        var (options, hands) = HealLab.Options(service: s => s with { Probes = [new HttpProbe("health", new Uri("http://127.0.0.1:1/health"))] });
        await using var world = await World.StartAsync(options);
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        await world.PassAsync(TimeSpan.FromSeconds(50));
        Assert.Equal(IncidentState.Healing, (await world.OnlyIncidentAsync()).State);
        await world.PassAsync(TimeSpan.FromSeconds(15));
        Assert.Contains(await world.JournalAsync(), e => e.Act == "healing-failed" && e.Why.EndsWith("probe health was not well since", StringComparison.Ordinal));
        Assert.Single(hands.Done);
    }

    [Fact]
    public async Task An_error_rate_must_fall()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        world.Part<PlaybookShelf>().Put([new Playbook { Name = "rate", When = new PlaybookMatch { Causes = [Seen.StockMismatch] }, Do = [new HealStep { Action = "restart", Attempts = 2, CoolDown = TimeSpan.Zero }], Verify = new HealVerify { Quiet = false, MinVolume = 20, For = TimeSpan.FromSeconds(5), Within = TimeSpan.FromSeconds(30) } }], []);
        await world.SeeAsync(Seen.StockGoesNegative(world.Clock.Now) with { Workload = HealLab.Web });
        await world.ServeAsync(20, 100, TimeSpan.FromSeconds(40));
        Assert.Equal(2, hands.Done.Count);
        await world.ServeAsync(0, 400, TimeSpan.FromSeconds(25));
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.Resolved, IncidentOutcome.Healed), (incident.State, incident.Outcome));
        Assert.Matches("; [0-9] of [0-9]+ failed$", incident.Why);
        Assert.Equal(Severity.Critical, incident.Severity);
    }
}
