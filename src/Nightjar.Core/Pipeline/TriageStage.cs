using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Core.Pipeline;

/// <summary>Is it real, or over already? Silenced? Held back by a service it depends on?</summary>
public sealed class TriageStage(IFolds folds, ISilences silences, IAlertAnswers alerts, OpenIncidents open, Catalogue catalogue, HealPlanner planner) : IStage
{
    /// <summary>How long a held or silenced incident waits before it looks again, should nobody tell it.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);

    /// <summary>The last line of a container comes before word of its end.</summary>
    private static readonly TimeSpan OtherSymptoms = TimeSpan.FromSeconds(2);

    /// <summary>Windows without a signal after which a problem that nobody worked on is over.</summary>
    private const int QuietWindows = 5;

    public string Name => "triage";

    public IReadOnlyList<IncidentState> States => [IncidentState.Detected, IncidentState.Suppressed];

    public async Task<StageOutcome> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var (incident, now) = (context.Incident, context.Now);
        var silence = Silenced(incident, await silences.ActiveAsync(now, cancellationToken), now);
        if (incident.State == IncidentState.Suppressed)
        {
            return silence is null
                ? new GoOn(incident, IncidentState.Detected, "the silence ended")
                : new WaitUntil(incident, silence.Until < now + LookAgain ? silence.Until : now + LookAgain, $"silenced by {silence.By} until {silence.Until:u}");
        }

        if (silence is not null)
        {
            return new GoOn(incident, IncidentState.Suppressed, $"silenced by {silence.By}: {silence.Why}");
        }

        if (incident.HeldBy is { } holder && open.Get(holder) is { } held)
        {
            return new WaitUntil(incident, now + LookAgain, $"{held.Service} has incident {holder} open and {incident.Service} depends on it");
        }

        return await IsOverAsync(incident, now, cancellationToken) is { } quiet
            ? new GoOn(incident with { Outcome = IncidentOutcome.OverByItself, EndedAt = now }, IncidentState.Resolved, quiet)
            : incident.Trigger is { Kind: SignalKind.Finding, Severity: Severity.Info }
            ? new WaitUntil(incident, now + LookAgain, "only to be known: nothing is done about what has not failed")
            : await OnAsync(context, incident with { HeldBy = null }, cancellationToken);
    }

    /// <summary>To healing where a playbook fits and the policy lets something happen; what it would have done is said otherwise.</summary>
    private async Task<StageOutcome> OnAsync(StageContext context, Incident incident, CancellationToken cancellationToken)
    {
        var real = incident.CameBack is not null ? "known: it came back" : incident.RecurrenceOf is { } before ? $"known: it came back after {before}" : "real and new";
        var service = catalogue.Get(incident.Service);
        var plan = await planner.PlanAsync(incident, service, cancellationToken);
        if (plan.Progress is not { } progress)
        {
            if (plan.NothingFits && !service.Containers.IsEmpty && incident.Trigger.Workload is null && context.Now < incident.OpenSince + OtherSymptoms)
            {
                return new WaitUntil(incident, incident.OpenSince + OtherSymptoms, "other symptoms, which may have a playbook");
            }

            return new GoOn(incident, IncidentState.Investigating, plan.NothingFits ? real : $"{real}; {plan.Why}");
        }

        var (first, verdict) = await planner.FirstAsync(progress, service, cancellationToken);
        if (verdict.Risk != HealRisk.Never)
        {
            return new GoOn(incident with { Heal = incident.Heal?.Over() }, IncidentState.Healing, $"{real}; {plan.Why}");
        }

        await context.Effects.NoteAsync("would-heal", $"{plan.Why} would do: {first.Label}; {verdict.Why}", cancellationToken);
        return new GoOn(incident, IncidentState.Investigating, $"{real}; not healed: would {first.Label}, but {verdict.Why}");
    }

    /// <summary>The silence that covers it, if everything that it owns is covered by one.</summary>
    private static Silence? Silenced(Incident incident, IReadOnlyList<Silence> active, DateTimeOffset now)
    {
        var covers = incident.Fingerprints.Select(f => active.FirstOrDefault(s => s.Covers(incident.Service.Value, f.Fingerprint.Hash, now))).ToList();
        return covers.Contains(null) ? null : covers.MinBy(s => s?.Until);
    }

    /// <summary>An alert is told once and then fires on in silence: its end is told, too.</summary>
    private async Task<string?> IsOverAsync(Incident incident, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (incident.Trigger is { Kind: SignalKind.Alert, Source: { } alert } && await alerts.StandingAsync(incident.Service, alert, cancellationToken) is { IsFiring: true })
        {
            return null;
        }

        var seen = await folds.ReadAsync(incident.Id, cancellationToken);
        var last = seen.Select(f => f.LastSeen).Append(incident.Trigger.At).Max();
        var quiet = catalogue.Get(incident.Service).ErrorRate.Window * QuietWindows;
        return now - last > quiet ? $"over by itself: the last signal came at {last:u}" : null;
    }
}
