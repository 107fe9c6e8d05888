using System.Collections.Immutable;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Proposal;
using Nightjar.Core.Signals;

namespace Nightjar.Core.Runs;

/// <summary>
/// The run of an incident, and its fixes, as the incident's own record tells them. What a model says is in none of it but the words of the
/// report: counts and statuses come of states, actions and their verification.
/// </summary>
public static class IncidentRun
{
    /// <summary>Characters of a message from outside.</summary>
    private const int LongestMessage = 500;

    public static RunRecord Of(Incident incident, Mode mode)
    {
        var fixes = Fixes(incident);
        return new RunRecord(
            new Run
            {
                Incident = incident.Id,
                StartedAt = incident.OpenedAt,
                EndedAt = incident.State.IsOpen() ? null : incident.EndedAt ?? incident.StateSince,
                Namespace = NamespaceOf(incident),
                Mode = mode,
                Status = StatusOf(incident, fixes),
                Pods = incident.Trigger.Kind == SignalKind.WorkloadFailure ? 1 : 0,
                Errors = incident.Fingerprints.Length,
                Fixes = fixes.Count(f => f.Status == FixStatus.Success),
                Report = ReportOf(incident, fixes),
            },
            fixes);
    }

    /// <summary>Each action that was tried; the proposal; and when there is neither, how far the matter is.</summary>
    public static ImmutableArray<Fix> Fixes(Incident incident)
    {
        var fixes = ImmutableArray.CreateBuilder<Fix>();
        foreach (var (i, tried) in (incident.Heal?.Tried ?? []).Index())
        {
            fixes.Add(Of(incident, $"action-{i + 1}", tried.At, tried.Label, StatusOf(tried)));
        }

        if (incident.Heal?.Running is { } running)
        {
            fixes.Add(Of(incident, $"action-{fixes.Count + 1}", running.DoneAt, running.Label, FixStatus.Analyzing));
        }

        if (incident.Request is { } request)
        {
            fixes.Add(Of(incident, "request", incident.StateSince, $"draft request {request.Number}", ProposalStatus(incident)));
        }

        if (fixes.Count == 0 || incident.Question is { Action: not null })
        {
            fixes.Add(Of(incident, "problem", incident.StateSince, "", ProblemStatus(incident)));
        }

        return fixes.ToImmutable();
    }

    /// <summary>What is of no service of the catalogue is named by its namespace: <c>shop/api</c>.</summary>
    private static string NamespaceOf(Incident incident) => incident.Service.Value.Split('/') is [var space, _] ? space : "";

    private static Fix Of(Incident incident, string key, DateTimeOffset at, string applied, FixStatus status)
    {
        var trigger = incident.Trigger;
        var type = trigger.Condition ?? (trigger.HasErrorClass ? trigger.ErrorClass : trigger.Kind.ToString());
        return new Fix(key, at, NamespaceOf(incident), trigger.Workload ?? incident.Service.Value, type, Quoting.Plain(trigger.Message, LongestMessage), applied, status);
    }

    private static FixStatus StatusOf(TriedAction tried) => tried.End switch
    {
        HealEnd.Running => FixStatus.Analyzing,
        HealEnd.Verified => FixStatus.Success,
        HealEnd.Ineffective or HealEnd.Failed => FixStatus.Failed,
        HealEnd.RolledBack => FixStatus.RolledBack,
        HealEnd.Refused or HealEnd.Left => FixStatus.Reported,
    };

    private static FixStatus ProposalStatus(Incident incident) => incident switch
    {
        { Outcome: IncidentOutcome.Merged or IncidentOutcome.MergedModified, State: IncidentState.Resolved } => FixStatus.Success,
        { State: IncidentState.Verifying } => FixStatus.Analyzing,
        { Reopened: > 0, State: IncidentState.Investigating or IncidentState.Proposing } => FixStatus.Failed,
        _ => FixStatus.Reported,
    };

    private static FixStatus ProblemStatus(Incident incident) => incident switch
    {
        { Question.Action: not null } or { State: IncidentState.Detected } => FixStatus.Pending,
        { State: IncidentState.Healing or IncidentState.Investigating or IncidentState.Proposing or IncidentState.Verifying } => FixStatus.Analyzing,
        _ => FixStatus.Reported,
    };

    private static RunStatus StatusOf(Incident incident, ImmutableArray<Fix> fixes) => incident.State switch
    {
        IncidentState.Resolved => fixes.Any(f => f.Status == FixStatus.Success) ? RunStatus.Fixed : RunStatus.IssuesFound,
        IncidentState.GaveUp => RunStatus.Failed,
        IncidentState.NeedsHuman or IncidentState.InReview or IncidentState.Suppressed => RunStatus.IssuesFound,
        _ => RunStatus.Running,
    };

    private static string ReportOf(Incident incident, ImmutableArray<Fix> fixes)
    {
        var lines = new List<string>
        {
            $"## {Quoting.Plain(incident.Title, 200)}",
            "",
            $"State: {incident.State}{(incident.Why.Length == 0 ? "" : $", {Quoting.Plain(incident.Why, LongestMessage)}")}.",
        };
        if (incident.Finding is { } finding)
        {
            lines.Add($"Cause: {Quoting.Plain(finding.RootCause, LongestMessage)}");
        }

        lines.Add("");
        lines.AddRange(fixes.Select(f => $"- {f.Pod}: {f.ErrorType}, {(f.Applied.Length == 0 ? "nothing done" : f.Applied)}: {RunWords.Of(f.Status)}"));
        return string.Join('\n', lines);
    }
}
