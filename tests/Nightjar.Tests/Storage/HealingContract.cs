using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;

namespace Nightjar.Tests.Storage;

/// <summary>Actions of healing, counts of alert types, and begun investigations.</summary>
public abstract class HealingContract<TSubject> : StoreContract<TSubject>
    where TSubject : StoreSubject, new()
{
    private static readonly ServiceName Shop = new("shop");

    [Fact]
    public async Task An_action_is_begun_once_and_ends_once_and_outlives_a_restart()
    {
        await Store.Heals.BeginAsync(Row(1, "a"), Token);
        var again = await Store.Heals.BeginAsync(Row(1, "a") with { At = Clock.Now.AddHours(1), Playbook = "other" }, Token);
        Assert.Equal((Clock.Now, "restart"), (again.At, again.Playbook));
        await Store.Heals.BeginAsync(Row(2, Hostile) with { At = Clock.Now.AddMinutes(1), Workload = Hostile, Playbook = Hostile }, Token);
        await ReopenAsync();

        await Store.Heals.EndAsync(new IncidentId(1), "a", HealEnd.Verified, Clock.Now.AddSeconds(5), Token);
        await Store.Heals.EndAsync(new IncidentId(1), "a", HealEnd.Failed, Clock.Now.AddSeconds(9), Token);
        var rows = await Store.Heals.SinceAsync(Clock.Now.AddSeconds(-1), Token);
        Assert.Equal([(HealEnd.Verified, (DateTimeOffset?)Clock.Now.AddSeconds(5)), (HealEnd.Running, null)], rows.Select(r => (r.End, r.EndedAt)));
        Assert.Equal(Kept(Hostile), rows[1].Workload);
        Assert.Single(await Store.Heals.SinceAsync(Clock.Now, Token));
    }

    [Fact]
    public async Task Strategies_are_counted_for_each_service_by_what_was_verified()
    {
        Assert.Empty(await Store.Heals.StrategiesAsync(null, Token));
        await EndedAsync(1, "a", HealEnd.Verified);
        await EndedAsync(1, "b", HealEnd.Ineffective);
        await EndedAsync(2, "a", HealEnd.Failed);
        await EndedAsync(3, "a", HealEnd.Refused);
        await EndedAsync(4, "a", HealEnd.Verified, new ServiceName("other"));

        var mine = Assert.Single(await Store.Heals.StrategiesAsync(Shop, Token));
        Assert.Equal((1, 2), (mine.Verified, mine.Failed));
        Assert.Equal(1.0 / 3, mine.SuccessRate, 3);
        Assert.Equal(2, (await Store.Heals.StrategiesAsync(null, Token)).Count);
    }

    [Fact]
    public async Task Failures_that_led_to_an_escalation_count_for_no_second_one()
    {
        await EndedAsync(1, "a", HealEnd.Ineffective);
        await EndedAsync(2, "a", HealEnd.Failed, new ServiceName("other"));
        await Store.Heals.EscalatedAsync(Shop, Token);
        var rows = await Store.Heals.SinceAsync(DateTimeOffset.UnixEpoch, Token);
        Assert.Equal([true, false], rows.Select(r => r.IsEscalated));
    }

    [Fact]
    public async Task The_share_that_was_healed_is_of_incidents_that_ended_and_by_what_was_verified()
    {
        var healed = await Store.Incidents.OpenAsync(Samples.Incident("aaaaaaaa", "shop", Clock.Now), Samples.Fold("aaaaaaaa", Clock.Now), Samples.Entry("open", Clock.Now), Token);
        var sick = await Store.Incidents.OpenAsync(Samples.Incident("bbbbbbbb", "shop", Clock.Now), Samples.Fold("bbbbbbbb", Clock.Now), Samples.Entry("open", Clock.Now), Token);
        await EndedAsync(healed.Id.Value, "a", HealEnd.Verified);
        await EndedAsync(sick.Id.Value, "a", HealEnd.Ineffective);
        Assert.Equal(new HealFigures(0, 0, 1), await Store.Heals.FiguresAsync(Clock.Now.AddDays(-1), Token));

        Assert.True(await Store.Incidents.WriteAsync(healed with { State = IncidentState.Resolved, Outcome = IncidentOutcome.Healed }, healed.Version, [], Token));
        var figures = await Store.Heals.FiguresAsync(Clock.Now.AddDays(-1), Token);
        Assert.Equal((1, 1, 1, 1.0), (figures.Ended, figures.Healed, figures.Unhealed, figures.ShareHealed));
    }

    [Fact]
    public async Task A_stop_of_all_healing_and_its_end_outlive_a_restart()
    {
        Assert.Null(await Store.Heals.GetStopAsync(Token));
        await Store.Heals.SetStopAsync(new HealStop(Clock.Now, Hostile), Token);
        await ReopenAsync();
        Assert.Equal(new HealStop(Clock.Now, Kept(Hostile)), await Store.Heals.GetStopAsync(Token));
        await Store.Heals.SetStopAsync(new HealStop(Clock.Now, "x", Clock.Now.AddHours(1)), Token);
        Assert.Equal(Clock.Now.AddHours(1), (await Store.Heals.GetStopAsync(Token))?.ResumedAt);
    }

    [Fact]
    public async Task Counts_are_kept_for_each_service_and_type()
    {
        Assert.Empty((await Store.Tallies.GetAsync(Shop, "x", Token)).Seen);
        await Store.Tallies.SetAsync(Shop, "x", new AlertTally { Seen = [Clock.Now], Since = Clock.Now, LastSeen = Clock.Now }, Token);
        await Store.Tallies.SetAsync(Shop, "y", new AlertTally(), Token);
        await Store.Tallies.SetAsync(new ServiceName(Hostile), "x", new AlertTally(), Token);
        await ReopenAsync();
        var tally = await Store.Tallies.GetAsync(Shop, "x", Token);
        Assert.Equal([Clock.Now], tally.Seen);
        Assert.Equal((Clock.Now, Clock.Now), (tally.Since, tally.LastSeen));
        Assert.Equal(3, (await Store.Tallies.ListAsync(Token)).Count);
    }

    [Fact]
    public async Task A_run_is_begun_once_and_forgotten_after_its_retention()
    {
        await Store.AgentRuns.BeginAsync(new AgentRun(new IncidentId(1), "a", Clock.Now), Token);
        await Store.AgentRuns.BeginAsync(new AgentRun(new IncidentId(1), "a", Clock.Now.AddHours(1)), Token);
        await Store.Heals.BeginAsync(Row(1, "a"), Token);
        await ReopenAsync();
        Assert.Equal([new AgentRun(new IncidentId(1), "a", Clock.Now)], await Store.AgentRuns.SinceAsync(Clock.Now.AddMinutes(-1), Token));
        await Store.Prune(Clock.Now.AddDays(400), new RetentionOptions());
        Assert.Empty(await Store.AgentRuns.SinceAsync(DateTimeOffset.UnixEpoch, Token));
        Assert.Empty(await Store.Heals.SinceAsync(DateTimeOffset.UnixEpoch, Token));
    }

    private HealRow Row(long incident, string key, ServiceName? service = null) =>
        new() { Incident = new IncidentId(incident), Key = key, Service = service ?? Shop, Playbook = "restart", Action = "restart", Workload = "container/web", At = Clock.Now };

    private async Task EndedAsync(long incident, string key, HealEnd end, ServiceName? service = null)
    {
        await Store.Heals.BeginAsync(Row(incident, key, service), Token);
        await Store.Heals.EndAsync(new IncidentId(incident), key, end, Clock.Now, Token);
    }
}
