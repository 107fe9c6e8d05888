using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Services;

namespace Nightjar.Core.Proposal;

/// <summary>
/// The incident report: summary, timeline, root cause, contributing factors, detection, fix, action items, open questions.
/// Written from what is on record, so the same incident always gives the same text.
/// </summary>
public static class IncidentReport
{
    public static string Write(Incident incident, Service service, EvidenceBundle? evidence, IReadOnlyList<JournalEntry> journal, ProposedChange change)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Incident {incident.Id}: {Quoting.Prose(incident.Title).Replace('\n', ' ')}\n\n");
        text.Append("| | |\n|---|---|\n");
        text.Append(CultureInfo.InvariantCulture, $"| Fingerprint | `{incident.Fingerprint.Hash}` |\n");
        text.Append(CultureInfo.InvariantCulture, $"| Detected | {incident.OpenedAt:u} |\n");
        text.Append(CultureInfo.InvariantCulture, $"| Severity | {incident.Severity} |\n");
        text.Append(CultureInfo.InvariantCulture, $"| Status | {(change.FixCommit is null ? "no fix proposed" : "fix proposed")} |\n\n");
        Section(text, "Summary", Summary(incident, change));
        Section(text, "Timeline", Timeline(incident, evidence, journal));
        Section(text, "Root cause", RootCause(incident.Finding));
        Section(text, "Contributing factors", List(incident.Finding?.ContributingFactors ?? [], "None known."));
        Section(text, "Detection", Detection(incident, service, evidence));
        Section(text, "Fix", Fix(change));
        Section(text, "Action items", ActionItems(incident, change));
        Section(text, "Open questions", List(incident.Finding?.Missing ?? [], "None recorded."));
        return text.ToString();
    }

    private static string Summary(Incident incident, ProposedChange change)
    {
        var cause = incident.Finding is { } finding ? Quoting.Prose(finding.RootCause) : "The cause is not known.";
        var fix = change.FixCommit is null ? "No fix is proposed: " + Quoting.Prose(change.Why) : "Proposed: " + Quoting.Inline(change.Subject) + ".";
        return $"{cause} {fix}";
    }

    private static string Timeline(Incident incident, EvidenceBundle? evidence, IReadOnlyList<JournalEntry> journal)
    {
        var rows = new List<(DateTimeOffset At, string Says)>();
        if (evidence is not null)
        {
            rows.Add((evidence.Onset, "first failure seen"));
            rows.AddRange(evidence.Changes.Take(3).Select(c => (c.At, $"{c.Kind.ToString().ToLowerInvariant()} {Quoting.Inline(c.Id.Length > 8 ? c.Id[..8] : c.Id)} {Quoting.Inline(c.Summary)}")));
        }

        rows.AddRange(journal.Where(e => e.Act is "opened" or "state" or "fold" or "approve" or "retry").Select(e => (e.At, Quoting.Prose(e.Why).Replace('\n', ' '))));
        if (incident.Finding is not null && incident.Request is { } request)
        {
            rows.Add((request.OpenedAt, "draft request opened"));
        }

        return string.Join('\n', rows.OrderBy(r => r.At).Select(r => string.Create(CultureInfo.InvariantCulture, $"- {r.At:u} {r.Says}")));
    }

    private static string RootCause(Finding? finding)
    {
        if (finding is null)
        {
            return "Not found.";
        }

        var where = finding.Place is { } place ? $" At {Quoting.Inline(place.ToString())}." : "";
        var by = finding.Suspect is { } s ? $" Brought in by {Quoting.Inline(s.Short)} {Quoting.Inline(s.Subject)}." : "";
        return string.Create(CultureInfo.InvariantCulture, $"{Quoting.Prose(finding.RootCause)}{where}{by} Confidence {finding.Confidence:0.00}, from {finding.Facts.Length} named facts.")
            + (finding.RuledOut.IsEmpty ? "" : $"\n\nRuled out:\n\n{List(finding.RuledOut, "")}");
    }

    private static string Detection(Incident incident, Service service, EvidenceBundle? evidence)
    {
        var trigger = incident.Trigger;
        var what = trigger.Rate is { } rate
            ? string.Create(CultureInfo.InvariantCulture, $"{rate.Errors} failures of {rate.Total} {(rate.Of == RateUnit.Lines ? "lines" : "requests")} ({rate.Rate:P1}) within {service.ErrorRate.Window.TotalSeconds:0} s, threshold {service.ErrorRate.Threshold:P0}.")
            : $"{trigger.Kind}: {Quoting.Inline(trigger.Message)}.";
        var delay = evidence is null ? "" : string.Create(CultureInfo.InvariantCulture, $" Opened {Math.Max(0, (incident.OpenedAt - evidence.Onset).TotalSeconds):0.0} s after the first failure.");
        return what + delay;
    }

    private static string Fix(ProposedChange change)
    {
        if (change.FixCommit is null)
        {
            return "None proposed. " + Quoting.Prose(change.Why) + (change.Tried.IsDefaultOrEmpty ? "" : $"\n\nTried:\n\n{List(change.Tried, "")}");
        }

        var check = change.Check is { } c ? $" The service's own check {c.Says}." : " The service has no check configured, so nothing was run.";
        return $"{Quoting.Inline(change.Subject)}: {Quoting.Prose(change.Summary)}{check}";
    }

    private static string ActionItems(Incident incident, ProposedChange change)
    {
        var items = new List<string>();
        if (change.FixCommit is null)
        {
            items.Add("Find and fix the cause by hand; the evidence is on the incident's page.");
        }
        else if (incident.Finding?.Suspect is not null)
        {
            items.Add("Bring back what the reverted change was for, without its fault, and with a test that fails on it.");
        }

        if (change.Check is null)
        {
            items.Add("Configure a check for this service, so that a proposed fix is proven before it is proposed.");
        }

        if (incident.Occurrence > 1)
        {
            items.Add("This came back: ask why the earlier fix did not last.");
        }

        return List([.. items], "None.");
    }

    private static string List(ImmutableArray<string> items, string none) =>
        items.IsDefaultOrEmpty ? none : string.Join('\n', items.Select(i => "- " + Quoting.Prose(i).Replace('\n', ' ')));

    private static void Section(StringBuilder text, string title, string body) =>
        text.Append("## ").Append(title).Append("\n\n").Append(body.TrimEnd()).Append("\n\n");
}
