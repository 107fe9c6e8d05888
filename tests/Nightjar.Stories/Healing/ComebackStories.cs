using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Stories.Healing;

/// <summary>What is healed and comes back: one incident that is opened again, until healing is not the answer.</summary>
public class ComebackStories
{
    [Fact]
    public async Task A_container_that_ends_again_soon_after_it_was_healed_is_the_same_incident_opened_again()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        await DieAsync(world, hands);
        await world.PassAsync(TimeSpan.FromMinutes(30));
        await DieAsync(world, hands, "oom-killed");

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.Resolved, IncidentOutcome.Healed, 1, "oom-killed"), (incident.State, incident.Outcome, incident.CameBack?.Count, incident.Trigger.Condition));
        Assert.Equal([HealEnd.Verified, HealEnd.Verified], incident.Heal?.Tried.Select(t => t.End));
        Assert.Equal(2, hands.Done.Count);
        Assert.Equal((1, 1, 0), (await world.Store.Heals.FiguresAsync(DateTimeOffset.UnixEpoch, default)) is var f ? (f.Ended, f.Healed, f.Unhealed) : default);

        // Told once for each state that it came to, and the second opening in other words.
        Assert.Equal(["opened", "resolved", "came back, time 1", "resolved"], world.Told.All.Select(a => a.Title.Split(": ")[0][(a.Title.IndexOf(' ', StringComparison.Ordinal) + 1)..]));
        Assert.Equal(4, world.Told.All.Select(a => a.Key).Distinct().Count());
    }

    [Fact]
    public async Task What_comes_back_later_is_an_incident_of_its_own()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        await DieAsync(world, hands);
        await world.PassAsync(TimeSpan.FromMinutes(61));
        await DieAsync(world, hands);
        var incidents = await world.IncidentsAsync();
        Assert.Equal([IncidentOutcome.Healed, IncidentOutcome.Healed], incidents.Select(i => i.Outcome));
        Assert.Equal(incidents[0].Id, incidents[1].RecurrenceOf);
    }

    [Fact]
    public async Task At_the_fifth_time_it_goes_to_investigation_with_what_was_tried_and_is_not_healed_again()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        for (var i = 0; i < 6; i++)
        {
            await DieAsync(world, hands);
            await world.PassAsync(TimeSpan.FromMinutes(25));
        }

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.NeedsHuman, 5), (incident.State, incident.CameBack?.Count));
        Assert.Equal(5, hands.Done.Count);
        Assert.Equal(5, (await world.Store.Evidence.ReadAsync(incident.Id, default))[^1].Bundle.Tried.Length);
        Assert.Contains(await world.JournalAsync(), e => e.Act == "state" && e.Why.EndsWith("it came back 5 times within 60 minutes of being healed: what heals it does not last", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Five_ends_within_an_hour_are_a_crash_loop_before_that()
    {
        var (options, hands) = HealLab.Options(change: o => o with { Healing = o.Healing with { EscalateAtComeback = 10 } }, service: s => s with { Containers = [.. s.Containers.Select(c => c with { MaxRestartsPerHour = 10 })] });
        await using var world = await World.StartAsync(options);
        for (var i = 0; i < 5; i++)
        {
            await DieAsync(world, hands);
        }

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((4, 4), (incident.CameBack?.Count, hands.Done.Count));
        Assert.Equal("crash-loop was seen 5 times within 60 minutes: it goes to investigation", incident.Escalated);
        Assert.NotEqual(IncidentState.Resolved, incident.State);
    }

    [Fact]
    public async Task A_kill_between_the_signal_and_the_opening_loses_nothing()
    {
        var (options, hands) = HealLab.Options();
        options = options with { DeleteAtEnd = false };
        await using (var before = await World.StartAsync(options))
        {
            await DieAsync(before, hands);
            await before.PassAsync(TimeSpan.FromMinutes(1));
            hands.Set(HealLab.Web, isWell: false);
            await before.Part<ISignalDoor>().AcceptAsync(HealLab.Sick(before, "container-exited"), default);
            Assert.Equal(IncidentState.Resolved, (await before.OnlyIncidentAsync()).State);
        }

        await using var world = await World.StartAsync(options with { DeleteAtEnd = true });
        await world.SettleAsync();
        Assert.Equal((IncidentState.Healing, 1), (await world.OnlyIncidentAsync()) is var incident ? (incident.State, incident.CameBack?.Count) : default);
        await world.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(IncidentOutcome.Healed, (await world.OnlyIncidentAsync()).Outcome);
    }

    [Fact]
    public async Task What_it_depends_on_holds_it_back_when_it_comes_back_too()
    {
        var (options, hands) = HealLab.Options(service: s => s with { DependsOn = [new ServiceName("ledger")] });
        await using var world = await World.StartAsync(options with { Others = [new Service { Name = new("ledger") }] });
        await DieAsync(world, hands);
        await world.SeeAsync(Seen.ErrorRate(world.Clock.Now, "LedgerError", "no book", "/app/L.cs", "L.Post", 1, 40, 200) with { Service = new("ledger") });
        hands.Set(HealLab.Web, isWell: false);
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        var incident = (await world.IncidentsAsync())[0];
        Assert.Equal((IncidentState.Detected, (long?)2), (incident.State, incident.HeldBy?.Value));
        Assert.Single(hands.Done);
    }

    [Fact]
    public async Task A_message_full_of_what_json_escapes_arrives_whole()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        await DieAsync(world, hands);
        await world.PassAsync(TimeSpan.FromMinutes(1));
        hands.Set(HealLab.Web, isWell: false);
        await world.SeeAsync(HealLab.Sick(world, "container-exited") with { Message = new string('"', 100_000), Samples = [.. Enumerable.Repeat(new string('\u0001', 50_000), 50)] });
        Assert.Equal(1, (await world.OnlyIncidentAsync()).CameBack?.Count);
        Assert.Equal(2_000, (await world.OnlyIncidentAsync()).Trigger.Message.Length);
    }

    private static async Task DieAsync(World world, StoryHands hands, string condition = "container-exited")
    {
        hands.Effect = _ => hands.Set(HealLab.Web, isWell: true);
        hands.Set(HealLab.Web, isWell: false, says: "exited with code 1");
        await world.SeeAsync(HealLab.Sick(world, condition));
        await world.PassAsync(TimeSpan.FromMinutes(1));
    }
}
