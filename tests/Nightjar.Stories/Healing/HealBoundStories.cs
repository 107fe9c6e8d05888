using Microsoft.Extensions.DependencyInjection;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;

namespace Nightjar.Stories.Healing;

/// <summary>What healing may not do: without a yes, too often, too much at once, while people work.</summary>
public class HealBoundStories
{
    [Fact]
    public async Task Mode_approve_asks_and_a_yes_does_that_one_action()
    {
        var (options, hands) = HealLab.Options(Mode.Approve);
        await using var world = await World.StartAsync(options);
        hands.Set(HealLab.Web, isWell: false);
        hands.Effect = _ => hands.Set(HealLab.Web, isWell: true);
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        await world.PassAsync(TimeSpan.FromMinutes(5));
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(IncidentState.NeedsHuman, incident.State);
        Assert.Equal("Shall I restart container/web? Playbook restart wants it; mode approve asks before it acts. No answer within 30 minutes is a no.", incident.Question?.Text);
        Assert.Empty(hands.Done);

        await world.TellAsync(InboxKind.Approve, "ann", "");
        await world.PassAsync(TimeSpan.FromSeconds(5));
        incident = await world.OnlyIncidentAsync();
        Assert.Equal(("restart container/web", IncidentOutcome.Healed), (hands.Labels, incident.Outcome));
        Assert.Contains(await world.JournalAsync(), e => e is { Act: "approve", Actor: "ann" });
    }

    [Fact]
    public async Task A_no_to_an_action_ends_the_action_and_not_the_incident()
    {
        var (options, hands) = HealLab.Options(Mode.Approve);
        await using var world = await World.StartAsync(options);
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        await world.TellAsync(InboxKind.Reject, "ann", "I look myself");
        await world.PassAsync(TimeSpan.FromMinutes(1));
        var incident = await world.OnlyIncidentAsync();
        Assert.Empty(hands.Done);
        Assert.True(incident.State.IsOpen());
        Assert.NotNull(incident.Finding);
        Assert.Equal((HealEnd.Refused, "ann said no"), Assert.Single(incident.Heal?.Tried ?? []) is var t ? (t.End, t.Says) : default);

        // The next question is about the incident itself: a no to that ends it, as ever.
        await world.TellAsync(InboxKind.Reject, "ann", "");
        Assert.Equal(IncidentOutcome.GivenUp, (await world.OnlyIncidentAsync()).Outcome);
    }

    [Fact]
    public async Task No_answer_in_time_is_a_no_and_a_yes_after_that_does_nothing()
    {
        var (options, hands) = HealLab.Options(Mode.Approve, change: o => o with { Healing = o.Healing with { AnswerWithin = TimeSpan.FromMinutes(10) } });
        await using var world = await World.StartAsync(options);
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        await world.PassAsync(TimeSpan.FromMinutes(9.9));
        Assert.Equal(IncidentState.NeedsHuman, (await world.OnlyIncidentAsync()).State);
        Assert.Null((await world.OnlyIncidentAsync()).Finding);
        await world.PassAsync(TimeSpan.FromMinutes(1));
        var incident = await world.OnlyIncidentAsync();
        Assert.NotNull(incident.Finding);
        Assert.Equal("nobody said yes in time", Assert.Single(incident.Heal?.Tried ?? []).Says);
        Assert.Contains(await world.JournalAsync(), e => e.Why.Contains("which is a no to: Shall I restart", StringComparison.Ordinal));
        await world.TellAsync(InboxKind.Approve, "ann", "");
        await world.PassAsync(TimeSpan.FromMinutes(5));
        Assert.Empty(hands.Done);
    }

    [Fact]
    public async Task A_critical_container_is_asked_for_in_autonomous_mode_and_one_without_auto_restart_is_left_alone()
    {
        var (options, hands) = HealLab.Options(service: s => s with { Containers = [new ContainerWatch { Name = "db", Critical = true }, new ContainerWatch { Name = "web", AutoRestart = false }] });
        await using var world = await World.StartAsync(options);
        await world.SeeAsync(HealLab.Sick(world, "container-exited", HealLab.Db));
        Assert.Contains("its container is critical", (await world.OnlyIncidentAsync()).Question?.Text, StringComparison.Ordinal);
        await world.TellAsync(InboxKind.GiveUp, "ann", "");
        await world.PassAsync(TimeSpan.FromMinutes(6));
        await world.SeeAsync(HealLab.Sick(world, "container-exited", HealLab.Web));
        Assert.Contains(await world.JournalAsync(), e => e.Act == "would-heal" && e.Why.Contains("autoRestart: off", StringComparison.Ordinal));
        Assert.Empty(hands.Done);
    }

    [Fact]
    public async Task Restarts_of_a_workload_within_an_hour_are_limited_over_restarts_of_Nightjar()
    {
        var (options, hands) = HealLab.Options(service: s => s with { Containers = [new ContainerWatch { Name = "web", MaxRestartsPerHour = 2 }] });
        options = options with { DeleteAtEnd = false };
        for (var i = 0; i < 2; i++)
        {
            await using var before = await World.StartAsync(options);
            hands.Effect = _ => hands.Set(HealLab.Web, isWell: true);
            hands.Set(HealLab.Web, isWell: false);
            await before.SeeAsync(HealLab.Sick(before, "container-exited"));
            await before.PassAsync(TimeSpan.FromMinutes(6));
            Assert.Equal(IncidentOutcome.Healed, (await before.OnlyIncidentAsync()).Outcome);
        }

        await using var world = await World.StartAsync(options with { DeleteAtEnd = true });
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        var third = await world.OnlyIncidentAsync();
        Assert.Equal(2, hands.Done.Count);
        Assert.NotEqual(IncidentState.Healing, third.State);
        Assert.Equal((HealEnd.Refused, "it was restarted 2 times within the hour, which is the limit"), third.Heal?.Tried[^1] is { } t ? (t.End, t.Says) : default);
        await world.TellAsync(InboxKind.GiveUp, "ann", "");

        // An hour after the first one there is room for one more; the cool-down of what was given up is over by then, too.
        await world.PassAsync(TimeSpan.FromHours(25));
        hands.Set(HealLab.Web, isWell: false);
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        await world.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(3, hands.Done.Count);
    }

    [Fact]
    public async Task Too_many_actions_within_an_hour_stop_all_healing_and_page_once_until_a_person_resumes()
    {
        var services = Enumerable.Range(0, 5).Select(i => new Service { Name = new ServiceName($"s{i}") }).ToList();
        var (options, hands) = HealLab.Options(change: o => o with { Healing = o.Healing with { ActionsPerHour = 3 } });
        await using var world = await World.StartAsync(options with { Others = [.. services] });
        hands.Effect = a => hands.Set(((HealAction.Restart)a).Workload, isWell: true);
        foreach (var service in services)
        {
            await world.SeeAsync(HealLab.Sick(world, "container-exited", $"container/{service.Name}", service.Name));
            await world.PassAsync(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(3, hands.Done.Count);
        var page = Assert.Single(await world.Store.Pages.StandingAsync(null, default), p => p.Wish.Cause == "healing");
        Assert.Contains("3 actions within the hour, over all services", page.Wish.Text, StringComparison.Ordinal);
        Assert.All((await world.IncidentsAsync()).TakeLast(2), i => Assert.NotNull(i.Finding));

        // An hour later it is still stopped; a person decides.
        await world.PassAsync(TimeSpan.FromHours(2));
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        Assert.Equal(3, hands.Done.Count);
        await world.Part<IPauseSwitch>().SetAsync(null, default);
        Assert.DoesNotContain(await world.Store.Pages.StandingAsync(null, default), p => p.Wish.Cause == "healing");
        await world.PassAsync(TimeSpan.FromMinutes(30));
        await world.SeeAsync(HealLab.Sick(world, "container-exited", "container/s0", services[0].Name));
        await world.PassAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(4, hands.Done.Count);
    }

    [Fact]
    public async Task More_services_at_once_than_allowed_stop_all_healing()
    {
        var services = Enumerable.Range(0, 4).Select(i => new Service { Name = new ServiceName($"s{i}") }).ToList();
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options with { Others = [.. services] });
        foreach (var service in services)
        {
            hands.Set($"container/{service.Name}", isWell: false);
            await world.SeeAsync(HealLab.Sick(world, "container-exited", $"container/{service.Name}", service.Name));
        }

        Assert.Equal(3, hands.Done.Count);
        Assert.Contains("3 services are being healed at once, and s3 would be one more", (await world.Store.Heals.GetStopAsync(default))?.Why, StringComparison.Ordinal);
        Assert.Single(await world.Store.Pages.StandingAsync(null, default), p => p.Wish.Cause == "healing");

        // Also the others are not touched again.
        await world.PassAsync(TimeSpan.FromMinutes(5));
        Assert.Equal(3, hands.Done.Count);
        Assert.DoesNotContain(await world.IncidentsAsync(), i => i.State == IncidentState.Healing);
    }

    [Fact]
    public async Task A_silence_that_begins_while_it_is_healed_stops_the_next_action_until_it_ends()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        hands.Set(HealLab.Web, isWell: false);
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        Assert.Single(hands.Done);
        await world.Store.Silences.AddAsync(World.Shop.Value, null, world.Clock.Now.AddMinutes(30), "ann", "deploying", default);
        await world.PassAsync(TimeSpan.FromMinutes(29));
        Assert.Single(hands.Done);
        Assert.Contains("the end of the silence by ann", (await world.OnlyIncidentAsync()).Waiting, StringComparison.Ordinal);
        hands.Effect = _ => hands.Set(HealLab.Web, isWell: true);
        await world.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Equal((2, IncidentOutcome.Healed), (hands.Done.Count, (await world.OnlyIncidentAsync()).Outcome));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(5, 5)]
    public async Task Where_a_step_has_no_attempts_of_its_own_so_many_failed_heals_escalate_once(int escalateAfter, int actions)
    {
        var (options, hands) = HealLab.Options(change: o => o with { Healing = o.Healing with { EscalateAfter = escalateAfter } }, service: s => s with { Containers = [] });
        await using var world = await World.StartAsync(options);
        world.Part<PlaybookShelf>().Put([new Playbook { Name = "plain", Do = [new HealStep { Action = "restart", CoolDown = TimeSpan.Zero }], Verify = new HealVerify { Within = TimeSpan.FromSeconds(10) } }], []);
        hands.Set(HealLab.Web, isWell: false);
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        await world.PassAsync(TimeSpan.FromMinutes(10));
        Assert.Equal(actions, hands.Done.Count);
        Assert.Single(await world.JournalAsync(), e => e.Act == "state" && e.Why.StartsWith("Investigating", StringComparison.Ordinal));
        Assert.All(await world.Store.Heals.SinceAsync(DateTimeOffset.UnixEpoch, default), r => Assert.True(r.IsEscalated));
    }

    [Fact]
    public async Task Ten_runs_of_a_model_begin_within_an_hour_and_the_eleventh_waits_over_a_restart()
    {
        var services = Enumerable.Range(0, 11).Select(i => new Service { Name = new ServiceName($"s{i}") }).ToList();
        var (options, _) = HealLab.Options(Mode.Observe);
        options = options with { Others = [.. services], DeleteAtEnd = false, Parts = (parts, _) => parts.AddSingleton<IAgent>(new ModelAgent()) };
        await using (var before = await World.StartAsync(options))
        {
            foreach (var service in services)
            {
                await before.SeeAsync(HealLab.Sick(before, "container-exited", $"container/{service.Name}", service.Name));
                await before.PassAsync(TimeSpan.FromMinutes(1));
            }
        }

        await using var world = await World.StartAsync(options with { DeleteAtEnd = true });
        await world.SettleAsync();
        var eleventh = (await world.IncidentsAsync())[10];
        Assert.Equal((IncidentState.Investigating, null, 0), (eleventh.State, eleventh.Finding, eleventh.Attempts));
        Assert.Contains("as many investigations as an hour may have", eleventh.Waiting, StringComparison.Ordinal);
        await world.PassAsync(TimeSpan.FromMinutes(50));
        Assert.NotNull((await world.IncidentsAsync())[10].Finding);
    }

    [Fact]
    public async Task A_paused_Nightjar_heals_nothing()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        hands.Set(HealLab.Web, isWell: false);
        await world.Part<IPauseSwitch>().SetAsync(new Pause("ann", "hands off", world.Clock.Now), default);
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        await world.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Empty(hands.Done);
    }

    /// <summary>Calls a model, as far as anybody knows.</summary>
    private sealed class ModelAgent : IAgent
    {
        public string Name => "model";

        public bool CallsModel => true;

        public Task<Finding> InvestigateAsync(Brief brief, CancellationToken cancellationToken) => Task.FromResult(new Finding { RootCause = "nobody knows", Confidence = 0.1, By = Name });

        public Task<ProposalAttempt> ProposeAsync(Brief brief, Finding finding, IPrivateClone clone, CancellationToken cancellationToken) => Task.FromResult(new ProposalAttempt { Why = "no idea" });
    }
}
