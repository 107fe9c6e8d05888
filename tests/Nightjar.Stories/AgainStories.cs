using Nightjar.Core.Incidents;
using Nightjar.Core.Services;

namespace Nightjar.Stories;

/// <summary>Retry, approve and reject, in whatever state they come.</summary>
public class AgainStories
{
    private static readonly IncidentId First = new(1);

    [Fact]
    public async Task A_retry_after_the_request_was_closed_begins_anew_on_a_branch_of_its_own()
    {
        await using var world = await World.StartAsync();
        await MainJobStories.SeeTheRaceAsync(world);
        await world.CloseAsync(1);
        await world.TellAsync(First, InboxKind.Retry, "ann", "");

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.InReview, 2, $"incident/{incident.Fingerprint.Hash}-2"), (incident.State, incident.Request?.Number, incident.Request?.Branch));

        await world.MergeAsync(2);
        await world.DeployAsync();
        await world.ServeAsync(0, 3_000, TimeSpan.FromMinutes(11));
        Assert.Equal(IncidentOutcome.Merged, (await world.OnlyIncidentAsync()).Outcome);
        Assert.Equal("Merged", Assert.Single(await world.Store.Memory.SimilarAsync(incident.Fingerprint.Hash, "shop", 10, default)).Outcome);
        Assert.Empty(await world.Store.Ledger.CoolingAsync(world.Clock.GetUtcNow(), default));
    }

    [Fact]
    public async Task A_yes_to_keep_it_in_review_is_not_asked_again_at_once()
    {
        await using var world = await QuietForADayAsync();
        await world.TellAsync(First, InboxKind.Approve, "ann", "");
        await world.PassAsync(TimeSpan.FromHours(23));
        Assert.Equal(IncidentState.InReview, (await world.OnlyIncidentAsync()).State);
        await world.PassAsync(TimeSpan.FromHours(2));
        Assert.Equal(IncidentState.NeedsHuman, (await world.OnlyIncidentAsync()).State);
    }

    [Fact]
    public async Task A_retry_while_a_fix_is_in_review_keeps_the_fix()
    {
        await using var world = await QuietForADayAsync();
        var fix = (await world.OnlyIncidentAsync()).Change?.FixCommit;
        Assert.NotNull(fix);
        await world.TellAsync(First, InboxKind.Retry, "ann", "");

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.InReview, fix), (incident.State, incident.Change?.FixCommit));
        Assert.Contains("incident:fix-proposed", (await world.RequestsAsync())[0].Labels);
    }

    [Fact]
    public async Task An_acknowledged_page_does_not_close_the_breaker()
    {
        await using var world = await BreakerAsync();
        await world.TellAsync(First, InboxKind.Acknowledge, "ann", "");
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((1, 0, "ann"), (incident.BreakerTrips, incident.Attempts, incident.AcknowledgedBy));
        Assert.True(incident.NextDue > world.Clock.GetUtcNow().AddMinutes(50));

        await world.TellAsync(First, InboxKind.Retry, "ann", "");
        Assert.Equal(1, (await world.OnlyIncidentAsync()).Attempts);
    }

    [Fact]
    public async Task A_wait_for_an_agent_slot_does_not_count_as_a_success()
    {
        await using var world = await World.StartAsync(new WorldOptions
        {
            Service = s => s with { Repository = new RepositoryLocation("/nowhere/shop.git") },
            Parts = (services, _) => services.Add(new(typeof(Nightjar.Core.Pipeline.AgentSlots), new Nightjar.Core.Pipeline.AgentSlots(1))),
        });
        await MainJobStories.SeeTheRaceAsync(world);
        Assert.Equal(1, (await world.OnlyIncidentAsync()).Attempts);
        using (world.Part<Nightjar.Core.Pipeline.AgentSlots>().TryTake())
        {
            await world.PassAsync(TimeSpan.FromSeconds(11));
            Assert.Equal("a free agent slot", (await world.OnlyIncidentAsync()).Waiting);
        }

        await world.PassAsync(TimeSpan.FromSeconds(2));
        Assert.Equal(2, (await world.OnlyIncidentAsync()).Attempts);
    }

    [Fact]
    public async Task Who_is_paged_for_the_end_of_all_tries_is_told_so_and_why()
    {
        await using var world = await BreakerAsync();
        await world.PassAsync(TimeSpan.FromHours(60));
        var page = world.Told.All.Last(a => a.IsPage);
        Assert.Contains("gave up", page.Title, StringComparison.Ordinal);
        Assert.Contains("/nowhere/shop.git", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_retry_that_was_asked_for_while_nothing_ran_is_taken_up_at_the_start()
    {
        var options = new WorldOptions { DeleteAtEnd = false };
        await using (var world = await World.StartAsync(options))
        {
            await MainJobStories.SeeTheRaceAsync(world);
            await world.TellAsync(First, InboxKind.GiveUp, "ann", "later");
            await world.Store.Inbox.PostAsync(First, InboxKind.Retry, "ann", "", default);
        }

        await using var next = await World.StartAsync(options with { DeleteAtEnd = true });
        next.Logs.Digest = Seen.DigestOf(Seen.StockGoesNegative(next.Clock.GetUtcNow()));
        await next.SettleAsync();
        var again = await next.OnlyIncidentAsync();
        Assert.True(again.State == IncidentState.InReview, $"{again.State}: {again.Question?.Text}");
    }

    [Fact]
    public async Task A_retry_whose_fingerprints_others_own_by_now_says_who_does()
    {
        await using var world = await World.StartAsync();
        await world.SeeAsync(Seen.HealthFails(world.Clock.GetUtcNow()));
        await MainJobStories.SeeTheRaceAsync(world);
        await world.TellAsync(First, InboxKind.GiveUp, "ann", "");
        await world.PassAsync(TimeSpan.FromHours(25));
        await world.SeeAsync(Seen.HealthFails(world.Clock.GetUtcNow()));
        await world.PassAsync(TimeSpan.FromMinutes(10));
        await MainJobStories.SeeTheRaceAsync(world);
        Assert.Equal(3, (await world.IncidentsAsync()).Length);

        await world.TellAsync(First, InboxKind.Retry, "ann", "");
        Assert.Equal(IncidentState.GaveUp, (await world.IncidentsAsync())[0].State);
        Assert.Contains(await world.JournalAsync(), e => e.Incident == First && e.Why.Contains("stays with #", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_person_mended_is_not_recorded_as_our_merge()
    {
        await using var world = await World.StartAsync(new WorldOptions { Service = s => s with { Repository = null } });
        await MainJobStories.SeeTheRaceAsync(world);
        await world.TellAsync(First, InboxKind.Approve, "ann", "mended it");
        await world.TellAsync(First, InboxKind.Deployed, "pipeline", "v2");
        await world.ServeAsync(0, 3_000, TimeSpan.FromMinutes(11));
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.Resolved, "MendedByHand"), (incident.State, incident.Outcome.ToString()));
    }

    private static async Task<World> QuietForADayAsync()
    {
        var world = await World.StartAsync(new WorldOptions { Review = new() { Poll = TimeSpan.FromMinutes(10) } });
        await MainJobStories.SeeTheRaceAsync(world);
        await world.PassAsync(TimeSpan.FromHours(25));
        Assert.Equal(IncidentState.NeedsHuman, (await world.OnlyIncidentAsync()).State);
        return world;
    }

    private static async Task<World> BreakerAsync()
    {
        var world = await World.StartAsync(new WorldOptions { Service = s => s with { Repository = new RepositoryLocation("/nowhere/shop.git") } });
        await MainJobStories.SeeTheRaceAsync(world);
        await world.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(1, (await world.OnlyIncidentAsync()).BreakerTrips);
        return world;
    }
}
