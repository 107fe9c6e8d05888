using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Proposal;

/// <summary>What a reviewer reads.</summary>
public sealed class RequestTextTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 14, 3, 12, 40, TimeSpan.Zero);

    private static readonly Service Shop = new() { Name = new ServiceName("shop") };

    private static Incident Incident { get; } = new()
    {
        Id = new IncidentId(12),
        Service = Shop.Name,
        Title = "shop elevated error rate (20%)",
        OpenedAt = At,
        Trigger = new Signal
        {
            Kind = SignalKind.ErrorRate,
            Service = Shop.Name,
            At = At,
            Since = At.AddSeconds(-2),
            ErrorClass = "StockMismatchError",
            Message = "Stock is -1",
            Rate = new RateReading(At.AddMinutes(-1), At, 35, 173, RateUnit.Requests),
            Frames = [new StackFrame("Shop.Take", "/build/1/src/Shop/Take.cs", 32, true), new StackFrame("Shop.Check", "/build/1/src/Check.cs", 7, true), new StackFrame("System.Run", null, null, false)],
        },
        Fingerprints = [new OwnedFingerprint(new Fingerprint("6e14cf73", FingerprintStrategy.Evidence, 1), "shop|StockMismatchError", "StockMismatchError", null, At, "opened by it")],
        Finding = new Finding
        {
            By = "built-in",
            RootCause = "`Take` checks and writes with an `await` between.",
            Confidence = 0.93,
            Suspect = new SuspectCommit("b73e91f7aa", "Jo", At.AddHours(-3), "Move it"),
            Facts = [new ConfidenceFact("prior", "before anything is known", -2.5), new ConfidenceFact("blame", "line 32 was last changed by it", 5.1) { Evidence = ["E1", "E2"] }],
            RuledOut = ["a dependency"],
            Missing = ["traces"],
        },
    };

    [Fact]
    public void The_trigger_says_what_failed_how_much_and_since_when()
    {
        var body = RequestBody.Opening(Incident, Shop);
        Assert.StartsWith("## Trigger\n\n35 of 173 requests to `shop` failed (20.2 %); the limit is 15 % of at least 100 requests in 60 s.\n", body, StringComparison.Ordinal);
        Assert.Contains("| First failure | 2026-03-14 03:12:38 UTC |", body, StringComparison.Ordinal);
        Assert.Contains("| Seen before | no |", body, StringComparison.Ordinal);
        Assert.Contains("   at Shop.Take in Shop/Take.cs:32\n   at Shop.Check in Check.cs:7\n   at System.Run\n   (files are in /build/1/src/)\n", body, StringComparison.Ordinal);
    }

    [Fact]
    public void The_strongest_fact_comes_first_and_the_sum_is_explained_only_where_it_holds()
    {
        var text = RequestBody.OfFinding(Incident.Finding ?? throw new InvalidOperationException());
        Assert.Contains("| Line 32 was last changed by it | +5.1 | E1, E2 |\n| Before anything is known | −2.5 |  |", text, StringComparison.Ordinal);
        Assert.Contains("their sum gives the confidence", text, StringComparison.Ordinal);
        Assert.DoesNotContain("their sum", RequestBody.OfFinding(Incident.Finding with { Confidence = 0.5 }), StringComparison.Ordinal);
        Assert.Contains("### What is not known\n\n- Traces", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fix_says_how_it_was_checked_what_it_costs_and_what_happens_next()
    {
        var text = RequestBody.OfChange(Change(new CheckResult(true, 0, TimeSpan.FromSeconds(42), "none", "")), Shop);
        Assert.Contains("The service's own check passed in 42.0 s, without a fence.", text, StringComparison.Ordinal);
        Assert.Contains("**What it costs:** The feature is gone again.", text, StringComparison.Ordinal);
        Assert.Contains("watched for 10 minutes over at least 100 requests", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_fix_it_says_so_and_what_a_person_can_do()
    {
        var failed = Change(new CheckResult(false, 1, TimeSpan.FromSeconds(3), "bubblewrap", "1 test failed")) with { FixCommit = null, Why = "the check fails" };
        var text = RequestBody.OfChange(failed, Shop);
        Assert.Contains("**No fix is proposed.** The check fails.", text, StringComparison.Ordinal);
        Assert.Contains("failed with exit code 1", text, StringComparison.Ordinal);
        Assert.Contains("1 test failed", text, StringComparison.Ordinal);
        Assert.Contains("a person mends it", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_timeline_of_the_report_has_the_turns_and_no_bookkeeping()
    {
        JournalEntry[] journal =
        [
            Row(0, "intake", "opened", "shop elevated error rate (20%): no open incident of this problem"),
            Row(1, "triage", "state", "Investigating: real and new"),
            Row(2, "investigate", "name-branch", "chose a free branch name", JournalStep.Done),
            Row(3, "investigate", "state", "Proposing: a long cause"),
            Row(4, "propose", "check", "ran the service's own check on the change", JournalStep.Done),
            Row(5, "review", "wait", "a person"),
            Row(6, "Ada|x", "approve", "yes to: go on?"),
        ];
        var report = IncidentReport.Write(Incident, Shop, null, journal, Change(new CheckResult(true, 0, TimeSpan.FromSeconds(42), "bubblewrap", "")));
        var timeline = report[report.IndexOf("## Timeline", StringComparison.Ordinal)..report.IndexOf("## Root cause", StringComparison.Ordinal)];

        Assert.Contains("| 2026-03-14 00:12:40 UTC | `b73e91f7` `Move it` was committed: the suspected cause. |", timeline, StringComparison.Ordinal);
        Assert.Contains("| Detected: shop elevated error rate (20%): no open incident of this problem. |", timeline, StringComparison.Ordinal);
        Assert.Contains("A fix was made. The service's own check passed in 42.0 s, inside a fence (bubblewrap).", timeline, StringComparison.Ordinal);
        Assert.Contains("`Ada\\|x`: Yes to: go on?", timeline, StringComparison.Ordinal);
        Assert.DoesNotContain("branch name", timeline, StringComparison.Ordinal);
        Assert.DoesNotContain("a long cause", timeline, StringComparison.Ordinal);
        Assert.Equal(7, timeline.Split('\n').Count(l => l.StartsWith("| 2026", StringComparison.Ordinal) || l.StartsWith("| When", StringComparison.Ordinal)));
    }

    private static ProposedChange Change(CheckResult check) => new("fix: revert b73e91f7", "Takes it back.", "f1f1f1f1f1", null, null, check, "") { Risk = "the feature is gone again", Report = "" };

    private static JournalEntry Row(int seconds, string actor, string act, string why, JournalStep step = JournalStep.Note) =>
        new() { At = At.AddSeconds(seconds), Actor = actor, Act = act, Why = why, Step = step };
}
