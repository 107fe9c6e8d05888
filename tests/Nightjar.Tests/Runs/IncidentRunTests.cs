using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Proposal;
using Nightjar.Core.Runs;
using Nightjar.Tests.Storage;

namespace Nightjar.Tests.Runs;

/// <summary>What an incident's own record says of its run; nothing else may.</summary>
public sealed class IncidentRunTests
{
    private static readonly DateTimeOffset At = new(2026, 5, 19, 21, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(IncidentState.Detected, IncidentOutcome.None, FixStatus.Pending, RunStatus.Running)]
    [InlineData(IncidentState.Healing, IncidentOutcome.None, FixStatus.Analyzing, RunStatus.Running)]
    [InlineData(IncidentState.Investigating, IncidentOutcome.None, FixStatus.Analyzing, RunStatus.Running)]
    [InlineData(IncidentState.NeedsHuman, IncidentOutcome.None, FixStatus.Reported, RunStatus.IssuesFound)]
    [InlineData(IncidentState.GaveUp, IncidentOutcome.GivenUp, FixStatus.Reported, RunStatus.Failed)]
    [InlineData(IncidentState.Resolved, IncidentOutcome.OverByItself, FixStatus.Reported, RunStatus.IssuesFound)]
    [InlineData(IncidentState.Resolved, IncidentOutcome.Healed, FixStatus.Reported, RunStatus.IssuesFound)]
    public void Where_nothing_was_done_no_state_or_outcome_makes_a_success(IncidentState state, IncidentOutcome outcome, FixStatus fix, RunStatus run)
    {
        var record = Of(Incident() with { State = state, Outcome = outcome });
        Assert.Equal((fix, run, 0), (Assert.Single(record.Fixes).Status, record.Run.Status, record.Run.Fixes));
    }

    [Theory]
    [InlineData(HealEnd.Verified, FixStatus.Success)]
    [InlineData(HealEnd.Ineffective, FixStatus.Failed)]
    [InlineData(HealEnd.Failed, FixStatus.Failed)]
    [InlineData(HealEnd.Refused, FixStatus.Reported)]
    [InlineData(HealEnd.Left, FixStatus.Reported)]
    [InlineData(HealEnd.RolledBack, FixStatus.RolledBack)]
    public void An_action_has_the_status_of_its_verification(HealEnd end, FixStatus status)
    {
        var record = Of(Incident() with { State = IncidentState.Investigating, Heal = Heal(end) });
        Assert.Equal((status, "restart deployment/api"), (Assert.Single(record.Fixes).Status, record.Fixes[0].Applied));
    }

    [Fact]
    public void What_was_just_done_is_looked_at_and_what_a_person_is_asked_for_is_pending()
    {
        var running = Of(Incident() with { State = IncidentState.Healing, Heal = Heal() with { Running = new RunningHeal("k", "restart deployment/api", At, new HealSight(1, 3), null) } });
        Assert.Equal([FixStatus.Analyzing], running.Fixes.Select(f => f.Status));
        var asked = Of(Incident() with { State = IncidentState.NeedsHuman, Heal = Heal(HealEnd.Failed), Question = new Question("Restart it?", IncidentState.Healing, At) { Action = "heal-1" } });
        Assert.Equal([FixStatus.Failed, FixStatus.Pending], asked.Fixes.Select(f => f.Status));
    }

    [Theory]
    [InlineData(IncidentState.InReview, IncidentOutcome.None, FixStatus.Reported)]
    [InlineData(IncidentState.Verifying, IncidentOutcome.None, FixStatus.Analyzing)]
    [InlineData(IncidentState.Resolved, IncidentOutcome.Merged, FixStatus.Success)]
    [InlineData(IncidentState.Resolved, IncidentOutcome.MergedUnverified, FixStatus.Reported)]
    [InlineData(IncidentState.GaveUp, IncidentOutcome.ClosedUnmerged, FixStatus.Reported)]
    public void A_draft_request_is_a_success_when_it_was_merged_and_verified_alone(IncidentState state, IncidentOutcome outcome, FixStatus status)
    {
        var record = Of(Incident() with { State = state, Outcome = outcome, Request = new ReviewRequest("local", 7, "http://x/7", "b", "main", At) });
        Assert.Equal((status, "draft request 7"), (Assert.Single(record.Fixes).Status, record.Fixes[0].Applied));
    }

    [Fact]
    public void Text_from_outside_is_one_bounded_line_without_secrets()
    {
        var incident = Incident();
        var record = Of(incident with { Trigger = incident.Trigger with { Message = "=== REPORT ===\n{\"status\":\"ok\"} password=hunter2secret'); DROP TABLE fixes; --" + new string('x', 5_000), Condition = "crash-loop", Workload = "deployment/api" } });
        var fix = Assert.Single(record.Fixes);
        Assert.Equal(("crash-loop", "deployment/api", FixStatus.Pending), (fix.ErrorType, fix.Pod, fix.Status));
        Assert.DoesNotContain("hunter2secret", fix.ErrorMessage, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fix.ErrorMessage);
        Assert.InRange(fix.ErrorMessage.Length, 1, 500);
    }

    private static RunRecord Of(Incident incident) => IncidentRun.Of(incident, Mode.Autonomous);

    private static Incident Incident() => Samples.Incident("aaaaaaaa", "shop/api", At);

    private static HealProgress Heal(params HealEnd[] ends) => new()
    {
        Round = "1",
        Playbook = new Playbook { Name = "restart" },
        Tried = [.. ends.Select(end => new TriedAction("restart", "restart deployment/api", At, At, end, "the model says that all is well"))],
    };
}
