using System.Globalization;

namespace Nightjar.Core.Diagnosis.Causes;

/// <summary>A program ends and no other rule knows why: its last words are quoted, for whoever reads on.</summary>
internal sealed class ExitRule : CauseRule
{
    public override string Family => "run";

    public override IEnumerable<Candidate> Look(Facts facts) =>
        from c in facts.Containers
        let end = facts.BadEnd(c.Container)
        where end is { Reason: not "OOMKilled" }
        let top = facts.Top(c.Pod.Meta.Ref)
        let last = facts.About(c.Pod.Meta.Ref).Where(s => s.By == SaidBy.Log && s.Key == c.Container.Name && !string.IsNullOrWhiteSpace(s.Text)).TakeLast(2)
        select new Candidate
        {
            Cause = "program-exits", About = top, Directness = Directness.Hints, Since = end.EndedAt, Condition = "crash-loop",
            Quotes = [new Said(SaidBy.Status, $"state of container {c.Container.Name} of {c.Pod.Meta.Ref}", c.Pod.Meta.Ref, end.Reason, string.Create(CultureInfo.InvariantCulture, $"terminated: {end.Reason}, exit code {end.ExitCode}"), end.EndedAt), .. last],
            Says = string.Create(CultureInfo.InvariantCulture, $"the program of {Name(top)} ends by itself with exit code {end.ExitCode}"),
            Change = "read its last lines", Confirm = "it ends the same way when run by hand", Refute = "somebody ended it: exit code 143 or 137 without OOMKilled, or a Killing event",
        };
}
