using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Signals;

namespace Nightjar.Stories.Healing;

/// <summary>Each row of the table of alert types, as it ships.</summary>
public class AlertTypeStories
{
    [Fact]
    public async Task The_connection_pool_is_reset_at_three_and_investigated_at_five_up_to_a_draft_request()
    {
        var (options, hands) = HealLab.Options(service: s => s with { Remedies = [HealLab.Reset] });
        await using var world = await World.StartAsync(options);
        world.Logs.Digest = Seen.DigestOf(Seen.StockGoesNegative(world.Clock.Now));
        for (var i = 0; i < 2; i++)
        {
            await world.SeeAsync(HealLab.Logged(world, "database-connections"));
            await world.PassAsync(TimeSpan.FromSeconds(20));
        }

        Assert.Empty(await world.IncidentsAsync());
        await world.SeeAsync(HealLab.Logged(world, "database-connections"));
        Assert.Equal(("exec container/db pool reset", IncidentState.Healing), (hands.Labels, (await world.OnlyIncidentAsync()).State));

        // It did not help: two more lines come.
        for (var i = 0; i < 2; i++)
        {
            await world.PassAsync(TimeSpan.FromSeconds(20));
            await world.SeeAsync(HealLab.Logged(world, "database-connections"));
        }

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(IncidentState.InReview, incident.State);
        Assert.Equal("database-connections was seen 5 times within 10 minutes: it goes to investigation", incident.Escalated);
        Assert.Equal(HealEnd.Ineffective, Assert.Single(incident.Heal?.Tried ?? []).End);
        Assert.Equal("exec container/db pool reset", hands.Labels);
        Assert.Single(await world.RequestsAsync());
        Assert.Single((await world.Store.Evidence.ReadAsync(incident.Id, default))[^1].Bundle.Tried);
    }

    [Fact]
    public async Task A_reset_that_helps_is_verified_by_traffic_without_the_error_and_the_count_begins_anew()
    {
        var (options, hands) = HealLab.Options(service: s => s with { Remedies = [HealLab.Reset] });
        await using var world = await World.StartAsync(options);
        for (var i = 0; i < 3; i++)
        {
            await world.SeeAsync(HealLab.Logged(world, "database-connections"));
            await world.PassAsync(TimeSpan.FromSeconds(5));
        }

        Assert.Single(hands.Done);
        await world.ServeAsync(0, 60, TimeSpan.FromSeconds(30));
        Assert.Equal(IncidentOutcome.Healed, (await world.OnlyIncidentAsync()).Outcome);
        Assert.Empty((await world.Store.Tallies.GetAsync(World.Shop, "database-connections", default)).Seen);
        await world.PassAsync(TimeSpan.FromMinutes(2));
        await world.SeeAsync(HealLab.Logged(world, "database-connections"));
        await world.SeeAsync(HealLab.Logged(world, "database-connections"));
        Assert.Single(await world.IncidentsAsync());
    }

    [Fact]
    public async Task Five_lines_in_one_second_do_not_take_the_reset_its_time_to_help()
    {
        var (options, hands) = HealLab.Options(service: s => s with { Remedies = [HealLab.Reset] });
        await using var world = await World.StartAsync(options);
        for (var i = 0; i < 5; i++)
        {
            await world.SeeAsync(HealLab.Logged(world, "database-connections"));
        }

        Assert.Single(hands.Done);
        await world.ServeAsync(0, 60, TimeSpan.FromSeconds(30));
        Assert.Equal(IncidentOutcome.Healed, (await world.OnlyIncidentAsync()).Outcome);
    }

    [Fact]
    public async Task Counts_outlive_a_restart_and_are_kept_for_each_service_and_type()
    {
        var (options, _) = HealLab.Options();
        options = options with { DeleteAtEnd = false };
        await using (var before = await World.StartAsync(options))
        {
            await before.SeeAsync(HealLab.Logged(before, "source-failing"), HealLab.Logged(before, "source-failing"));
            await before.SeeAsync(HealLab.Logged(before, "database-connections"), HealLab.Logged(before, "source-failing", new("other")));
            Assert.Empty(await before.IncidentsAsync());
        }

        await using var world = await World.StartAsync(options with { DeleteAtEnd = true });
        await world.SeeAsync(HealLab.Logged(world, "source-failing"));
        Assert.Equal("source-failing", (await world.OnlyIncidentAsync()).Trigger.Condition);
    }

    [Fact]
    public async Task What_lies_outside_the_window_does_not_count()
    {
        var (options, _) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        for (var i = 0; i < 6; i++)
        {
            await world.SeeAsync(HealLab.Logged(world, "source-failing"));
            await world.PassAsync(TimeSpan.FromMinutes(5.5));
        }

        Assert.Empty(await world.IncidentsAsync());
    }

    [Theory]
    [InlineData("data-corruption", Severity.Critical)]
    [InlineData("unknown-error", Severity.Warning)]
    [InlineData("crash-loop", Severity.Critical)]
    public async Task Some_go_to_investigation_at_once_and_nothing_is_touched(string condition, Severity severity)
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        await world.SeeAsync(HealLab.Sick(world, condition));
        var incident = await world.OnlyIncidentAsync();
        Assert.NotNull(incident.Finding);
        Assert.Equal(severity, incident.Severity);
        Assert.Empty(hands.Done);
    }

    [Fact]
    public async Task Five_ends_of_a_container_within_an_hour_are_a_crash_loop_though_each_was_healed()
    {
        var (options, hands) = HealLab.Options(service: s => s with { Containers = [] });
        await using var world = await World.StartAsync(options);
        hands.Effect = _ => hands.Set(HealLab.Web, isWell: true);
        for (var i = 0; i < 5; i++)
        {
            hands.Set(HealLab.Web, isWell: false);
            await world.SeeAsync(HealLab.Sick(world, "container-exited"));
            await world.PassAsync(TimeSpan.FromMinutes(6));
        }

        Assert.InRange(hands.Done.Count, 4, 5);
        var last = (await world.IncidentsAsync())[^1];
        Assert.Equal("crash-loop was seen 5 times within 60 minutes: it goes to investigation", last.Escalated);
        Assert.NotNull(last.Finding);
    }

    [Fact]
    public async Task High_memory_is_healed_after_five_minutes_and_investigated_after_ten()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        hands.Set(HealLab.Web, isWell: false);
        var shelf = world.Part<PlaybookShelf>();
        shelf.Put([new Playbook { Name = "slow", Do = [new HealStep { Action = "restart" }], Verify = new HealVerify { Within = TimeSpan.FromMinutes(9) } }], shelf.AlertTypes);
        for (var half = 0; half <= 20; half++)
        {
            await world.SeeAsync(HealLab.Sick(world, "memory-high"));
            Assert.Equal(half < 10 ? 0 : 1, (await world.IncidentsAsync()).Length);
            if (half is >= 10 and < 20)
            {
                Assert.Equal(IncidentState.Healing, (await world.OnlyIncidentAsync()).State);
            }

            await world.PassAsync(TimeSpan.FromSeconds(30));
        }

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal("memory-high lasts 10 minutes: it goes to investigation", incident.Escalated);
        Assert.NotNull(incident.Finding);
    }

    [Fact]
    public async Task Memory_that_was_high_twice_for_a_while_did_not_last()
    {
        var (options, _) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        for (var i = 0; i < 2; i++)
        {
            for (var half = 0; half < 8; half++)
            {
                await world.SeeAsync(HealLab.Sick(world, "memory-high"));
                await world.PassAsync(TimeSpan.FromSeconds(30));
            }

            await world.PassAsync(TimeSpan.FromMinutes(3));
        }

        Assert.Empty(await world.IncidentsAsync());
    }

    [Fact]
    public async Task A_full_disk_is_cleaned_where_a_remedy_allows_it_and_only_there()
    {
        var (options, hands) = HealLab.Options(service: s => s with { Remedies = [new Remedy { Name = "clean-disk", Directory = "/var/log/shop" }] });
        await using var world = await World.StartAsync(options with { Others = [new() { Name = new("other") }] });
        await world.SeeAsync(HealLab.Logged(world, "disk-low"), HealLab.Logged(world, "disk-low", new("other")));
        Assert.Equal(World.Shop, Assert.IsType<HealAction.DeleteFiles>(Assert.Single(hands.Done)).Service);
        Assert.NotNull((await world.IncidentsAsync())[1].Finding);
    }

    [Fact]
    public async Task A_rate_limit_is_waited_out_twice_as_long_each_time()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        await world.SeeAsync(HealLab.Logged(world, "rate-limited"));
        var began = world.Clock.Now;
        var looks = new List<double>();
        while ((await world.OnlyIncidentAsync()).State == IncidentState.Healing && world.Clock.Now < began.AddHours(1))
        {
            if ((await world.OnlyIncidentAsync()).Heal is { Running: { } running } heal && heal.Current is { } step && looks.Count < heal.Attempt)
            {
                looks.Add(step.WaitBefore(heal.Attempt).TotalSeconds);
                Assert.InRange((world.Clock.Now - running.DoneAt).TotalSeconds, 0, 1);
            }

            await world.PassAsync(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([10, 20, 40, 80, 160, 300], looks);
        Assert.Empty(hands.Done);
        Assert.NotNull((await world.OnlyIncidentAsync()).Finding);
    }

    [Fact]
    public async Task A_rate_limit_that_ended_is_healed_by_waiting()
    {
        var (options, _) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        await world.SeeAsync(HealLab.Logged(world, "rate-limited"));
        await world.ServeAsync(0, 80, TimeSpan.FromSeconds(40));
        Assert.Equal(IncidentOutcome.Healed, (await world.OnlyIncidentAsync()).Outcome);
    }
}
