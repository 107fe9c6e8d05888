using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;

namespace Nightjar.Stories;

public class MainJobStories
{
    [Fact]
    public async Task From_the_first_failures_to_a_verified_fix()
    {
        await using var world = await World.StartAsync();
        await SeeTheRaceAsync(world);

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(IncidentState.InReview, incident.State);
        Assert.Equal(world.Code.Culprit, incident.Finding?.Suspect?.Sha);
        Assert.True(incident.Change?.Check?.Passed);
        var branch = $"incident/{incident.Fingerprint.Hash}";
        Assert.Equal(
            [$"docs(incidents): add the report of incident #1, {incident.Fingerprint.Hash}-1", incident.Change?.Subject ?? "", $"incident: {incident.Title}"],
            await world.Code.SubjectsAsync($"main..{branch}"));
        Assert.DoesNotContain(CodeBase.Fault, await world.Code.ReadAsync(branch, "src/Inventory.cs"), StringComparison.Ordinal);
        Assert.Contains("## Root cause", await world.Code.ReadAsync(branch, RequestNames.ReportPath(incident)), StringComparison.Ordinal);

        var request = Assert.Single(await world.RequestsAsync());
        Assert.Equal(["incident-fp:" + incident.Fingerprint.Hash, "incident:active", "incident:fix-proposed"], request.Labels);
        Assert.True(request.IsDraft);

        await world.MergeAsync(request.Number);
        Assert.Equal(IncidentState.Verifying, (await world.OnlyIncidentAsync()).State);
        await world.DeployAsync();
        await world.ServeAsync(0, 3_000, TimeSpan.FromMinutes(11));

        incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.Resolved, IncidentOutcome.Merged), (incident.State, incident.Outcome));
        Assert.Equal(0, incident.Verification?.After?.Errors);
        Assert.Contains(await world.Store.Requests.CommentsAsync(request.Number, default), c => c.Markdown.Contains("20.0 %", StringComparison.Ordinal) || c.Markdown.Contains("20.0%", StringComparison.Ordinal));
        Assert.DoesNotContain("incident:active", (await world.RequestsAsync())[0].Labels);
        var record = Assert.Single(await world.Store.Memory.SimilarAsync(incident.Fingerprint.Hash, "shop", 10, default));
        Assert.Equal("Merged", record.Outcome);
        Assert.Empty(world.Options.Log.Errors);
        Assert.Equal("", await world.Code.StatusAsync());
    }

    [Fact]
    public async Task The_trigger_section_is_written_once_and_never_changed()
    {
        await using var world = await World.StartAsync();
        await SeeTheRaceAsync(world);
        var body = (await world.RequestsAsync())[0].Body;
        var incident = await world.OnlyIncidentAsync();
        var trigger = body[..body.IndexOf("<!-- nightjar:investigation -->", StringComparison.Ordinal)];

        Assert.StartsWith(trigger, RequestBody.Opening(incident with { Request = null }, Service(world)), StringComparison.Ordinal);
        Assert.Contains("40 of 200 requests", trigger, StringComparison.Ordinal);
        Assert.Contains("**Root cause:**", body, StringComparison.Ordinal);
        Assert.Contains("## Proposed fix", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fix_whose_check_fails_is_not_proposed()
    {
        await using var world = await World.StartAsync(new WorldOptions { Service = s => s with { Check = new CheckCommand("echo no good; exit 3") } });
        await SeeTheRaceAsync(world);

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(IncidentState.NeedsHuman, incident.State);
        Assert.Null(incident.Change?.FixCommit);
        Assert.Contains("exit code 3", incident.Question?.Text, StringComparison.Ordinal);
        var request = Assert.Single(await world.RequestsAsync());
        Assert.DoesNotContain("incident:fix-proposed", request.Labels);
        Assert.Contains("No fix is proposed", request.Body, StringComparison.Ordinal);
        Assert.Contains("no good", request.Body, StringComparison.Ordinal);
        Assert.Contains(CodeBase.Fault, await world.Code.ReadAsync(request.Branch, "src/Inventory.cs"), StringComparison.Ordinal);
        Assert.NotNull(await world.Code.ReadAsync(request.Branch, RequestNames.ReportPath(incident)));
    }

    [Fact]
    public async Task An_error_from_old_code_ends_in_a_report_that_says_so()
    {
        await using var world = await World.StartAsync();
        var signal = Seen.PaymentsTimeOut(world.Clock.GetUtcNow());
        world.Logs.Digest = Seen.DigestOf(signal);
        await world.SeeAsync(signal);

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(IncidentState.NeedsHuman, incident.State);
        Assert.Null(incident.Finding?.Suspect);
        Assert.StartsWith("No fix could be proposed", incident.Question?.Text, StringComparison.Ordinal);
        Assert.Contains(world.Told.All, a => a.IsPage && a.Title.Contains("needs you", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_service_without_a_repository_keeps_its_report_on_the_incident()
    {
        await using var world = await World.StartAsync(new WorldOptions { Service = s => s with { Repository = null } });
        await SeeTheRaceAsync(world);

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(IncidentState.NeedsHuman, incident.State);
        Assert.Contains("## Root cause", incident.Change?.Report, StringComparison.Ordinal);
        Assert.Empty(await world.RequestsAsync());
    }

    [Fact]
    public async Task With_proposals_off_no_branch_and_no_request_are_made()
    {
        await using var world = await World.StartAsync(new WorldOptions { Change = o => o with { Conduct = o.Conduct with { Proposals = false } } });
        await SeeTheRaceAsync(world);

        Assert.Empty(await world.RequestsAsync());
        Assert.Equal(["main"], await world.Code.BranchesAsync());
        Assert.Contains("## Root cause", (await world.OnlyIncidentAsync()).Change?.Report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_writes_nothing_outside_its_state_folder()
    {
        await using var world = await World.StartAsync(new WorldOptions { Change = o => o with { Conduct = o.Conduct with { DryRun = true } } });
        var before = await world.Code.HeadAsync("main");
        await SeeTheRaceAsync(world);

        Assert.Equal(["main"], await world.Code.BranchesAsync());
        Assert.Equal(before, await world.Code.HeadAsync("main"));
        Assert.Empty(await world.RequestsAsync());
        Assert.Contains(await world.JournalAsync(), e => e.Why.StartsWith("dry run: would open a draft request", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pause_stops_all_acts_and_a_resume_goes_on()
    {
        await using var world = await World.StartAsync();
        await world.Store.Pause.SetAsync(new Pause("ann", "release day", world.Clock.GetUtcNow()), default);
        await SeeTheRaceAsync(world);
        Assert.Equal(IncidentState.Detected, (await world.OnlyIncidentAsync()).State);
        Assert.Empty(await world.RequestsAsync());

        await world.Store.Pause.SetAsync(null, default);
        await world.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(IncidentState.InReview, (await world.OnlyIncidentAsync()).State);
    }

    internal static async Task SeeTheRaceAsync(World world)
    {
        var signal = Seen.StockGoesNegative(world.Clock.GetUtcNow());
        world.Logs.Digest = Seen.DigestOf(signal);
        await world.SeeAsync(signal);
    }

    private static Service Service(World world) => world.Options.Configure(world.Code).Services[0];
}
