using Nightjar.Core.Incidents;
using Nightjar.Core.Pipeline;

namespace Nightjar.Stories;

public class ReviewStories
{
    [Fact]
    public async Task A_request_closed_unmerged_starts_a_cool_down_in_which_the_problem_only_counts()
    {
        await using var world = await World.StartAsync();
        await MainJobStories.SeeTheRaceAsync(world);
        await world.CloseAsync(1);
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.GaveUp, IncidentOutcome.ClosedUnmerged), (incident.State, incident.Outcome));

        await world.PassAsync(TimeSpan.FromHours(23));
        await MainJobStories.SeeTheRaceAsync(world);
        Assert.Single(await world.IncidentsAsync());

        await world.PassAsync(TimeSpan.FromHours(2));
        await MainJobStories.SeeTheRaceAsync(world);
        var again = (await world.IncidentsAsync())[1];
        Assert.Equal(2, again.Occurrence);
    }

    [Fact]
    public async Task A_fix_that_somebody_added_to_before_the_merge_ends_as_changed()
    {
        await using var world = await World.StartAsync();
        await MainJobStories.SeeTheRaceAsync(world);
        var request = (await world.OnlyIncidentAsync()).Request;
        await world.Code.CommitAsync(request?.Branch ?? "", "src/Inventory.cs", "namespace Shop;\n", "Better still", world.Clock.GetUtcNow());
        await world.MergeAsync(1);
        await world.DeployAsync();
        await world.ServeAsync(0, 3_000, TimeSpan.FromMinutes(11));
        Assert.Equal(IncidentOutcome.MergedModified, (await world.OnlyIncidentAsync()).Outcome);
    }

    [Fact]
    public async Task An_incident_that_was_joined_into_another_leaves_no_active_request_behind()
    {
        await using var world = await World.StartAsync();
        await MainJobStories.SeeTheRaceAsync(world);
        await world.SeeAsync(Seen.PaymentsTimeOut(world.Clock.GetUtcNow()));
        Assert.Contains("incident:active", (await world.RequestsAsync())[0].Labels);
        await world.TellAsync(new IncidentId(1), InboxKind.Join, "ann", "2");
        Assert.Equal(IncidentOutcome.Joined, (await world.IncidentsAsync())[0].Outcome);
        Assert.DoesNotContain("incident:active", (await world.RequestsAsync())[0].Labels);
        Assert.Contains("incident:active", (await world.RequestsAsync())[1].Labels);
    }

    [Fact]
    public async Task A_merge_that_nobody_told_of_is_noticed()
    {
        await using var world = await World.StartAsync();
        await MainJobStories.SeeTheRaceAsync(world);
        Assert.True((await world.Review.MergeAsync(1, null, "bob", default)).Done);
        await world.PassAsync(TimeSpan.FromSeconds(20));
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.Verifying, "bob"), (incident.State, incident.Request?.MergedBy));
    }

    [Fact]
    public async Task Told_of_a_merge_that_did_not_happen_it_believes_its_host()
    {
        await using var world = await World.StartAsync();
        await MainJobStories.SeeTheRaceAsync(world);
        await world.TellAsync(InboxKind.RequestMerged, "mallory", "");
        Assert.Equal(IncidentState.InReview, (await world.OnlyIncidentAsync()).State);
    }

    [Fact]
    public async Task A_branch_that_somebody_pushed_to_meanwhile_is_not_overwritten()
    {
        World? world = null;
        var theirs = "";
        var options = new WorldOptions
        {
            Reached = point =>
            {
                // Between the check and the push, somebody commits to our branch.
                if (point == "propose:enter" && world is { } w && theirs.Length == 0)
                {
                    var branch = w.Code.BranchesAsync().GetAwaiter().GetResult().Single(b => b.StartsWith("incident/", StringComparison.Ordinal));
                    theirs = w.Code.CommitAsync(branch, "notes.txt", "mine\n", "A note", w.Clock.GetUtcNow()).GetAwaiter().GetResult();
                }
            },
        };
        await using var running = world = await World.StartAsync(options);
        await MainJobStories.SeeTheRaceAsync(world);

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(IncidentState.NeedsHuman, incident.State);
        Assert.Contains("was moved by somebody else", incident.Question?.Text, StringComparison.Ordinal);
        Assert.Equal(theirs, await world.Code.HeadAsync(incident.Request?.Branch ?? ""));
        Assert.DoesNotContain("incident:fix-proposed", (await world.RequestsAsync())[0].Labels);

        await world.TellAsync(incident.Id, InboxKind.Approve, "ann", "");
        incident = await world.OnlyIncidentAsync();
        Assert.Equal(IncidentState.InReview, incident.State);
        Assert.Equal("mine", await world.Code.ReadAsync(incident.Request?.Branch ?? "", "notes.txt"));
    }

    [Fact]
    public async Task A_branch_name_that_somebody_else_uses_is_left_to_them()
    {
        await using var world = await World.StartAsync();
        var taken = await world.Code.CommitAsync("main", "x.txt", "x\n", "x", world.Clock.GetUtcNow().AddDays(-1));
        var hash = Nightjar.Core.Signals.Fingerprint.Of(Seen.StockGoesNegative(world.Clock.GetUtcNow()), default).Hash;
        await world.Code.PointAsync($"incident/{hash}", taken);
        await MainJobStories.SeeTheRaceAsync(world);

        Assert.Equal(taken, await world.Code.HeadAsync($"incident/{hash}"));
        Assert.Equal($"incident/{hash}-2", (await world.OnlyIncidentAsync()).Request?.Branch);
    }

    [Fact]
    public async Task A_problem_that_went_quiet_is_marked_and_after_a_day_a_person_is_asked()
    {
        await using var world = await World.StartAsync(new WorldOptions { Review = new ReviewOptions { Poll = TimeSpan.FromMinutes(10) } });
        await MainJobStories.SeeTheRaceAsync(world);
        await world.PassAsync(TimeSpan.FromHours(1));
        Assert.NotNull((await world.OnlyIncidentAsync()).Request?.QuietSince);
        Assert.Contains(await world.Store.Requests.CommentsAsync(1, default), c => c.Markdown.StartsWith("Quiet since", StringComparison.Ordinal));

        await world.PassAsync(TimeSpan.FromHours(24));
        Assert.Equal(IncidentState.NeedsHuman, (await world.OnlyIncidentAsync()).State);
        Assert.Single(await world.Store.Requests.CommentsAsync(1, default));
    }

    [Fact]
    public async Task A_person_who_gives_up_ends_it()
    {
        await using var world = await World.StartAsync();
        await MainJobStories.SeeTheRaceAsync(world);
        await world.TellAsync(new IncidentId(1), InboxKind.GiveUp, "ann", "we are rewriting it");
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.GaveUp, IncidentOutcome.GivenUp), (incident.State, incident.Outcome));
        Assert.NotNull(incident.LearnedAt);
    }
}
