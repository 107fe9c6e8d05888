using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

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

    /// <summary>Frames of the trigger that are shown; the rest is in the evidence.</summary>
    private const int MostFrames = 8;

    public static string Opening(Incident incident, Service service) =>
        $"""
        ## Trigger

        {Trigger(incident, service)}

        {Section(Investigation, "## Investigation\n\nUnder way: the logs, the stack traces and the history of the code are being read.")}

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
        text.Append("| | |\n|---|---|\n");
        ReportWords.Row(text, "Confidence", string.Create(CultureInfo.InvariantCulture, $"{finding.Confidence:0.00} of 1{(finding.Facts.IsEmpty ? $", claimed by {Quoting.Plain(finding.By, 60)}" : $", from {finding.Facts.Length} weighed facts ({Quoting.Plain(finding.By, 60)})")}"));
        if (finding.Suspect is { } suspect)
        {
            ReportWords.Row(text, "Commit", $"{Quoting.Inline(suspect.Short)} {Quoting.Inline(suspect.Subject)} by {Quoting.Inline(suspect.Author)}, {ReportWords.At(suspect.At)}");
        }

        if (finding.Place is { } place)
        {
            ReportWords.Row(text, "Place", Quoting.Inline(place.ToString()) + (place.Function is { Length: > 0 } f ? $" in {Quoting.Inline(f)}" : ""));
        }

        if (finding.Mitigation is { } wish)
        {
            ReportWords.Row(text, "Wished at once", ReportWords.Wish(wish));
        }

        text.Append('\n');
        if (finding.Details.Length > 0)
        {
            text.Append(finding.Details.Trim()).Append("\n\n");
        }

        AppendFacts(text, finding);
        AppendList(text, "Contributing factors", finding.ContributingFactors);
        AppendList(text, "Ruled out", finding.RuledOut);
        AppendList(text, "What is not known", finding.Missing);
        AppendQuotes(text, finding);
        return text.ToString().TrimEnd();
    }

    public static string OfChange(ProposedChange change, Service service)
    {
        var text = new StringBuilder("## Proposed fix\n\n");
        if (change.FixCommit is { } sha)
        {
            text.Append($"**{Quoting.Inline(change.Subject)}** in commit {Quoting.Inline(sha[..8])}.\n\n{Quoting.Prose(change.Summary)}\n\n");
            AppendLine(text, "What it costs", change.Risk);
            AppendLine(text, "Tests", change.Tests);
        }
        else
        {
            text.Append($"**No fix is proposed.** {ReportWords.Sentence(change.Why)}\n\n");
        }

        AppendCheck(text, change);
        AppendList(text, "What was tried", change.Tried);
        text.Append("**What happens next:** ").Append(Next(change, service));
        return text.ToString().TrimEnd();
    }

    private static string Trigger(Incident incident, Service service)
    {
        var trigger = incident.Trigger;
        var text = new StringBuilder();
        text.Append(trigger.Rate is { } now
            ? $"{ReportWords.Rate(now, trigger.Service)}; the limit is {ReportWords.Limit(service, now.Of)}.\n\n"
            : $"{ReportWords.Sentence(ReportWords.Kind(trigger.Kind))} It concerns {Quoting.Inline(trigger.Service.Value)}.\n\n");
        text.Append("| | |\n|---|---|\n");
        if (ReportWords.Error(trigger) is { } error)
        {
            ReportWords.Row(text, "Error", error);
        }

        if (trigger.Since is { } since)
        {
            ReportWords.Row(text, "First failure", ReportWords.At(since));
        }

        ReportWords.Row(text, "Detected", ReportWords.At(incident.OpenedAt));
        if (trigger.Rate is { } rate)
        {
            ReportWords.Row(text, "Measured", $"{ReportWords.At(rate.From)} to {ReportWords.At(rate.To)}");
        }

        ReportWords.Row(text, "Fingerprint", $"{Quoting.Inline(incident.Fingerprint.Hash)} of {Quoting.Inline(incident.Fingerprints[0].Subject)}");
        ReportWords.Row(text, "Seen before", incident.RecurrenceOf is { } before ? $"yes: this is time {incident.Occurrence}, the last was incident {before}" : "no");
        text.Append(Sample(trigger));
        return text.ToString().TrimEnd();
    }

    /// <summary>The stack as frames where there are some, else the raw lines: both as they were seen.</summary>
    private static string Sample(Signal trigger)
    {
        if (trigger.Frames.IsDefaultOrEmpty)
        {
            return string.Concat(trigger.Samples.Take(2).Select(s => Quoting.Block(ReadableLine.Of(s), 1_500)));
        }

        var shown = trigger.Frames.Take(MostFrames).ToList();
        var folder = Folder([.. shown.Select(f => f.File).OfType<string>()]);
        var frames = shown.Select(f => folder.Length > 0 && f.File is { } file ? $"   at {f with { File = file[folder.Length..] }}" : $"   at {f}");
        var more = trigger.Frames.Length > MostFrames ? $"\n   and {trigger.Frames.Length - MostFrames} more" : "";
        var built = folder.Length > 0 ? $"\n   (files are in {folder})" : "";
        return Quoting.Block($"{trigger.ErrorClass}: {Quoting.Plain(trigger.Message, 300)}\n{string.Join('\n', frames)}{more}{built}", 3_000);
    }

    /// <summary>The folder that all files are in, said once instead of in each line; empty when there is none.</summary>
    private static string Folder(ImmutableArray<string> files)
    {
        if (files.Length < 2)
        {
            return "";
        }

        var common = files.Aggregate(files[0], (a, b) => new string([.. a.Zip(b).TakeWhile(p => p.First == p.Second).Select(p => p.First)]));
        return common[..(common.LastIndexOfAny(['/', '\\']) + 1)];
    }

    private static void AppendCheck(StringBuilder text, ProposedChange change)
    {
        if (change.Check is not { } check)
        {
            AppendLine(text, "How it was checked", change.FixCommit is null ? "" : "It was not: no check is configured for this service");
            return;
        }

        AppendLine(text, "How it was checked", ReportWords.Check(check));
        if (!check.Passed)
        {
            text.Append(Quoting.Block(Tail(check.Output))).Append('\n');
        }
    }

    private static string Next(ProposedChange change, Service service) => change.FixCommit is null
        ? "a person mends it, on this branch or elsewhere, and approves the incident to have it verified; closing this request gives it up."
        : string.Create(CultureInfo.InvariantCulture, $"a person reviews and merges. Once the fix runs, the error rate is watched for {ReportWords.Span(service.Verify.Window)} over at least {service.Verify.MinVolume} {ReportWords.Unit(RateUnit.Requests)}, and the figures before and after are commented here. If it did not hold, the incident is opened again.");

    private static void AppendFacts(StringBuilder text, Finding finding)
    {
        if (finding.Facts.IsDefaultOrEmpty)
        {
            return;
        }

        text.Append("### Why we believe it\n\n| Fact | Weight | Seen in |\n|---|---|---|\n");
        foreach (var fact in finding.Facts.OrderByDescending(f => f.Weight))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {ReportWords.Upper(ReportWords.Line(fact.Says)).Replace("|", "\\|", StringComparison.Ordinal)} | {fact.Weight:+0.0;−0.0;0.0} | {string.Join(", ", fact.Evidence)} |\n");
        }

        var sum = 1 / (1 + Math.Exp(-finding.Facts.Sum(f => f.Weight)));
        text.Append(Math.Abs(sum - finding.Confidence) < 0.02 ? "\nThe weights are log-odds; their sum gives the confidence.\n\n" : "\n");
    }

    private static void AppendLine(StringBuilder text, string title, string says)
    {
        if (says.Length > 0)
        {
            text.Append("**").Append(title).Append(":** ").Append(ReportWords.Sentence(says)).Append("\n\n");
        }
    }

    private static void AppendList(StringBuilder text, string title, ImmutableArray<string> items)
    {
        if (!items.IsDefaultOrEmpty)
        {
            text.Append("### ").Append(title).Append("\n\n").Append(ReportWords.List(items, "")).Append("\n\n");
        }
    }

    private static void AppendQuotes(StringBuilder text, Finding finding)
    {
        text.Append(finding.Evidence.IsDefaultOrEmpty ? "" : "### Evidence\n\n");
        foreach (var quote in finding.Evidence)
        {
            text.Append("**").Append(Quoting.Prose(quote.Id)).Append("** ").Append(Quoting.Prose(quote.Source)).Append('\n').Append(Quoting.Block(ReadableLine.Of(quote.Text))).Append('\n');
        }
    }

    private static string Section(string name, string markdown) => $"{Begin(name)}\n{markdown.TrimEnd()}\n{End(name)}";

    private static string Begin(string name) => $"<!-- nightjar:{name} -->";

    private static string End(string name) => $"<!-- /nightjar:{name} -->";

    private static string Tail(string output) => output.Length > 3_000 ? "…" + output[^3_000..] : output;
}
