using System.Globalization;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;

namespace Nightjar.Core.Proposal;

/// <summary>What a reader of the report wants to know of when: the turns of the incident, not its bookkeeping.</summary>
internal static class ReportTimeline
{
    /// <summary>Rows; an incident that was reopened often has its latest ones.</summary>
    private const int Most = 40;

    public static string Write(Incident incident, EvidenceBundle? evidence, IReadOnlyList<JournalEntry> journal, CheckResult? check)
    {
        var rows = new List<(DateTimeOffset At, string Says)>();
        rows.AddRange(Changes(incident, evidence));
        if (evidence is not null)
        {
            rows.Add((evidence.Onset, "First failure."));
        }

        if (check is not null && journal.LastOrDefault(e => e is { Act: "check", Step: JournalStep.Done }) is { } checkedThen)
        {
            rows.Add((checkedThen.At, $"A fix was made. {ReportWords.Check(check)}"));
        }

        rows.AddRange(journal.Select(e => (e.At, Says(e))).Where(r => r.Item2 is not null).Select(r => (r.At, r.Item2 ?? "")));
        return "| When | What |\n|---|---|\n" + string.Join('\n', rows.OrderBy(r => r.At).TakeLast(Most).Select(r => $"| {ReportWords.At(r.At)} | {r.Says.Replace("|", "\\|", StringComparison.Ordinal)} |"));
    }

    /// <summary>The suspected commit and what was deployed; other commits explain nothing.</summary>
    private static IEnumerable<(DateTimeOffset At, string Says)> Changes(Incident incident, EvidenceBundle? evidence)
    {
        if (incident.Finding?.Suspect is { } suspect)
        {
            yield return (suspect.At, $"{Quoting.Inline(suspect.Short)} {Quoting.Inline(suspect.Subject)} was committed: the suspected cause.");
        }

        foreach (var change in evidence?.Changes.Where(c => c.Kind != ChangeKind.Commit).Take(5) ?? [])
        {
            yield return (change.At, $"{change.Kind} of {Quoting.Inline(change.Id.Length > 8 ? change.Id[..8] : change.Id)}: {ReportWords.Line(change.Summary)}.");
        }
    }

    /// <summary>Null for what is left out.</summary>
    private static string? Says(JournalEntry entry) => entry switch
    {
        { Act: "opened" } => $"Detected: {ReportWords.Line(entry.Why)}.",
        { Act: "state" } => Turn(entry.Why),
        { Act: "open-request", Step: JournalStep.Done } => ReportWords.Sentence(entry.Why),
        { Act: "failed" or "breaker" } => $"Trouble: {ReportWords.Sentence(entry.Why)}",
        { Act: "fold" } => ReportWords.Sentence(entry.Why),
        { Act: "rollout" } => ReportWords.Sentence(entry.Why),
        { Act: "acknowledge" or "approve" or "reject" or "retry" or "split" or "join" or "deployed" or "merged" or "closed" } => string.Create(CultureInfo.InvariantCulture, $"{Quoting.Inline(entry.Actor, 60)}: {ReportWords.Sentence(entry.Why)}"),
        _ => null,
    };

    /// <summary>A row of a move is "State: why"; what was found and proposed has a section of its own.</summary>
    private static string Turn(string why)
    {
        var at = why.IndexOf(": ", StringComparison.Ordinal);
        var reason = at < 0 ? "" : why[(at + 2)..];
        return (at < 0 ? why : why[..at]) switch
        {
            nameof(IncidentState.Investigating) => $"Investigation began: {ReportWords.Line(reason)}.",
            nameof(IncidentState.Proposing) => "The cause was found: see the root cause.",
            nameof(IncidentState.InReview) => "A fix was proposed: see the fix.",
            nameof(IncidentState.NeedsHuman) => $"A person was asked: {ReportWords.Sentence(reason)}",
            nameof(IncidentState.Verifying) => $"Proving the fix began: {ReportWords.Sentence(reason)}",
            nameof(IncidentState.Suppressed) => $"Silenced: {ReportWords.Sentence(reason)}",
            nameof(IncidentState.Resolved) => $"Resolved: {ReportWords.Sentence(reason)}",
            nameof(IncidentState.GaveUp) => $"Given up: {ReportWords.Sentence(reason)}",
            _ => ReportWords.Sentence(why),
        };
    }
}
