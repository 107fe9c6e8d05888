using Microsoft.Extensions.DependencyInjection;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Policy;
using Nightjar.Core.Signals;

namespace Nightjar.Stories.Healing;

/// <summary>A symptom that can be healed, of an incident that is past healing: it is healed beside what goes on.</summary>
public class LateSymptomStories
{
    [Fact]
    public async Task While_a_person_is_asked_the_container_is_healed_and_the_question_stays()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        await AskAsync(world);
        var asked = await world.OnlyIncidentAsync();
        var told = world.Told.All.Count;
        await DieAsync(world, hands);

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.NeedsHuman, asked.Moves, asked.Question, asked.Waiting), (incident.State, incident.Moves, incident.Question, incident.Waiting));
        Assert.Equal((HealEnd.Verified, "restart container/web"), Assert.Single(incident.Heal?.Tried ?? []) is var tried ? (tried.End, tried.Label) : default);
        Assert.Equal(told, world.Told.All.Count);
        Assert.Contains(await world.JournalAsync(), e => e.Act == "beside" && e.Why.Contains("healed by restart container/web, verified", StringComparison.Ordinal));

        await world.TellAsync(InboxKind.Reject, "ann", "enough");
        Assert.Equal(IncidentState.GaveUp, (await world.OnlyIncidentAsync()).State);
    }

    [Fact]
    public async Task A_fix_in_review_is_merged_while_the_container_is_being_healed()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        await ReviewAsync(world);
        hands.Set(HealLab.Web, isWell: false);
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        Assert.Equal((IncidentState.InReview, true), (await world.OnlyIncidentAsync()) is var i ? (i.State, i.Heal?.Running is not null) : default);
        await world.MergeAsync(1);
        hands.Set(HealLab.Web, isWell: true);
        await world.PassAsync(TimeSpan.FromSeconds(10));

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.Verifying, HealEnd.Verified), (incident.State, Assert.Single(incident.Heal?.Tried ?? []).End));
        await world.DeployAsync();
        await world.ServeAsync(0, 500, TimeSpan.FromMinutes(11));
        Assert.Equal(IncidentOutcome.Merged, (await world.OnlyIncidentAsync()).Outcome);
    }

    [Fact]
    public async Task It_is_healed_again_when_it_comes_back_but_not_for_ever()
    {
        var (options, hands) = HealLab.Options(service: s => s with { Containers = [.. s.Containers.Select(c => c with { MaxRestartsPerHour = 10 })] });
        await using var world = await World.StartAsync(options);
        await ReviewAsync(world);
        for (var i = 0; i < 8; i++)
        {
            await DieAsync(world, hands, "container-unhealthy");
        }

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.InReview, 5, 5), (incident.State, hands.Done.Count, incident.CameBack?.Count));
        Assert.Contains(await world.JournalAsync(), e => e.Act == "not-healed" && e.Why.Contains("it came back 5 times", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_restart_that_does_not_help_leaves_the_incident_where_it_was()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        await ReviewAsync(world);
        hands.Set(HealLab.Web, isWell: false, says: "exited with code 1");
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        await world.PassAsync(TimeSpan.FromMinutes(10));
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.InReview, 3, true), (incident.State, incident.Heal?.Tried.Length, incident.Heal?.IsOver));
        Assert.All(incident.Heal?.Tried ?? [], t => Assert.Equal(HealEnd.Ineffective, t.End));
        Assert.Equal(3, hands.Done.Count);
    }

    [Fact]
    public async Task Observe_says_what_it_would_have_done()
    {
        var (options, hands) = HealLab.Options(Mode.Observe);
        await using var world = await World.StartAsync(options);
        await ReviewAsync(world);
        await DieAsync(world, hands);
        Assert.Empty(hands.Done);
        Assert.Contains(await world.JournalAsync(), e => e.Act == "not-healed" && e.Why.EndsWith("would do: restart container/web; mode observe changes nothing that runs", StringComparison.Ordinal));
    }

    [Fact]
    public async Task In_mode_approve_the_action_is_asked_for_and_then_it_goes_on_in_review()
    {
        var (options, hands) = HealLab.Options(Mode.Approve);
        await using var world = await World.StartAsync(options);
        await ReviewAsync(world);
        await DieAsync(world, hands);
        Assert.Contains("Shall I restart container/web?", (await world.OnlyIncidentAsync()).Question?.Text, StringComparison.Ordinal);
        Assert.Empty(hands.Done);
        await world.TellAsync(InboxKind.Approve, "ann", "");
        await world.PassAsync(TimeSpan.FromSeconds(10));
        Assert.Equal((IncidentState.InReview, HealEnd.Verified), (await world.OnlyIncidentAsync()) is var i ? (i.State, i.Heal?.Tried[^1].End) : default);
    }

    [Fact]
    public async Task A_kill_in_the_middle_of_it_does_nothing_twice()
    {
        var (options, hands) = HealLab.Options();
        options = options with { DeleteAtEnd = false };
        await using (var before = await World.StartAsync(options))
        {
            await ReviewAsync(before);
            hands.Set(HealLab.Web, isWell: false);
            await before.SeeAsync(HealLab.Sick(before, "container-exited"));
        }

        hands.Set(HealLab.Web, isWell: true);
        await using var world = await World.StartAsync(options with { DeleteAtEnd = true });
        await world.PassAsync(TimeSpan.FromSeconds(10));
        Assert.Equal((IncidentState.InReview, HealEnd.Verified), (await world.OnlyIncidentAsync()) is var i ? (i.State, i.Heal?.Tried[^1].End) : default);
        Assert.Single(hands.Done);
    }

    [Fact]
    public async Task A_breaker_that_is_open_stays_open_and_its_page_stands()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options with { Parts = (s, store) => { options.Parts(s, store); s.AddSingleton<IAgent>(new SlowAgent { Fails = true }); } });
        await MainJobStories.SeeTheRaceAsync(world);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        var resting = await world.OnlyIncidentAsync();
        Assert.Equal(1, resting.BreakerTrips);
        await DieAsync(world, hands);
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((HealEnd.Verified, 1, resting.NextDue, resting.Waiting), (incident.Heal?.Tried[^1].End, incident.BreakerTrips, incident.NextDue, incident.Waiting));
        Assert.Single(await world.Store.Pages.StandingAsync(incident.Id, default));
    }

    [Fact]
    public async Task An_agent_that_works_for_long_is_neither_waited_for_nor_disturbed()
    {
        var agent = new SlowAgent();
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options with { Parts = (s, store) => { options.Parts(s, store); s.AddSingleton<IAgent>(agent); } });
        world.Logs.Digest = Seen.DigestOf(Seen.StockGoesNegative(world.Clock.Now));
        await world.SeeAsync(Seen.StockGoesNegative(world.Clock.Now));
        world.Clock.Advance(TimeSpan.FromSeconds(2));
        var investigating = world.SettleAsync();
        await agent.Begun.Task;

        hands.Effect = _ => hands.Set(HealLab.Web, isWell: true);
        hands.Set(HealLab.Web, isWell: false);
        await world.Part<ISignalDoor>().AcceptAsync(HealLab.Sick(world, "container-exited"), default);
        while ((await world.OnlyIncidentAsync()).Heal?.IsOver != true)
        {
            world.Clock.Advance(TimeSpan.FromSeconds(0.1));
        }

        Assert.Equal((IncidentState.Investigating, HealEnd.Verified), (await world.OnlyIncidentAsync()) is var i ? (i.State, i.Heal?.Tried[^1].End) : default);
        agent.End.SetResult();
        await investigating;
        await world.SettleAsync();
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(("found slowly", 1, HealEnd.Verified), (incident.Finding?.RootCause, agent.Runs, incident.Heal?.Tried[^1].End));
    }

    /// <summary>A log line that nobody has a playbook for; a person is asked.</summary>
    private static async Task AskAsync(World world)
    {
        await world.SeeAsync(HealLab.Logged(world, "") with { Condition = null, ErrorClass = "", Message = "CRITICAL no memory left" });
        await world.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(IncidentState.NeedsHuman, (await world.OnlyIncidentAsync()).State);
    }

    private static async Task ReviewAsync(World world)
    {
        await MainJobStories.SeeTheRaceAsync(world);
        await world.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(IncidentState.InReview, (await world.OnlyIncidentAsync()).State);
    }

    private static async Task DieAsync(World world, StoryHands hands, string condition = "container-exited")
    {
        hands.Effect = _ => hands.Set(HealLab.Web, isWell: true);
        hands.Set(HealLab.Web, isWell: false, says: "exited with code 1");
        await world.SeeAsync(HealLab.Sick(world, condition));
        await world.PassAsync(TimeSpan.FromSeconds(30));
    }

    private sealed class SlowAgent : IAgent
    {
        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Runs { get; private set; }

        public bool Fails { get; init; }

        public string Name => "slow";

        public async Task<Finding> InvestigateAsync(Brief brief, CancellationToken cancellationToken)
        {
            Runs++;
            Begun.TrySetResult();
            if (Fails)
            {
                throw new InvalidOperationException("not today");
            }

            await End.Task.WaitAsync(cancellationToken);
            return new Finding { By = Name, RootCause = "found slowly", Confidence = 0 };
        }

        public Task<ProposalAttempt> ProposeAsync(Brief brief, Finding finding, IPrivateClone clone, CancellationToken cancellationToken) => Task.FromResult(new ProposalAttempt { Why = "no idea" });
    }
}
