using System.Collections.Immutable;
using System.Globalization;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Core.Healing;

/// <summary>What would be done about an incident.</summary>
/// <param name="Progress">Null when nothing is; <paramref name="Why"/> says why.</param>
public sealed record HealPlan(HealProgress? Progress, string Why)
{
    /// <summary>No playbook fits what is known so far; another symptom may have one.</summary>
    public bool NothingFits { get; init; }
}

/// <summary>Finds the playbook for an incident: the one that says most about it, and of its steps first what has worked for the service before.</summary>
public sealed class HealPlanner(PlaybookShelf shelf, Hands hands, IHeals heals, Conduct conduct, HealOptions options)
{
    /// <summary>Trouble is told in whole seconds, and by clocks that differ.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(30);

    /// <param name="symptom">The one to heal; null for whatever the incident shows.</param>
    public async Task<HealPlan> PlanAsync(Incident incident, Service service, CancellationToken cancellationToken, OwnedFingerprint? symptom = null)
    {
        var condition = symptom is null ? ConditionOf(incident.Trigger) : symptom.Condition;
        if (shelf.TypeOf(condition, symptom is null ? incident.Trigger.Workload : symptom.Workload) is { Heals: false })
        {
            return new HealPlan(null, $"{condition} goes to investigation at once");
        }

        if (incident.Escalated is { } escalated)
        {
            return new HealPlan(null, escalated);
        }

        if (incident.CameBack is { } back && back.Count >= options.EscalateAtComeback)
        {
            return new HealPlan(null, string.Create(CultureInfo.InvariantCulture, $"it came back {back.Count} times within {options.ReopenWithin.TotalMinutes:0} minutes of being healed: what heals it does not last"));
        }

        var treated = Treated.Of(service, symptom?.Workload ?? Treated.WorkloadOf(incident, service));
        var seen = new Seen(treated.Workload, await UnwellDependencyAsync(service, treated, cancellationToken), await SinceRolloutAsync(incident, treated, cancellationToken));
        var records = await heals.StrategiesAsync(service.Name, cancellationToken);

        // What opened it says most; a symptom that was folded in may have a playbook where that has none.
        var shown = symptom is null ? incident.Fingerprints.Select(f => f.Condition).OfType<string>() : [];
        var fitting = shown.Prepend(condition).Distinct()
            .Select(c => shelf.Playbooks.Where(p => Fits(p, incident, c, seen) && p.Do.Any(s => CanDo(s, service, treated, seen.Dependency)))
                .OrderByDescending(p => p.When.Weight).ThenByDescending(p => Wins(records, p.Name)).ThenBy(p => p.Name, StringComparer.Ordinal).ToImmutableArray())
            .FirstOrDefault(f => !f.IsEmpty, []);
        if (fitting is not [var best, ..])
        {
            return new HealPlan(null, "no playbook fits") { NothingFits = true };
        }

        var ordered = best with { Do = Ordered(best, records) };
        var progress = new HealProgress { Round = incident.Visit, Playbook = ordered, Workload = treated.Workload, Tried = incident.Heal?.Tried ?? [] };
        return new HealPlan(progress, $"playbook {best.Name}{Beside(fitting)}{(ordered.Do.SequenceEqual(best.Do) ? "" : $"; {ordered.Do[0].Action} first, which has worked for {service.Name} before")}");
    }

    /// <summary>The first step that may be done, else the first that can be; and what the policy says of it.</summary>
    public async Task<(Prescription First, RiskVerdict Verdict)> FirstAsync(HealProgress progress, Service service, CancellationToken cancellationToken)
    {
        (Prescription First, RiskVerdict Verdict)? forbidden = null, cannot = null;
        foreach (var step in progress.Playbook.Do)
        {
            var can = await PrescribeAsync(step, progress, service, cancellationToken);
            if (can is { WhyNot: { } why, IsLeft: false, Action: not null })
            {
                cannot ??= (can, new RiskVerdict(HealRisk.Never, why));
            }
            else if ((can.WhyNot is null || can.IsLeft) && (can.Action is not { } action || hands.For(action) is not null))
            {
                var verdict = Judge(progress, service, can);
                if (verdict.Risk != HealRisk.Never)
                {
                    return (can, verdict);
                }

                forbidden ??= (can, verdict);
            }
        }

        return forbidden ?? cannot ?? (new Prescription(null, null, null, "nothing", "no step can be done"), new RiskVerdict(HealRisk.Never, "no step can be done"));
    }

    /// <summary>What the policy says of a step that can be done.</summary>
    public RiskVerdict Judge(HealProgress progress, Service service, Prescription first)
    {
        var treated = Treated.Of(service, first.Workload);
        return first.Action is { } action
            ? RiskPolicy.Judge(action, progress.Playbook.Risk, first.Remedy, treated, conduct)
            : conduct is { DryRun: false, Mode: not Mode.Observe } ? new(HealRisk.Safe, "it only waits") : new(HealRisk.Never, conduct.DryRun ? "a dry run does nothing" : "mode observe changes nothing that runs");
    }

    /// <summary>What a step means for this service now.</summary>
    public async Task<Prescription> PrescribeAsync(HealStep step, HealProgress progress, Service service, CancellationToken cancellationToken)
    {
        var dependency = step.Action == HealStep.RestartDependency ? await UnwellDependencyAsync(service, Treated.Of(service, progress.Workload), cancellationToken) : null;
        var what = Prescription.For(step, service, progress.Workload, dependency);
        return what is not { WhyNot: null, Action: { } action } || hands.For(action) is not { } hand ? what
            : progress.Aimed is { } aimed && aimed.Key == progress.Key ? what.Aimed(aimed.Aim)
            : await AimedAsync(what, hand, action, cancellationToken);
    }

    /// <summary>As its hand would do it now.</summary>
    private static async Task<Prescription> AimedAsync(Prescription what, IActuator hand, HealAction action, CancellationToken cancellationToken)
    {
        try
        {
            return await hand.AimAsync(action, cancellationToken) is { } aim ? what.Aimed(aim) : what;
        }
        catch (ActionFailedException e)
        {
            return what with { WhyNot = e.Message, IsLeft = e.IsLeft, Changes = e.Changes };
        }
    }

    /// <summary>What a signal is called by playbooks where its source gave it no condition.</summary>
    public static string? ConditionOf(Signal signal) => signal.Condition ?? signal.Kind switch
    {
        SignalKind.ProbeFailure => Conditions.ProbeFailing,
        SignalKind.ErrorRate => Conditions.ErrorRate,
        SignalKind.WorkloadFailure => Conditions.WorkloadFailing,
        _ => null,
    };

    /// <summary>Whether it would be considered; what its workload needs and when it was rolled out is not looked at.</summary>
    public static bool MayFit(Playbook playbook, Incident incident) =>
        Fits(playbook with { When = playbook.When with { DependencyUnwell = false, AfterRollout = null } }, incident, ConditionOf(incident.Trigger), new Seen(incident.Fingerprints.LastOrDefault(f => f.Workload is not null)?.Workload ?? incident.Trigger.Workload, null, null));

    private static bool Fits(Playbook playbook, Incident incident, string? condition, Seen seen) =>
        playbook.When is var when
        && (when.Conditions.IsEmpty || (condition is not null && when.Conditions.Contains(condition)))
        && (when.Causes.IsEmpty || when.Causes.Contains(incident.Trigger.ErrorClass))
        && (when.Services.IsEmpty || when.Services.Contains(incident.Service.Value))
        && (when.Severity is not { } least || incident.Severity >= least)
        && (when.Workloads.IsEmpty || (seen.Workload is { } workload && when.Workloads.Contains(workload.Split('/')[0])))
        && (!when.DependencyUnwell || seen.Dependency is not null)
        && (when.AfterRollout is not { } soon || (seen.SinceRollout >= -Slack && seen.SinceRollout <= soon));

    /// <summary>How long after a rollout of its workload the trouble began; null where nobody knows of a rollout, or of nothing to go back to.</summary>
    private async Task<TimeSpan?> SinceRolloutAsync(Incident incident, Treated treated, CancellationToken cancellationToken) =>
        treated.Workload is { } workload && shelf.Playbooks.Any(p => p.When.AfterRollout is not null && MayFit(p, incident))
        && await hands.LookAsync(incident.Service, workload, cancellationToken) is { RolledOutAt: { } at } ? (incident.Trigger.Since ?? incident.Trigger.At) - at : null;

    private bool CanDo(HealStep step, Service service, Treated treated, string? dependency) =>
        Prescription.For(step, service, treated.Workload, dependency) is { WhyNot: null } can && (can.Action is not { } action || hands.For(action) is not null);

    /// <summary>The first one that somebody says is not well; not to know is no reason to restart it.</summary>
    private async Task<string?> UnwellDependencyAsync(Service service, Treated treated, CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { treated.Workload ?? "" };
        string? unwell = null;

        // What the dependency itself needs comes before it: the deepest one that is not well is the one to restart.
        for (var needed = treated.DependsOn; ;)
        {
            string? next = null;
            foreach (var workload in needed.Where(seen.Add))
            {
                if (await hands.LookAsync(service.Name, workload, cancellationToken) is { IsWell: false })
                {
                    next = workload;
                    break;
                }
            }

            if (next is null)
            {
                return unwell;
            }

            unwell = next;
            needed = Treated.Of(service, next).DependsOn;
        }
    }

    private static string Beside(ImmutableArray<Playbook> fitting) => fitting switch
    {
        [_] => "",
        [var best, var other, ..] when best.When.Weight > other.When.Weight => $", which says more about it than {other.Name}",
        [_, var other, ..] => $", before {other.Name}, which fits as well",
        _ => "",
    };

    /// <summary>What worked for this service comes first; a dependency stays where it is, because it is healed before what needs it.</summary>
    private static ImmutableArray<HealStep> Ordered(Playbook playbook, IReadOnlyList<StrategyRecord> records) =>
        [.. playbook.Do.OrderByDescending(s => s.Action == HealStep.RestartDependency ? int.MaxValue : records.Where(r => r.Playbook == playbook.Name && r.Action == s.Action).Sum(r => r.Verified))];

    /// <summary>What is in trouble, what of that which it needs is unwell, and how long after a rollout the trouble began.</summary>
    private sealed record Seen(string? Workload, string? Dependency, TimeSpan? SinceRollout);

    private static int Wins(IReadOnlyList<StrategyRecord> records, string playbook) => records.Where(r => r.Playbook == playbook).Sum(r => r.Verified);
}
