using System.Text.RegularExpressions;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Diagnosis;

/// <summary>
/// Causes that a program names in its own log, wherever it runs: in a pod, in a container, as a plain process. What it wrote before it ended says
/// more than what it writes while it runs.
/// </summary>
public abstract class LogRule : CauseRule
{
    private static readonly string[] EndedByItself = ["container-exited", "crash-loop"];

    /// <summary>What is looked for, the more specific first: a line counts once.</summary>
    protected abstract IEnumerable<LoggedCause> Causes { get; }

    public override IEnumerable<Candidate> Look(Facts facts)
    {
        var causes = Causes.ToList();
        foreach (var said in facts.TroubledLogs)
        {
            if (facts.Cluster.Pod(said.About) is { } pod && IsPast(facts, pod, said))
            {
                continue;
            }

            if (causes.Select(c => (Cause: c, Match: c.Words.Match(said.Text))).FirstOrDefault(c => c.Match.Success) is { Cause: { } cause, Match: { } match } && Of(facts, cause, said, match) is { } candidate)
            {
                yield return candidate;
            }
        }
    }

    protected virtual Candidate? Of(Facts facts, LoggedCause cause, Said said, Match match)
    {
        var top = facts.Top(said.About);
        var isFatal = IsFatal(facts, said);
        return new Candidate
        {
            Cause = cause.Name, About = top, Quotes = [said], Since = said.At, Condition = isFatal ? cause.Condition ?? "crash-loop" : cause.Condition ?? "",
            Directness = isFatal ? cause.WhenFatal : cause.WhileRunning,
            Says = $"{Name(top)} {cause.Says(match)}", Change = cause.Change(match), Confirm = cause.Confirm, Refute = cause.Refute,
        };
    }

    /// <summary>The program ended by itself, with this among its last lines.</summary>
    protected static bool IsFatal(Facts facts, Said said) =>
        facts.Cluster.Pod(said.About) is { } pod
            ? pod.Containers.Any(c => (c.Name == said.Key || said.Key.Length == 0) && facts.BadEnd(c) is { Reason: not "OOMKilled" })
            : EndedByItself.Contains(facts.Bundle.Trigger.Condition);

    /// <summary>The run before the present one ended as it should, or the present one does well: what was written then is history.</summary>
    private static bool IsPast(Facts facts, Pod pod, Said said) =>
        said.Source.EndsWith("the run before", StringComparison.Ordinal) && pod.Containers.FirstOrDefault(c => c.Name == said.Key) is { } container && facts.BadEnd(container) is null;
}

/// <summary>One cause as programs word it.</summary>
/// <param name="Words">Words that real programs print; a test has them with where they are from.</param>
/// <param name="WhileRunning">How much it says when the program goes on all the same.</param>
/// <param name="Says">After the workload's name: <c>cannot read …</c>.</param>
public sealed record LoggedCause(string Name, Regex Words, Directness WhileRunning, Func<Match, string> Says, Func<Match, string> Change, string Confirm, string Refute)
{
    /// <summary>How much it says when the program ended after it.</summary>
    public Directness WhenFatal { get; init; } = Directness.States;

    /// <summary>What playbooks know it by; null leaves that to how the program stands.</summary>
    public string? Condition { get; init; }
}
