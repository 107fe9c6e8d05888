using Nightjar.Core.Incidents;
using Nightjar.Core.Proposal;
using Nightjar.Testing;

namespace Nightjar.Stories.GitHub;

public class GitHubStories
{
    [Fact]
    public async Task From_the_first_failures_to_a_verified_fix()
    {
        await using var hub = await Hub.StartAsync();
        await hub.SeeTheRaceAsync();

        var incident = await hub.IncidentAsync();
        Assert.Equal((IncidentState.InReview, "github"), (incident.State, incident.Request?.Host));
        var pull = hub.Server.Only;
        Assert.True(pull.Draft);
        Assert.Equal(GitHubStandIn.Bot, pull.Author);
        Assert.Equal(incident.Title, pull.Title);
        Assert.Equal([$"incident-fp:{incident.Fingerprint.Hash}", RequestNames.Active, RequestNames.FixProposed], pull.Labels);
        Assert.Equal("fbca04", hub.Server.Labels[pull.Labels[0]]);
        Assert.Contains("**Root cause:**", pull.Body, StringComparison.Ordinal);
        var branch = $"incident/{incident.Fingerprint.Hash}";
        Assert.Equal((branch, 3), (pull.Branch, (await hub.World.Code.CommitsAsync($"main..{branch}")).Length));
        Assert.Equal(incident.Request?.Head, await hub.World.Code.HeadAsync(branch));

        await hub.Server.MergeAsync(1);
        await hub.World.PassAsync(TimeSpan.FromMinutes(2));
        incident = await hub.IncidentAsync();
        Assert.Equal((IncidentState.Verifying, "ann", false), (incident.State, incident.Request?.MergedBy, incident.Request?.MergedModified));

        await hub.World.DeployAsync();
        await hub.World.ServeAsync(0, 3_000, TimeSpan.FromMinutes(11));
        incident = await hub.IncidentAsync();
        Assert.Equal((IncidentState.Resolved, IncidentOutcome.Merged), (incident.State, incident.Outcome));
        Assert.Contains(pull.Comments, c => c.Body.Contains("Verified: error rate 20.0", StringComparison.Ordinal));
        Assert.DoesNotContain(RequestNames.Active, pull.Labels);
        Assert.Equal("Merged", Assert.Single(await hub.World.Store.Memory.SimilarAsync(incident.Fingerprint.Hash, "shop", 10, default)).Outcome);
        Assert.Empty(hub.World.Options.Log.Errors);
    }

    [Theory]
    [InlineData("squash")]
    [InlineData("rebase")]
    public async Task What_was_merged_is_known_for_what_was_proposed_however_it_was_merged(string how)
    {
        await using var hub = await Hub.StartAsync();
        await hub.SeeTheRaceAsync();
        await hub.World.Code.CommitAsync("main", "src/Other.cs", "namespace Shop;\n", "Meanwhile", hub.World.Clock.GetUtcNow());
        await hub.Server.MergeAsync(1, how);
        await hub.World.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Equal((IncidentState.Verifying, false), ((await hub.IncidentAsync()).State, (await hub.IncidentAsync()).Request?.MergedModified));
    }

    [Theory]
    [InlineData("merge")]
    [InlineData("squash")]
    public async Task A_fix_that_people_changed_before_they_merged_it_ends_as_such(string how)
    {
        await using var hub = await Hub.StartAsync();
        await hub.SeeTheRaceAsync();
        await hub.Server.MergeAsync(1, how, change: folder => File.AppendAllTextAsync(Path.Combine(folder, "src/Inventory.cs"), "// and a word on why\n"));
        await hub.World.PassAsync(TimeSpan.FromMinutes(2));
        await hub.World.DeployAsync();
        await hub.World.ServeAsync(0, 3_000, TimeSpan.FromMinutes(11));

        var incident = await hub.IncidentAsync();
        Assert.Equal((IncidentState.Resolved, IncidentOutcome.MergedModified), (incident.State, incident.Outcome));
        Assert.Equal("MergedModified", Assert.Single(await hub.World.Store.Memory.SimilarAsync(incident.Fingerprint.Hash, "shop", 10, default)).Outcome);
    }

    [Fact]
    public async Task A_request_closed_unmerged_starts_a_cool_down()
    {
        await using var hub = await Hub.StartAsync();
        await hub.SeeTheRaceAsync();
        await hub.Server.CloseAsync(1);
        await hub.World.PassAsync(TimeSpan.FromMinutes(2));

        var incident = await hub.IncidentAsync();
        Assert.Equal((IncidentState.GaveUp, IncidentOutcome.ClosedUnmerged), (incident.State, incident.Outcome));
        Assert.Contains("by ann", incident.Why, StringComparison.Ordinal);
        Assert.DoesNotContain(RequestNames.Active, hub.Server.Only.Labels);
        await hub.SeeTheRaceAsync();
        Assert.Single(await hub.World.IncidentsAsync());

        await hub.World.PassAsync(TimeSpan.FromHours(25));
        await hub.SeeTheRaceAsync();
        Assert.Equal($"{incident.Request?.Branch}-2", hub.Server.Pulls[1].Branch);
    }

    [Fact]
    public async Task The_trigger_section_stays_byte_for_byte_while_people_edit_the_rest()
    {
        await using var hub = await Hub.StartAsync(new WorldOptions { Change = o => o with { Conduct = o.Conduct with { Tries = 10 } } });
        hub.Fail(r => r.Method == "PATCH" && r.Path.Value?.EndsWith("/pulls/1", StringComparison.Ordinal) == true, new Fault(502, "Bad gateway"));
        await hub.SeeTheRaceAsync();
        var pull = hub.Server.Only;
        var trigger = pull.Body[..pull.Body.IndexOf("<!-- nightjar:investigation -->", StringComparison.Ordinal)];
        Assert.Contains("40 of 200 requests", trigger, StringComparison.Ordinal);

        // A browser sends the whole text back with line ends of its own.
        pull.Body = $"{pull.Body}\nThis is Ann: I look at it too.\n".ReplaceLineEndings("\r\n");
        hub.Mend();
        await hub.World.PassAsync(TimeSpan.FromMinutes(5));

        Assert.Equal(IncidentState.InReview, (await hub.IncidentAsync()).State);
        Assert.StartsWith(trigger, pull.Body, StringComparison.Ordinal);
        Assert.Contains("This is Ann: I look at it too.", pull.Body, StringComparison.Ordinal);
        Assert.Contains("**Root cause:**", pull.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Labels_that_people_gave_a_request_stay_on_it()
    {
        await using var hub = await Hub.StartAsync();
        hub.Server.Labels["team-a"] = "ffffff";
        await hub.SeeTheRaceAsync();
        hub.Server.Only.Labels.Add("team-a");
        await hub.World.TellAsync(new IncidentId(1), InboxKind.GiveUp, "ann", "not now");

        Assert.Contains("team-a", hub.Server.Only.Labels);
        Assert.DoesNotContain(RequestNames.Active, hub.Server.Only.Labels);
        Assert.Equal(IncidentOutcome.GivenUp, (await hub.IncidentAsync()).Outcome);
    }

    [Fact]
    public async Task What_people_do_on_the_request_is_written_down()
    {
        await using var hub = await Hub.StartAsync();
        await hub.SeeTheRaceAsync();
        var pull = hub.Server.Only;
        pull.Draft = false;
        pull.Reviewers.Add("bob");
        hub.Server.Comment(pull, "ann", "<!-- nightjar:comment quiet --> looks right");
        await hub.World.PassAsync(TimeSpan.FromMinutes(2));

        Assert.Contains(await hub.World.JournalAsync(), e => e.Why.Contains("request 1: marked as ready for review; commented on 1 times; review asked of bob", StringComparison.Ordinal));
        Assert.Equal(IncidentState.InReview, (await hub.IncidentAsync()).State);
    }

    [Fact]
    public async Task Repeats_are_told_in_one_comment_that_is_edited()
    {
        await using var hub = await Hub.StartAsync();
        await hub.SeeTheRaceAsync();
        for (var i = 0; i < 8; i++)
        {
            await hub.World.PassAsync(TimeSpan.FromMinutes(15));
            await hub.SeeTheRaceAsync();
        }

        var comment = Assert.Single(hub.Server.Only.Comments);
        Assert.Contains("It goes on: 8 signals so far", comment.Body, StringComparison.Ordinal);
        await hub.World.PassAsync(TimeSpan.FromHours(1));
        Assert.Same(comment, Assert.Single(hub.Server.Only.Comments));
        Assert.Contains("Quiet since", comment.Body, StringComparison.Ordinal);
        Assert.Contains("9 signals so far", comment.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_that_did_not_change_is_sent_again()
    {
        await using var hub = await Hub.StartAsync();
        await hub.SeeTheRaceAsync();
        await hub.World.PassAsync(TimeSpan.FromMinutes(2));
        var before = hub.Server.Calls.Count;
        await hub.World.PassAsync(TimeSpan.FromMinutes(10));

        var polls = hub.Server.Calls.Skip(before).ToList();
        Assert.Equal(10, polls.Count);
        Assert.All(polls, c => Assert.Equal(304, c.Status));
    }
}
