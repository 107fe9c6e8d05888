using System.Globalization;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Signals;
using Nightjar.Web.Look;

namespace Nightjar.Web.Incidents;

internal sealed record Step(StepState State, string Says);

/// <summary>What was done about an incident so far, in a line each; words from outside are in code spans.</summary>
internal static class Steps
{
    /// <summary>Confidence from which a cause without a commit is told as found.</summary>
    private const double Sure = 0.8;

    public static IEnumerable<Step> Of(Incident incident)
    {
        foreach (var tried in incident.Heal?.Tried ?? [])
        {
            yield return Tried(tried);
        }

        if (incident.Heal?.Running is { } running)
        {
            yield return new Step(StepState.Doing, $"Done: {Quoted(running.Label)}; now it must show that it helped");
        }

        if (incident.Outcome == IncidentOutcome.Healed)
        {
            yield break;
        }

        yield return Cause(incident);
        if (incident.Change is not null || incident.State == IncidentState.Proposing)
        {
            yield return Fix(incident);
        }

        if (incident.Change?.Check is { } check)
        {
            yield return new Step(check.Passed ? StepState.Done : StepState.Failed, $"The service's own check {check.Says}");
        }

        if (incident.Request is { MergedAt: { } merged } request)
        {
            yield return new Step(StepState.Done, string.Create(CultureInfo.InvariantCulture, $"Merged{(request.MergedBy is { } by ? $" by {Quoted(by)}" : "")} at {merged.UtcDateTime:HH:mm:ss}"));
        }

        if (Proof(incident) is { } proof)
        {
            yield return proof;
        }
    }

    private static Step Tried(TriedAction tried) => tried.End switch
    {
        HealEnd.Verified => new(StepState.Done, $"Healed by {Quoted(tried.Label)}, verified: {Quoted(tried.Says)}"),
        HealEnd.Refused => new(StepState.Note, $"Not done: {Quoted(tried.Label)}: {Quoted(tried.Says)}"),
        HealEnd.Failed => new(StepState.Failed, $"Could not be done: {Quoted(tried.Label)}: {Quoted(tried.Says)}"),
        HealEnd.RolledBack => new(StepState.Failed, $"Taken back: {Quoted(tried.Label)}: {Quoted(tried.Says)}"),
        HealEnd.Left => new(StepState.Note, $"Left to its keeper: {Quoted(tried.Label)}: {Quoted(tried.Says)}"),
        _ => new(StepState.Failed, $"Did not help: {Quoted(tried.Label)}: {Quoted(tried.Says)}"),
    };

    private static Step Cause(Incident incident) => incident switch
    {
        { Finding: { Suspect: { } suspect } finding } => new(StepState.Done, $"Cause found, {Words.Percent(finding.Confidence)} sure: commit {Quoted(suspect.Short)} {Quoted(suspect.Subject)}{Place(finding)}"),
        { Finding: { Confidence: >= Sure } finding } => new(StepState.Done, $"Cause found, {Words.Percent(finding.Confidence)} sure{Place(finding)}"),
        { Finding: not null } => new(StepState.Note, "Looked for the cause: no commit explains it well enough"),
        { State: IncidentState.Investigating } => new(StepState.Doing, "Looking for the cause"),
        { State: IncidentState.Healing } => new(StepState.Note, "The cause is looked for when healing fails"),
        { State: IncidentState.Suppressed } => new(StepState.Note, "Nothing: it is silenced"),
        { HeldBy: not null } => new(StepState.Note, "Nothing yet: a service that it depends on fails"),
        { State: IncidentState.Resolved or IncidentState.GaveUp } => new(StepState.Note, "Nothing: it ended before the cause was looked for"),
        { Trigger: { Kind: SignalKind.Finding, Severity: Severity.Info } } => new(StepState.Note, "Nothing: it has not failed yet"),
        _ => new(StepState.Doing, "Looking whether it is real"),
    };

    private static string Place(Finding finding) => finding.Place is { } place ? $" in {Quoted(place.ToString())}" : "";

    private static Step Fix(Incident incident) => incident.Change switch
    {
        null => new(StepState.Doing, "Writing a fix, and running the service's own check on it"),
        { FixCommit: null } => new(StepState.Failed, "No fix could be proposed"),
        { Subject: var subject } => new(StepState.Done, $"Fix proposed: {Quoted(subject)}"),
    };

    private static Step? Proof(Incident incident) => incident switch
    {
        { Verification: null } => null,
        { State: IncidentState.Resolved, Verification: { Before: { } before, After: { } after } } => new(StepState.Done, $"Proven: {Words.Percent(before.Rate)} failed before, {Words.Percent(after.Rate)} after"),
        { State: IncidentState.Resolved } => new(StepState.Note, Words.Outcome(incident.Outcome)),
        { Verification.RunningSince: null } => new(StepState.Doing, "Waiting for the fix to be rolled out"),
        { State: IncidentState.Verifying } => new(StepState.Doing, "The fix runs; measuring whether it helped"),
        _ => null,
    };

    /// <summary>A code span that holds, whatever is in the text.</summary>
    private static string Quoted(string text) => Core.Proposal.Quoting.Inline(text, 120);
}
