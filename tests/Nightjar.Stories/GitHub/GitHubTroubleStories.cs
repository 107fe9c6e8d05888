using Microsoft.AspNetCore.Http;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Proposal;
using Nightjar.Testing;

namespace Nightjar.Stories.GitHub;

public class GitHubTroubleStories
{
    [Fact]
    public async Task A_list_that_fails_is_unknown_never_none()
    {
        await using var hub = await Hub.StartAsync(prepare: s => s.Fails = r => IsList(r) ? new Fault(502, "Bad gateway") : null);
        await hub.SeeTheRaceAsync();
        Assert.Empty(hub.Server.Pulls);
        Assert.Equal(["main"], await hub.World.Code.BranchesAsync());
        Assert.Contains("try 1 of 3 failed: Could not list the open requests of acme/shop by label: GitHub has trouble of its own", (await hub.IncidentAsync()).Waiting, StringComparison.Ordinal);

        hub.Mend();
        await hub.World.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(IncidentState.InReview, (await hub.IncidentAsync()).State);
        Assert.Single(hub.Server.Pulls);
    }

    [Fact]
    public async Task A_request_that_an_older_store_opened_is_taken_over()
    {
        var hub = await Hub.StartAsync(new WorldOptions { DeleteAtEnd = false });
        await hub.SeeTheRaceAsync();
        var branch = hub.Server.Only.Branch;
        await using var again = await hub.RestartAsync(o => o with { DeleteAtEnd = true, Change = n => o.Change(n) with { State = Path.Combine(o.Folder, "other-state") } });
        await again.SeeTheRaceAsync();

        Assert.Equal(branch, again.Server.Only.Branch);
        Assert.Equal((1, branch), ((await again.IncidentAsync()).Request?.Number, (await again.IncidentAsync()).Request?.Branch));
        Assert.Contains(await again.World.JournalAsync(), e => e.Why == "took over the request that is open (host: github)");
    }

    [Fact]
    public async Task A_rate_limit_is_waited_for_and_costs_no_try()
    {
        await using var hub = await Hub.StartAsync();
        var reset = hub.World.Clock.GetUtcNow().AddMinutes(20);
        hub.Fail(IsNew, new Fault(403, "API rate limit exceeded for user ID 1.") { Headers = { ["x-ratelimit-remaining"] = "0", ["x-ratelimit-reset"] = $"{reset.ToUnixTimeSeconds()}" } });
        await hub.SeeTheRaceAsync();
        var incident = await hub.IncidentAsync();
        Assert.Equal((IncidentState.Investigating, 0), (incident.State, incident.Attempts));
        Assert.StartsWith("GitHub's rate limit to be over, at", incident.Waiting, StringComparison.Ordinal);

        hub.Mend();
        var calls = hub.Server.Calls.Count;
        await hub.World.PassAsync(TimeSpan.FromMinutes(19));
        Assert.Equal(calls, hub.Server.Calls.Count);
        await hub.World.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(IncidentState.InReview, (await hub.IncidentAsync()).State);
        Assert.Empty(hub.World.Options.Log.Errors);
    }

    [Fact]
    public async Task A_secondary_limit_says_how_long_to_wait()
    {
        await using var hub = await Hub.StartAsync();
        hub.Fail(IsNew, new Fault(403, "You have exceeded a secondary rate limit.") { Headers = { ["Retry-After"] = "90" } });
        await hub.SeeTheRaceAsync();
        hub.Mend();
        Assert.Equal(hub.World.Clock.GetUtcNow().AddSeconds(90), (await hub.IncidentAsync()).NextDue.GetValueOrDefault(), TimeSpan.FromSeconds(2));
        await hub.World.PassAsync(TimeSpan.FromSeconds(95));
        Assert.Equal(IncidentState.InReview, (await hub.IncidentAsync()).State);
    }

    [Theory]
    [InlineData(401, "Bad credentials", "it refused our token")]
    [InlineData(403, "Resource not accessible by personal access token", "our token may not do this")]
    [InlineData(404, "Not Found", "it is not there, or our token may not see it")]
    [InlineData(301, "Moved Permanently", "the repository was moved or renamed")]
    [InlineData(409, "Git Repository is empty.", "it conflicts with something that changed at the same time")]
    [InlineData(422, "Validation Failed", "GitHub takes it for invalid")]
    [InlineData(500, "Server Error", "GitHub has trouble of its own")]
    public async Task Each_refusal_has_its_own_words_and_the_incident_is_kept(int status, string said, string says)
    {
        await using var hub = await Hub.StartAsync(prepare: s => s.Fails = r => r.Path.StartsWithSegments("/api", StringComparison.Ordinal) ? new Fault(status, said) : null);
        await hub.SeeTheRaceAsync();
        var incident = await hub.IncidentAsync();
        Assert.Equal(IncidentState.Investigating, incident.State);
        Assert.Contains(says, incident.Waiting, StringComparison.Ordinal);
        Assert.Contains(said, incident.Waiting, StringComparison.Ordinal);

        hub.Mend();
        await hub.World.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(IncidentState.InReview, (await hub.IncidentAsync()).State);
        Assert.Single(hub.Server.Pulls);
    }

    [Fact]
    public async Task A_push_that_a_rule_refuses_is_said_so()
    {
        await using var hub = await Hub.StartAsync();
        var hook = Path.Combine(hub.World.Code.Bare, "hooks", "pre-receive");
        Directory.CreateDirectory(Path.GetDirectoryName(hook) ?? "");
        await File.WriteAllTextAsync(hook, "#!/bin/sh\necho 'error: GH013: Repository rule violations found for refs/heads/incident.' >&2\nexit 1\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        await hub.SeeTheRaceAsync();
        Assert.Contains("a ruleset of the repository refuses this push", (await hub.IncidentAsync()).Waiting, StringComparison.Ordinal);

        File.Delete(hook);
        await hub.World.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(IncidentState.InReview, (await hub.IncidentAsync()).State);
    }

    [Fact]
    public async Task A_repository_that_moved_is_said_so_by_git_too()
    {
        await using var hub = await Hub.StartAsync(prepare: s => s.Fails = r => r.Path.StartsWithSegments("/acme", StringComparison.Ordinal) ? new Fault(301, "moved") { Headers = { ["Location"] = "https://elsewhere.example/x.git" } } : null);
        await hub.SeeTheRaceAsync();
        Assert.Contains("it was moved: give its new address", (await hub.IncidentAsync()).Waiting, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_branch_that_was_deleted_ends_its_request_as_closed()
    {
        await using var hub = await Hub.StartAsync();
        await hub.SeeTheRaceAsync();
        await hub.Server.DeleteBranchAsync(1);
        await hub.World.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(IncidentOutcome.ClosedUnmerged, (await hub.IncidentAsync()).Outcome);
    }

    [Fact]
    public async Task A_branch_that_was_forced_elsewhere_is_not_overwritten_and_what_is_merged_counts_as_changed()
    {
        await using var hub = await Hub.StartAsync();
        await hub.SeeTheRaceAsync();
        var branch = hub.Server.Only.Branch;
        var main = await hub.World.Code.HeadAsync("main");
        await GitHubStandIn.GitAsync(hub.World.Code.Bare, "update-ref", $"refs/heads/{branch}", main);
        await hub.World.Code.CommitAsync(branch, "src/Inventory.cs", "namespace Shop;\n", "My own fix", hub.World.Clock.GetUtcNow());
        await hub.World.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(IncidentState.InReview, (await hub.IncidentAsync()).State);

        await hub.Server.MergeAsync(1);
        await hub.World.PassAsync(TimeSpan.FromMinutes(2));
        Assert.True((await hub.IncidentAsync()).Request?.MergedModified);
    }

    [Fact]
    public async Task A_request_that_was_opened_though_the_answer_got_lost_is_found_again()
    {
        // The call is done, but what comes back is a 502.
        await using var hub = await Hub.StartAsync();
        hub.Fail(r => r.Method == "PUT", new Fault(502, "Bad gateway"));
        await hub.SeeTheRaceAsync();
        Assert.Single(hub.Server.Pulls);

        hub.Mend();
        await hub.World.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Single(hub.Server.Pulls);
        Assert.Equal(IncidentState.InReview, (await hub.IncidentAsync()).State);
        Assert.Contains(RequestNames.FixProposed, hub.Server.Only.Labels);
    }

    [Fact]
    public async Task Cut_off_after_every_effect_before_it_was_written_down_it_does_none_twice()
    {
        var cut = new HashSet<string>();
        await using var hub = await Hub.StartAsync(new WorldOptions
        {
            Reached = point =>
            {
                if (point.EndsWith(":done-unwritten", StringComparison.Ordinal) && cut.Add(point))
                {
                    throw new StoreUnavailableException("as if it had been killed here");
                }
            },
        });
        await hub.SeeTheRaceAsync();
        await hub.World.PassAsync(TimeSpan.FromMinutes(10));
        var pull = hub.Server.Only;
        Assert.Equal(IncidentState.InReview, (await hub.IncidentAsync()).State);
        Assert.Equal(3, (await hub.World.Code.CommitsAsync($"main..{pull.Branch}")).Length);
        Assert.Contains(cut, c => c.Contains("request-1", StringComparison.Ordinal));
        Assert.Contains(cut, c => c.Contains("push-", StringComparison.Ordinal));

        await hub.Server.MergeAsync(1);
        await hub.World.PassAsync(TimeSpan.FromMinutes(2));
        await hub.World.DeployAsync();
        await hub.World.ServeAsync(0, 3_000, TimeSpan.FromMinutes(12));
        await hub.World.PassAsync(TimeSpan.FromMinutes(10));
        Assert.Equal(IncidentOutcome.Merged, (await hub.IncidentAsync()).Outcome);
        Assert.Single(pull.Comments);
        Assert.DoesNotContain(RequestNames.Active, pull.Labels);
        Assert.Single(await hub.World.Code.BranchesAsync());
    }

    [Fact]
    public async Task While_all_is_paused_the_end_of_an_incident_is_written_down_but_not_shown()
    {
        await using var hub = await Hub.StartAsync();
        await hub.SeeTheRaceAsync();
        await hub.World.Store.Pause.SetAsync(new Pause("ann", "release day", hub.World.Clock.GetUtcNow()), default);
        var before = hub.Server.Calls.Count;
        await hub.World.TellAsync(new IncidentId(1), InboxKind.GiveUp, "ann", "not now");
        await hub.World.PassAsync(TimeSpan.FromMinutes(5));
        Assert.Equal(before, hub.Server.Calls.Count);
        Assert.NotNull((await hub.IncidentAsync()).LearnedAt);

        await hub.World.Store.Pause.SetAsync(null, default);
        await hub.World.PassAsync(TimeSpan.FromMinutes(2));
        Assert.DoesNotContain(RequestNames.Active, hub.Server.Only.Labels);
    }

    [Fact]
    public async Task A_host_that_is_away_at_the_end_of_an_incident_is_told_later()
    {
        await using var hub = await Hub.StartAsync();
        await hub.SeeTheRaceAsync();
        hub.Fail(_ => true, new Fault(503, "Unavailable"));
        await hub.World.TellAsync(new IncidentId(1), InboxKind.GiveUp, "ann", "not now");
        Assert.NotNull((await hub.IncidentAsync()).LearnedAt);
        Assert.Contains(RequestNames.Active, hub.Server.Only.Labels);
        hub.Mend();
        await hub.World.PassAsync(TimeSpan.FromMinutes(1));
        Assert.DoesNotContain(RequestNames.Active, hub.Server.Only.Labels);
        Assert.Single(await hub.World.Store.Memory.SimilarAsync((await hub.IncidentAsync()).Fingerprint.Hash, "shop", 10, default));
    }

    [Fact]
    public async Task A_problem_that_came_back_while_its_request_is_open_is_worked_on_there()
    {
        await using var hub = await Hub.StartAsync();
        await hub.SeeTheRaceAsync();
        await hub.World.TellAsync(new IncidentId(1), InboxKind.GiveUp, "ann", "not now");
        await hub.World.TellAsync(new IncidentId(1), InboxKind.Retry, "ann", "");
        Assert.Equal(IncidentState.InReview, (await hub.IncidentAsync()).State);
        Assert.Contains(RequestNames.Active, hub.Server.Only.Labels);
    }

    [Fact]
    public async Task The_token_is_in_no_file_of_the_state_folder_and_in_no_word_that_people_read()
    {
        await using var hub = await Hub.StartAsync();
        await hub.SeeTheRaceAsync();
        await hub.World.Store.Journal.AppendAsync(new JournalEntry { At = hub.World.Clock.GetUtcNow(), Actor = "test", Act = "note", Why = "end" }, default);

        foreach (var file in Directory.EnumerateFiles(hub.World.Options.Folder, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain(GitHubStandIn.Token, System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)), StringComparison.Ordinal);
        }

        Assert.DoesNotContain(await hub.World.JournalAsync(), e => $"{e.Why}{e.Data}".Contains(GitHubStandIn.Token, StringComparison.Ordinal));
    }

    private static bool IsNew(HttpRequest request) => request.Method == "POST" && request.Path.Value?.EndsWith("/pulls", StringComparison.Ordinal) == true;

    private static bool IsList(HttpRequest request) => request.Method == "GET" && (request.Path.Value?.EndsWith("/pulls", StringComparison.Ordinal) == true || request.Path.Value?.EndsWith("/issues", StringComparison.Ordinal) == true);
}
