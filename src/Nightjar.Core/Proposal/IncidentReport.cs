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
    /// <summary>Below this a reader should doubt the cause, and the report says so.</summary>
    private const double Sure = 0.8;

    public static string Write(Incident incident, Service service, EvidenceBundle? evidence, IReadOnlyList<JournalEntry> journal, ProposedChange change)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Incident {incident.Id}: {ReportWords.Line(incident.Title)}\n\n");
        text.Append("| | |\n|---|---|\n");
        ReportWords.Row(text, "Service", Quoting.Inline(incident.Service.Value));
        if (evidence is not null)
        {
            ReportWords.Row(text, "First failure", ReportWords.At(evidence.Onset));
        }

        ReportWords.Row(text, "Detected", ReportWords.At(incident.OpenedAt));
        if (incident.CameBack is { } back)
        {
            ReportWords.Row(text, "Came back", string.Create(CultureInfo.InvariantCulture, $"{back.Count} times after it was healed, last {ReportWords.At(back.LastAt)}"));
        }

        ReportWords.Row(text, "Severity", incident.Severity.ToString().ToLowerInvariant());
        ReportWords.Row(text, "Status", change.FixCommit is null ? "no fix proposed" : "fix proposed, waiting for review");
        ReportWords.Row(text, "Fingerprint", Quoting.Inline(incident.Fingerprint.Hash) + (incident.RecurrenceOf is { } before ? $", time {incident.Occurrence}, after incident {before}" : ""));
        text.Append('\n');
        Section(text, "Summary", Summary(incident, service, evidence, change));
        Section(text, "Timeline", ReportTimeline.Write(incident, evidence, journal, change.Check));
        Section(text, "Root cause", RootCause(incident.Finding));
        Section(text, "Contributing factors", ReportWords.List(incident.Finding?.ContributingFactors ?? [], "None known."));
        Section(text, "Detection", Detection(incident, service, evidence));
        Section(text, "Fix", Fix(change));
        Section(text, "Action items", ActionItems(incident, change));
        Section(text, "Open questions", ReportWords.List(OpenQuestions(incident.Finding), "None recorded."));
        return text.ToString();
    }

    private static string Summary(Incident incident, Service service, EvidenceBundle? evidence, ProposedChange change)
    {
        var cause = incident.Finding is { } finding ? ReportWords.Sentence(finding.RootCause) : "The cause is not known.";
        var fix = change.FixCommit is null
            ? $"No fix is proposed: {ReportWords.Line(change.Why)}"
            : $"Proposed is {Quoting.Inline(change.Subject)}. {(change.Check is { } check ? ReportWords.Check(check) : "It was not checked: no check is configured.")}";
        return $"{What(incident, service)}{Errors(evidence)}\n\n{cause}\n\n{fix}";
    }

    private static string What(Incident incident, Service service) => incident.Trigger.Rate is { } rate
        ? $"{ReportWords.Rate(rate, incident.Service)} between {ReportWords.At(rate.From)} and {ReportWords.At(rate.To)}; the limit is {ReportWords.Limit(service, rate.Of)}."
        : $"{ReportWords.Sentence(ReportWords.Kind(incident.Trigger.Kind))} It concerns {Quoting.Inline(incident.Service.Value)}.";

    private static string Errors(EvidenceBundle? evidence)
    {
        var groups = evidence?.Logs?.ErrorGroups ?? [];
        if (groups.IsDefaultOrEmpty)
        {
            return "";
        }

        var rest = groups.Length == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" and {groups.Length - 1} other kinds of error");
        return string.Create(CultureInfo.InvariantCulture, $" The logs hold {groups[0].Count} × {Quoting.Inline(groups[0].ErrorClass)} ({Quoting.Inline(groups[0].Message, 200)}){rest}.");
    }

    private static string RootCause(Finding? finding)
    {
        if (finding is null)
        {
            return "Not found.";
        }

        var text = new StringBuilder(ReportWords.Sentence(finding.RootCause)).Append("\n\n");
        text.Append(finding.Place is { } place ? $"- Place: {Quoting.Inline(place.ToString())}{(place.Function is { Length: > 0 } f ? $" in {Quoting.Inline(f)}" : "")}\n" : "");
        text.Append(finding.Suspect is { } s ? $"- Brought in by {Quoting.Inline(s.Short)} {Quoting.Inline(s.Subject)}, {Quoting.Inline(s.Author)}, {ReportWords.At(s.At)}\n" : "");
        text.Append(CultureInfo.InvariantCulture, $"- Confidence: {finding.Confidence:0.00} of 1, found by {Quoting.Plain(finding.By, 60)}\n");
        if (!finding.Facts.IsDefaultOrEmpty)
        {
            var facts = finding.Facts.OrderByDescending(f => f.Weight).Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Says} ({f.Weight:+0.0;−0.0;0.0})"));
            text.Append("\nWhat speaks for it and against it, by weight:\n\n").Append(ReportWords.List([.. facts], "")).Append('\n');
        }

        text.Append(finding.Mitigation is { } wish ? $"\nWished at once: {ReportWords.Wish(wish)}\n" : "");
        return text.Append(finding.RuledOut.IsDefaultOrEmpty ? "" : $"\nRuled out:\n\n{ReportWords.List(finding.RuledOut, "")}").ToString();
    }

    private static string Detection(Incident incident, Service service, EvidenceBundle? evidence)
    {
        var trigger = incident.Trigger;
        var what = trigger.Rate is { } rate
            ? $"Nightjar measures the error rate of the service's logs: {ReportWords.Rate(rate, incident.Service)}, over the limit of {ReportWords.Limit(service, rate.Of)}."
            : $"{ReportWords.Sentence(ReportWords.Kind(trigger.Kind))}{(ReportWords.Error(trigger) is { } error ? $" It said {error}." : "")}";
        if (evidence is null)
        {
            return what;
        }

        var delay = incident.OpenedAt - evidence.Onset;
        return $"{what} The incident was opened {ReportWords.Span(delay > TimeSpan.Zero ? delay : TimeSpan.Zero)} after the first failure.";
    }

    private static string Fix(ProposedChange change)
    {
        if (change.FixCommit is null)
        {
            return $"None is proposed. {ReportWords.Sentence(change.Why)}{(change.Check is { Passed: false } failed ? $" {ReportWords.Check(failed)}" : "")}"
                + (change.Tried.IsDefaultOrEmpty ? "" : $"\n\nTried:\n\n{ReportWords.List(change.Tried, "")}");
        }

        var check = change.Check is { } c ? ReportWords.Check(c) : "The service has no check configured, so nothing was run.";
        var notes = string.Join(' ', new[] { change.Risk, change.Tests }.Where(t => t.Length > 0).Select(ReportWords.Sentence));
        return $"{Quoting.Inline(change.Subject)}. {Quoting.Prose(change.Summary)}\n\n{check}{(notes.Length > 0 ? $"\n\n{notes}" : "")}";
    }

    private static string ActionItems(Incident incident, ProposedChange change)
    {
        var items = new List<string>();
        if (change.FixCommit is null)
        {
            items.Add("Find and fix the cause by hand; the evidence is on the incident's page.");
        }
        else
        {
            items.Add("Review the fix, merge and deploy it; the error rate before and after is then commented on the request.");
            if (incident.Finding?.Suspect is not null)
            {
                items.Add("Bring back what the reverted change was for, without its fault, and with a test that fails on it.");
            }
        }

        if (change.Check is null)
        {
            items.Add("Configure a check for this service, so that a proposed fix is proven before it is proposed.");
        }

        if (incident.Occurrence > 1)
        {
            items.Add("This came back: ask why the earlier fix did not last.");
        }

        return string.Join('\n', items.Select(i => $"- [ ] {i}"));
    }

    private static ImmutableArray<string> OpenQuestions(Finding? finding) => finding switch
    {
        null => [],
        { Suspect: not null, Confidence: < Sure } => [.. finding.Missing, string.Create(CultureInfo.InvariantCulture, $"Is it really this commit? The confidence is {finding.Confidence:0.00} only")],
        _ => finding.Missing,
    };

    private static void Section(StringBuilder text, string title, string body) =>
        text.Append("## ").Append(title).Append("\n\n").Append(body.TrimEnd()).Append("\n\n");
}
