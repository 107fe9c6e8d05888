using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Services;

namespace Nightjar.Stories;

/// <summary>The journal tells who did what, why, and how it ended.</summary>
public class JournalStories
{
    [Fact]
    public async Task Every_act_of_the_main_job_names_its_actor_its_reason_and_its_end()
    {
        await using var world = await World.StartAsync();
        await MainJobStories.SeeTheRaceAsync(world);
        await world.MergeAsync(1, "bob");
        await world.DeployAsync();
        await world.ServeAsync(0, 3_000, TimeSpan.FromMinutes(11));

        var journal = await world.JournalAsync();
        Assert.All(journal, e => Assert.False(string.IsNullOrWhiteSpace(e.Actor) || string.IsNullOrWhiteSpace(e.Act) || string.IsNullOrWhiteSpace(e.Why)));
        foreach (var effect in journal.Where(e => e.Key is not null).GroupBy(e => e.Key))
        {
            Assert.Equal([JournalStep.Intent, JournalStep.Done], effect.Select(e => e.Step));
        }

        // Everything that is outside now has its row.
        string[] acts = ["opened", "branch", "open-request", "investigate", "propose", "check", "push", "edit-request", "comment", "announce", "remember", "state", "rollout"];
        Assert.Superset(acts.ToHashSet(), journal.Select(e => e.Act).ToHashSet());
        Assert.Contains(journal, e => e.Actor == "bob" && e.Act == "merged");
        Assert.Contains(journal, e => e.Actor == "pipeline" && e.Act == "deployed");
        Assert.Contains(journal, e => e.Actor == "review" && e.Why.Contains("merged by bob", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(InboxKind.GiveUp, "give-up")]
    [InlineData(InboxKind.Acknowledge, "acknowledge")]
    [InlineData(InboxKind.Approve, "approve")]
    [InlineData(InboxKind.Reject, "reject")]
    [InlineData(InboxKind.Retry, "retry")]
    public async Task What_a_person_does_is_under_the_persons_name(InboxKind kind, string act)
    {
        await using var world = await World.StartAsync(new WorldOptions { Service = s => s with { Check = new CheckCommand("false") } });
        await MainJobStories.SeeTheRaceAsync(world);
        await world.TellAsync(new IncidentId(1), kind, "carol", "because");
        Assert.Contains(await world.JournalAsync(), e => e.Actor == "carol" && e.Act == act);
    }

    [Fact]
    public async Task An_effect_that_failed_says_how_it_ended()
    {
        World? world = null;
        var moved = false;
        var options = new WorldOptions
        {
            Reached = point =>
            {
                if (!moved && world is { } w && point == "propose:enter")
                {
                    moved = true;
                    var branch = w.Code.BranchesAsync().GetAwaiter().GetResult().Single(b => b.StartsWith("incident/", StringComparison.Ordinal));
                    w.Code.CommitAsync(branch, "notes.txt", "mine\n", "A note", w.Clock.GetUtcNow()).GetAwaiter().GetResult();
                }
            },
        };
        await using var running = world = await World.StartAsync(options);
        await MainJobStories.SeeTheRaceAsync(world);
        var end = Assert.Single(await world.JournalAsync(), e => e.Act == "push" && e.Step == JournalStep.Failed);
        Assert.Contains("was moved by somebody else", end.Why, StringComparison.Ordinal);

        // The report is not lost with the push.
        Assert.Contains("## Root cause", (await world.OnlyIncidentAsync()).Change?.Report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cool_down_is_in_the_journal()
    {
        await using var world = await World.StartAsync();
        await MainJobStories.SeeTheRaceAsync(world);
        await world.CloseAsync(1, "dora");
        Assert.Contains(await world.JournalAsync(), e => e.Act == "cool-down" && e.Why.Contains("2026-05-20", StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_an_investigation_fails_the_request_says_so()
    {
        var agent = new MoodyAgent();
        await using var world = await World.StartAsync(new WorldOptions { Parts = (services, _) => services.Add(new(typeof(IAgent), agent)) });
        await MainJobStories.SeeTheRaceAsync(world);
        Assert.Contains("incident:investigating-failed", Assert.Single(await world.RequestsAsync()).Labels);
        Assert.Equal(1, (await world.OnlyIncidentAsync()).Request?.Number);

        agent.IsWell = true;
        await world.PassAsync(TimeSpan.FromMinutes(1));
        Assert.DoesNotContain("incident:investigating-failed", Assert.Single(await world.RequestsAsync()).Labels);
        Assert.Equal(IncidentState.NeedsHuman, (await world.OnlyIncidentAsync()).State);
    }

    private sealed class MoodyAgent : IAgent
    {
        public bool IsWell { get; set; }

        public string Name => "moody";

        public Task<Finding> InvestigateAsync(Brief brief, CancellationToken cancellationToken) =>
            IsWell ? Task.FromResult(new Finding { By = Name, RootCause = "nobody knows", Confidence = 0 }) : throw new InvalidOperationException("not today");

        public Task<ProposalAttempt> ProposeAsync(Brief brief, Finding finding, IPrivateClone clone, CancellationToken cancellationToken) =>
            Task.FromResult(new ProposalAttempt { Why = "no idea" });
    }
}
