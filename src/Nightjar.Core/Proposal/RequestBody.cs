using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Services;

namespace Nightjar.Core.Proposal;

/// <summary>
/// The body of a draft request: four sections between invisible markers. The Trigger section is written once; the others are
/// replaced by finding their markers in the body as the host has it, so that nothing a person wrote around them is lost.
/// </summary>
public static class RequestBody
{
    public const string Investigation = "investigation";
    public const string Fix = "fix";
    public const string Report = "report";

    public static string Opening(Incident incident, Service service) =>
        $"""
        ## Trigger

        {Trigger(incident, service)}

        {Section(Investigation, "## Investigation\n\nUnder way.")}

        {Section(Fix, "## Proposed fix\n\nNone yet.")}

        {Section(Report, "## Incident report\n\nNot written yet.")}
        """.ReplaceLineEndings("\n") + "\n";

    /// <summary>The body with one section replaced; appended when somebody removed its markers.</summary>
    public static string Replace(string body, string name, string markdown)
    {
        var from = body.IndexOf(Begin(name), StringComparison.Ordinal);
        var to = body.IndexOf(End(name), StringComparison.Ordinal);
        return from >= 0 && to > from
            ? string.Concat(body.AsSpan(0, from), Section(name, markdown), body.AsSpan(to + End(name).Length))
            : $"{body.TrimEnd()}\n\n{Section(name, markdown)}\n";
    }

    public static string OfFinding(Finding finding)
    {
        var text = new StringBuilder("## Investigation\n\n");
        text.Append("**Root cause:** ").Append(Quoting.Prose(finding.RootCause)).Append("\n\n");
        text.Append(CultureInfo.InvariantCulture, $"**Confidence:** {finding.Confidence:0.00} ({finding.By})\n\n");
        if (finding.Place is { } place)
        {
            text.Append("**Where:** ").Append(Quoting.Inline(place.ToString())).Append(place.Function is { Length: > 0 } f ? $" in {Quoting.Inline(f)}" : "").Append("\n\n");
        }

        if (finding.Suspect is { } suspect)
        {
            text.Append(CultureInfo.InvariantCulture, $"**Brought in by:** {Quoting.Inline(suspect.Short)} {Quoting.Inline(suspect.Subject)} by {Quoting.Inline(suspect.Author)}, {suspect.At:u}\n\n");
        }

        if (finding.Details.Length > 0)
        {
            text.Append(finding.Details.Trim()).Append("\n\n");
        }

        AppendFacts(text, finding);
        AppendList(text, "Ruled out", finding.RuledOut);
        AppendList(text, "Not available", finding.Missing);
        AppendQuotes(text, finding);
        return text.ToString().TrimEnd();
    }

    public static string OfChange(ProposedChange change)
    {
        var text = new StringBuilder("## Proposed fix\n\n");
        text.Append(change.FixCommit is { } sha
            ? $"{Quoting.Inline(sha[..8])} {Quoting.Inline(change.Subject)}\n\n{Quoting.Prose(change.Summary)}\n\n"
            : $"**No fix is proposed.** {Quoting.Prose(change.Why)}\n\n");
        if (change.Check is { } check)
        {
            text.Append($"**The service's own check:** {check.Says}\n\n");
            if (!check.Passed)
            {
                text.Append(Quoting.Block(Tail(check.Output))).Append("\n\n");
            }
        }

        AppendList(text, "Tried", change.Tried);
        return text.ToString().TrimEnd();
    }

    private static string Trigger(Incident incident, Service service)
    {
        var trigger = incident.Trigger;
        var text = new StringBuilder();
        text.Append("| | |\n|---|---|\n");
        Row(text, "Service", Quoting.Inline(trigger.Service.Value));
        Row(text, "Detected", incident.OpenedAt.ToString("u", CultureInfo.InvariantCulture));
        Row(text, "Kind", trigger.Kind.ToString());
        if (trigger.Rate is { } rate)
        {
            Row(text, "Rate", string.Create(CultureInfo.InvariantCulture, $"{rate.Rate:P1} ({rate.Errors} of {rate.Total} {(rate.Of == RateUnit.Lines ? "lines" : "requests")})"));
            Row(text, "Window", string.Create(CultureInfo.InvariantCulture, $"{rate.From:u} to {rate.To:u}"));
            Row(text, "Threshold", string.Create(CultureInfo.InvariantCulture, $"{service.ErrorRate.Threshold:P0} of at least {service.ErrorRate.MinVolume}"));
        }

        Row(text, "Error class", trigger.HasErrorClass ? Quoting.Inline(trigger.ErrorClass) : "none named");
        Row(text, "Fingerprint", $"{Quoting.Inline(incident.Fingerprint.Hash)} of {Quoting.Inline(incident.Fingerprints[0].Subject)}");
        if (incident.RecurrenceOf is { } before)
        {
            Row(text, "Recurrence", $"number {incident.Occurrence}, after incident {before}");
        }

        foreach (var sample in trigger.Samples.Take(2))
        {
            text.Append('\n').Append(Quoting.Block(sample, 1_500)).Append('\n');
        }

        return text.ToString().TrimEnd();
    }

    private static void Row(StringBuilder text, string name, string value) =>
        text.Append("| ").Append(name).Append(" | ").Append(value.Replace("|", "\\|", StringComparison.Ordinal)).Append(" |\n");

    private static void AppendFacts(StringBuilder text, Finding finding)
    {
        if (finding.Facts.IsEmpty)
        {
            return;
        }

        text.Append("| fact | weight |\n|---|---|\n");
        foreach (var fact in finding.Facts)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {Quoting.Prose(fact.Says).Replace("|", "\\|", StringComparison.Ordinal).Replace('\n', ' ')} | {fact.Weight:+0.0;-0.0;0.0} |\n");
        }

        text.Append('\n');
    }

    private static void AppendList(StringBuilder text, string title, ImmutableArray<string> items)
    {
        if (items.IsDefaultOrEmpty)
        {
            return;
        }

        text.Append("**").Append(title).Append("**\n\n");
        foreach (var item in items)
        {
            text.Append("- ").Append(Quoting.Prose(item).Replace('\n', ' ')).Append('\n');
        }

        text.Append('\n');
    }

    private static void AppendQuotes(StringBuilder text, Finding finding)
    {
        foreach (var quote in finding.Evidence)
        {
            text.Append("**").Append(Quoting.Prose(quote.Id)).Append("** ").Append(Quoting.Prose(quote.Source)).Append("\n\n").Append(Quoting.Block(quote.Text)).Append("\n\n");
        }
    }

    private static string Section(string name, string markdown) => $"{Begin(name)}\n{markdown.TrimEnd()}\n{End(name)}";

    private static string Begin(string name) => $"<!-- nightjar:{name} -->";

    private static string End(string name) => $"<!-- /nightjar:{name} -->";

    private static string Tail(string output) => output.Length > 3_000 ? "…" + output[^3_000..] : output;
}
