using Nightjar.Core.Incidents;
using Nightjar.Core.Services;

namespace Nightjar.Stories;

public class VerifyStories
{
    [Fact]
    public async Task A_merged_fix_that_does_not_help_is_reopened_and_told()
    {
        await using var world = await MergedAsync();
        await world.DeployAsync();
        await world.ServeAsync(600, 3_000, TimeSpan.FromMinutes(11));

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(1, incident.Reopened);
        Assert.NotEqual(IncidentState.Resolved, incident.State);
        Assert.Contains(await world.Store.Requests.CommentsAsync(1, default), c => c.Markdown.Contains("did not hold", StringComparison.Ordinal));
        Assert.Contains(world.Told.All, a => a.Title.Contains("did not hold", StringComparison.Ordinal));
        Assert.Equal($"incident/{incident.Fingerprint.Hash}-2", incident.Request?.Branch);
    }

    [Fact]
    public async Task Verification_starts_when_the_fix_runs_not_when_it_is_merged()
    {
        await using var world = await MergedAsync();
        await world.ServeAsync(600, 3_000, TimeSpan.FromMinutes(20));
        Assert.Equal("the fix to be rolled out", (await world.OnlyIncidentAsync()).Waiting);

        await world.DeployAsync();
        await world.ServeAsync(0, 3_000, TimeSpan.FromMinutes(11));
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(IncidentState.Resolved, incident.State);
        Assert.Equal("the deployment notice of pipeline", incident.Verification?.KnownBy);
    }

    [Fact]
    public async Task A_notice_of_a_commit_without_the_fix_is_not_a_rollout()
    {
        await using var world = await MergedAsync();
        await world.TellAsync(InboxKind.Deployed, "pipeline", world.Code.Culprit);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        Assert.Null((await world.OnlyIncidentAsync()).Verification?.RunningSince);
    }

    [Fact]
    public async Task Without_any_word_of_a_rollout_it_starts_half_an_hour_after_the_merge_and_says_so()
    {
        await using var world = await MergedAsync();
        await world.PassAsync(TimeSpan.FromMinutes(31));
        Assert.Contains("no rollout was seen", (await world.OnlyIncidentAsync()).Verification?.KnownBy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_little_traffic_proves_nothing_and_after_a_day_that_is_told()
    {
        await using var world = await MergedAsync();
        await world.DeployAsync();
        await world.ServeAsync(0, 99, TimeSpan.FromMinutes(10));
        await world.PassAsync(TimeSpan.FromMinutes(6));
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(IncidentState.Verifying, incident.State);
        Assert.Contains("99 requests of at least 100", incident.Waiting, StringComparison.Ordinal);

        await world.PassAsync(TimeSpan.FromHours(24));
        incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.Resolved, IncidentOutcome.MergedUnverified), (incident.State, incident.Outcome));
    }

    [Fact]
    public async Task Traffic_that_comes_late_is_waited_for()
    {
        await using var world = await MergedAsync();
        await world.DeployAsync();
        await world.PassAsync(TimeSpan.FromHours(2));
        Assert.Equal(IncidentState.Verifying, (await world.OnlyIncidentAsync()).State);
        await world.ServeAsync(0, 500, TimeSpan.FromMinutes(10));
        await world.PassAsync(TimeSpan.FromMinutes(6));
        Assert.Equal(IncidentState.Resolved, (await world.OnlyIncidentAsync()).State);
    }

    [Fact]
    public async Task A_clock_that_jumps_ahead_ends_no_window_without_traffic()
    {
        await using var world = await MergedAsync();
        await world.DeployAsync();
        world.Clock.Jump(TimeSpan.FromHours(3));
        await world.SettleAsync();
        Assert.Equal(IncidentState.Verifying, (await world.OnlyIncidentAsync()).State);
        world.Clock.Jump(TimeSpan.FromHours(-3));
        await world.ServeAsync(0, 3_000, TimeSpan.FromMinutes(11));
        Assert.NotEqual(IncidentOutcome.MergedUnverified, (await world.OnlyIncidentAsync()).Outcome);
    }

    [Fact]
    public async Task A_rate_of_lines_proves_nothing_about_a_rate_of_requests()
    {
        await using var world = await MergedAsync();
        await world.DeployAsync();
        await world.ServeAsync(0, 3_000, TimeSpan.FromMinutes(11), RateUnit.Lines);
        await world.PassAsync(TimeSpan.FromMinutes(6));
        Assert.Equal(IncidentState.Verifying, (await world.OnlyIncidentAsync()).State);

        await world.ServeAsync(0, 3_000, TimeSpan.FromMinutes(11));
        await world.PassAsync(TimeSpan.FromMinutes(6));
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.Resolved, RateUnit.Requests), (incident.State, incident.Verification?.After?.Of));
    }

    [Fact]
    public async Task A_logged_problem_that_stays_away_while_there_is_no_traffic_is_not_proven_gone()
    {
        await using var world = await World.StartAsync();
        var signal = Seen.StockGoesNegative(world.Clock.GetUtcNow()) with { Kind = Nightjar.Core.Signals.SignalKind.LogTrigger, Rate = null };
        world.Logs.Digest = Seen.DigestOf(signal);
        await world.SeeAsync(signal);
        await world.PassAsync(TimeSpan.FromMinutes(1));
        await world.MergeAsync(1);
        await world.DeployAsync();
        await world.PassAsync(TimeSpan.FromMinutes(30));
        Assert.Equal(IncidentState.Verifying, (await world.OnlyIncidentAsync()).State);

        await world.ServeAsync(0, 500, TimeSpan.FromMinutes(10));
        await world.PassAsync(TimeSpan.FromMinutes(6));
        Assert.Equal(IncidentOutcome.Merged, (await world.OnlyIncidentAsync()).Outcome);
    }

    [Fact]
    public async Task A_probe_that_nobody_asked_again_proves_nothing()
    {
        var probes = new Probes();
        await using var world = await World.StartAsync(new WorldOptions { Parts = (services, _) => services.Add(new(typeof(IProbeAnswers), probes)) });
        await world.SeeAsync(Seen.HealthFails(world.Clock.GetUtcNow()));
        await world.PassAsync(TimeSpan.FromMinutes(1));
        await world.TellAsync(InboxKind.Approve, "ann", "restarted it");
        await world.TellAsync(InboxKind.Deployed, "ann", "restart");
        await world.PassAsync(TimeSpan.FromMinutes(30));
        Assert.Equal((IncidentState.Verifying, "more to go by: no answer of the probe"), ((await world.OnlyIncidentAsync()).State, (await world.OnlyIncidentAsync()).Waiting));

        probes.WellAt = world.Clock.GetUtcNow();
        await world.PassAsync(TimeSpan.FromMinutes(6));
        Assert.Equal(IncidentOutcome.MendedByHand, (await world.OnlyIncidentAsync()).Outcome);
    }

    [Fact]
    public async Task A_workload_that_ran_well_through_the_window_needs_no_traffic_and_one_that_began_anew_in_it_waits()
    {
        var (options, hands) = Healing.HealLab.Options(Core.Policy.Mode.Observe);
        await using var world = await World.StartAsync(options);
        hands.Set(Healing.HealLab.Web, isWell: false);
        await world.SeeAsync(Healing.HealLab.Sick(world, "container-exited"));
        await world.PassAsync(TimeSpan.FromMinutes(1));
        await world.TellAsync(InboxKind.Approve, "ann", "fixed it");
        await world.TellAsync(InboxKind.Deployed, "ann", "deploy");
        await world.PassAsync(TimeSpan.FromMinutes(15));
        Assert.Equal((IncidentState.Verifying, "more to go by: container/web is as the story says"), await world.OnlyIncidentAsync() is var down ? (down.State, down.Waiting) : default);

        hands.Set(Healing.HealLab.Web, isWell: true);
        await world.PassAsync(TimeSpan.FromMinutes(8));
        Assert.Equal(IncidentState.Verifying, (await world.OnlyIncidentAsync()).State);
        await world.PassAsync(TimeSpan.FromMinutes(8));
        Assert.Equal((IncidentState.Resolved, IncidentOutcome.MendedByHand), await world.OnlyIncidentAsync() is var mended ? (mended.State, mended.Outcome) : default);
    }

    [Fact]
    public async Task A_workload_that_is_not_well_long_after_the_fix_ran_is_reopened()
    {
        var (options, hands) = Healing.HealLab.Options(Core.Policy.Mode.Observe);
        await using var world = await World.StartAsync(options);
        hands.Set(Healing.HealLab.Web, isWell: false);
        await world.SeeAsync(Healing.HealLab.Sick(world, "container-exited"));
        await world.PassAsync(TimeSpan.FromMinutes(1));
        await world.TellAsync(InboxKind.Approve, "ann", "fixed it");
        await world.TellAsync(InboxKind.Deployed, "ann", "deploy");
        await world.PassAsync(TimeSpan.FromMinutes(40));
        Assert.Equal(1, (await world.OnlyIncidentAsync()).Reopened);
    }

    private sealed class Probes : IProbeAnswers
    {
        public DateTimeOffset? WellAt { get; set; }

        public DateTimeOffset? LastWell(ServiceName service, string probe) => WellAt;
    }

    [Fact]
    public async Task What_could_not_be_verified_is_told_where_it_was_proposed()
    {
        await using var world = await MergedAsync();
        await world.DeployAsync();
        await world.PassAsync(TimeSpan.FromHours(25));
        Assert.Equal(IncidentOutcome.MergedUnverified, (await world.OnlyIncidentAsync()).Outcome);
        Assert.Contains(await world.Store.Requests.CommentsAsync(1, default), c => c.Markdown.Contains("not verified", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("incident:active", (await world.RequestsAsync())[0].Labels);
        Assert.Contains(world.Told.All, a => a.Text.Contains("unverified", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rollout_that_was_told_before_the_merge_was_noticed_counts()
    {
        await using var world = await World.StartAsync();
        await MainJobStories.SeeTheRaceAsync(world);
        await world.Code.MergeAsync((await world.RequestsAsync())[0].Branch, world.Clock.GetUtcNow());
        world.Clock.Advance(TimeSpan.FromSeconds(5));
        await world.Store.Inbox.PostAsync(new IncidentId(1), InboxKind.Deployed, "pipeline", await world.Code.HeadAsync("main"), default);
        await world.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("the deployment notice of pipeline", (await world.OnlyIncidentAsync()).Verification?.KnownBy);
    }

    [Fact]
    public async Task A_reopening_is_paged_once_with_its_figures()
    {
        await using var world = await MergedAsync();
        await world.DeployAsync();
        await world.ServeAsync(600, 3_000, TimeSpan.FromMinutes(11));
        await world.TellAsync(new IncidentId(1), InboxKind.Retry, "ann", "");
        var page = Assert.Single(world.Told.All, a => a.Title.Contains("did not hold", StringComparison.Ordinal));
        Assert.Contains("requests) after", page.Text, StringComparison.Ordinal);
    }

    private static async Task<World> MergedAsync(Func<Service, Service>? service = null)
    {
        var world = await World.StartAsync(new WorldOptions { Service = service ?? (s => s) });
        await MainJobStories.SeeTheRaceAsync(world);
        await world.MergeAsync(1);
        return world;
    }
}
