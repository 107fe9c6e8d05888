using Nightjar.Agents.BuiltIn;
using Nightjar.Core.Diagnosis;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Investigation;

namespace Nightjar.Tests.Agents;

public sealed class RuledFindingTests
{
    private static readonly Finding Unknown = new() { By = "built-in", RootCause = "The service fails; no commit explains it with enough confidence.", Confidence = 0.1, Evidence = [new Quote("E1", "log", "a line")] };

    private static readonly Finding Commit = Unknown with { RootCause = "`KeyError` comes from a commit", Confidence = 0.9, Suspect = new SuspectCommit("1a2b3c4d5e", "Ada", DateTimeOffset.UnixEpoch, "Count") };

    [Fact]
    public void A_cause_of_the_platform_is_the_finding_with_what_to_change_and_its_quotes()
    {
        var finding = RuledFinding.With(Ranking(0.9), Unknown);

        Assert.Equal("`deployment/web` is killed.", finding.RootCause);
        Assert.Equal(0.9, finding.Confidence);
        Assert.Contains("**What to change:** Raise the limit.", finding.Details, StringComparison.Ordinal);
        Assert.Contains("**What would refute it:**", finding.Details, StringComparison.Ordinal);
        Assert.Equal(["D1", "E1"], finding.Evidence.Select(q => q.Id));
        Assert.Equal(["D1"], Assert.Single(finding.Facts).Evidence);
    }

    [Fact]
    public void A_commit_that_is_likelier_stays_the_finding_and_the_cause_stays_in_it()
    {
        var finding = RuledFinding.With(Ranking(0.7), Commit);

        Assert.Equal(Commit.RootCause, finding.RootCause);
        Assert.Contains(finding.RuledOut, r => r.Contains("is killed: confidence 0.70 (D1)", StringComparison.Ordinal));
        Assert.Equal(["E1", "D1"], finding.Evidence.Select(q => q.Id));
    }

    [Fact]
    public void A_commit_that_is_less_likely_is_named_among_what_was_ruled_out() =>
        Assert.Contains(RuledFinding.With(Ranking(0.95), Commit).RuledOut, r => r.Contains("`1a2b3c4d`", StringComparison.Ordinal));

    [Fact]
    public void Unresolved_causes_change_no_finding_but_are_handed_on()
    {
        var finding = RuledFinding.With(Ranking(0.25) with { Unresolved = "what was seen fits several causes" }, Unknown);

        Assert.Equal(Unknown.RootCause, finding.RootCause);
        Assert.Contains(finding.Evidence, q => q.Id == "D1");
    }

    [Fact]
    public void Without_causes_nothing_is_added() => Assert.Same(Unknown, RuledFinding.With(CauseRanking.None, Unknown));

    private static CauseRanking Ranking(double confidence) => new()
    {
        Quotes = [new Quote("D1", "state of container app", "terminated: OOMKilled, exit code 137")],
        Causes =
        [
            new RankedCause
            {
                Cause = "memory-limit-exceeded", Family = "memory", About = new ObjectRef("Deployment", "shop", "web"), Says = "`deployment/web` is killed", Confidence = confidence, Evidence = ["D1"],
                Parts = [new ScorePart("directness", "The evidence says so in words", 4)], Change = "raise the limit", Confirm = "its memory rises", Refute = "it does not",
            },
        ],
    };
}
