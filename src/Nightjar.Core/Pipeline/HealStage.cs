using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;

namespace Nightjar.Core.Pipeline;

/// <summary>
/// Tier 1: does what the playbook says, one action at a time, and believes none of them: an action helped when a workload, a probe or the
/// error rate says so within its window. Otherwise the next attempt, the next step, and then investigation.
/// </summary>
public sealed class HealStage(Catalogue catalogue, HealPlanner planner, HealGate gate, HealCheck check, HealLedger ledger, TimeProvider clock) : IStage
{
    public string Name => "heal";

    public IReadOnlyList<IncidentState> States => [IncidentState.Healing];

    public async Task<StageOutcome> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var incident = context.Incident;
        var service = catalogue.Get(incident.Service);
        if (incident.Heal is not { IsOver: false } heal)
        {
            var plan = await planner.PlanAsync(incident, service, cancellationToken);
            return plan.Progress is { } begun ? new Again(incident with { Heal = begun }, plan.Why) : await EscalateAsync(context, plan.Why, cancellationToken);
        }

        if (incident.Escalated is { } escalated && heal.Beside is not { Symptom: null } && !heal.IsGivenTime(context.Now))
        {
            return await EscalateAsync(context with { Incident = await ledger.EndAsync(context, heal, HealEnd.Ineffective, escalated, cancellationToken) }, escalated, cancellationToken);
        }

        return heal switch
        {
            { Running: { } running } => await VerifyAsync(context, service, heal, running, cancellationToken),
            { Current: null } => await EscalateAsync(context, $"playbook {heal.Playbook.Name} has nothing more to try", cancellationToken),
            _ when context.Now < heal.NotBefore => new WaitUntil(incident, heal.NotBefore, "the cool-down before the next attempt"),
            { Current: { } step } => await ActAsync(context, service, heal, step, cancellationToken),
        };
    }

    private async Task<StageOutcome> ActAsync(StageContext context, Service service, HealProgress heal, HealStep step, CancellationToken cancellationToken)
    {
        var what = await planner.PrescribeAsync(step, heal, service, cancellationToken);
        if (what.Action?.Aim is { } aim && heal.Aimed?.Key != heal.Key)
        {
            return new Again(context.Incident with { Heal = heal with { Aimed = new HealAimed(heal.Key, aim) } }, $"playbook {heal.Playbook.Name}: {what.Label}");
        }

        var pass = await gate.JudgeAsync(context, service, heal, step, what, cancellationToken);
        switch (pass)
        {
            case GateWaits wait when heal.Beside is not null:
                return await NextAsync(context, heal, what.Label, HealEnd.Refused, $"it would have to wait for {wait.Why}", cancellationToken);
            case GateWaits wait:
                return new WaitUntil(context.Incident, wait.Until, wait.Why);
            case GateAsks when context.Incident.State == IncidentState.NeedsHuman:
                return await NextAsync(context, heal, what.Label, HealEnd.Refused, "it has to be asked for, and a person is asked something else already", cancellationToken);
            case GateAsks ask:
                return new AskPerson(context.Incident, ask.Text, context.Incident.State) { Action = heal.Key, Until = ask.Until };
            case GateStops stop:
                return await EscalateAsync(context, stop.Why, cancellationToken);
            case GateRefuses no:
                return await NextAsync(context, heal with { Left = what.Changes }, what.Label, what.IsLeft ? HealEnd.Left : HealEnd.Refused, no.Why, cancellationToken);
            case GatePasses granted:
                return await DoAsync(context, service, heal, what, granted.Row, cancellationToken);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task<StageOutcome> DoAsync(StageContext context, Service service, HealProgress heal, Prescription what, HealRow row, CancellationToken cancellationToken)
    {
        var before = await check.SightAsync(service, heal.Workload, row.At - service.Verify.Window, cancellationToken);
        try
        {
            var done = await gate.DoAsync(context, heal, what, row, before, cancellationToken);
            var running = new RunningHeal(heal.Key, what.Label, clock.GetUtcNow(), done.Before ?? before, null);
            return new Again(context.Incident with { Heal = heal with { Running = running, Answer = null } }, $"{what.Label}: {done.Says}; now it must show that it helped");
        }
        catch (ActionFailedException e)
        {
            return await NextAsync(context with { Now = clock.GetUtcNow() }, heal, what.Label, HealEnd.Failed, e.Message, cancellationToken);
        }
    }

    /// <summary>Nothing but what is seen from outside ends this: all is well for long enough, or it was not in time.</summary>
    private async Task<StageOutcome> VerifyAsync(StageContext context, Service service, HealProgress heal, RunningHeal running, CancellationToken cancellationToken)
    {
        var (incident, now, verify) = (context.Incident, context.Now, heal.Playbook.Verify);
        var from = running.DoneAt + (heal.Current?.WaitBefore(heal.Attempt) ?? TimeSpan.Zero);
        if (now < from)
        {
            return new WaitUntil(incident, from, $"{running.Label} to take effect");
        }

        var reading = await check.ReadAsync(incident, service, heal, from, now, cancellationToken);
        if (reading.IsWell == true)
        {
            var since = running.WellSince is { } well && reading.Restarts <= running.Restarts ? well : now;
            return now - since >= verify.For
                ? await HealedAsync(context, heal, running, reading.Says, cancellationToken)
                : Looks(incident, heal with { Running = running with { WellSince = since, Restarts = reading.Restarts } }, now, since + verify.For);
        }

        var worse = await check.WorseAsync(service, heal, running, from, now, cancellationToken);
        if (worse is null && now - from < verify.Within)
        {
            return Looks(incident, heal with { Running = running with { WellSince = null } }, now, from + verify.Within);
        }

        var back = worse is not null && heal.Current is { } step ? await gate.TakeBackAsync(context, heal, await planner.PrescribeAsync(step, heal, service, cancellationToken), cancellationToken) : null;
        return await NextAsync(context, heal, running.Label, back is null ? HealEnd.Ineffective : HealEnd.RolledBack, string.Join("; ", new[] { worse, back, reading.Says }.OfType<string>()), cancellationToken);
    }

    /// <summary>Often at first, because most actions help within seconds.</summary>
    private static WaitUntil Looks(Incident incident, HealProgress heal, DateTimeOffset now, DateTimeOffset end)
    {
        var passed = now - (heal.Running?.DoneAt ?? now);
        var next = now + (passed < TimeSpan.FromSeconds(15) ? TimeSpan.FromSeconds(0.5) : TimeSpan.FromSeconds(5));
        return new WaitUntil(incident with { Heal = heal }, next < end || end <= now ? next : end, $"proof that {heal.Running?.Label} helped");
    }

    private async Task<StageOutcome> HealedAsync(StageContext context, HealProgress heal, RunningHeal running, string says, CancellationToken cancellationToken)
    {
        var incident = await ledger.EndAsync(context, heal, HealEnd.Verified, says, cancellationToken);
        return Leave(context with { Incident = heal.Beside is null ? incident with { Outcome = IncidentOutcome.Healed, EndedAt = context.Now } : incident }, IncidentState.Resolved, $"healed by {running.Label}, verified: {says}");
    }

    private async Task<StageOutcome> NextAsync(StageContext context, HealProgress heal, string label, HealEnd end, string says, CancellationToken cancellationToken)
    {
        var incident = await ledger.EndAsync(context, heal, end, says, cancellationToken, label);
        return await ledger.AfterAsync(context with { Incident = incident }, heal, end, cancellationToken) is { } next
            ? new Again(incident with { Heal = next }, $"{label}: {says}")
            : await EscalateAsync(context with { Incident = incident }, $"healing failed: {label}: {says}", cancellationToken);
    }

    private async Task<StageOutcome> EscalateAsync(StageContext context, string why, CancellationToken cancellationToken)
    {
        await ledger.EscalatedAsync(context.Incident, cancellationToken);
        return Leave(context, IncidentState.Investigating, why);
    }

    /// <summary>What was healed beside another state leaves that state as it is.</summary>
    private static StageOutcome Leave(StageContext context, IncidentState to, string why) =>
        context.Incident.Heal?.Beside is { } beside
            ? BesideHealing.End(context.Incident, beside, why, context.Now)
            : new GoOn(context.Incident with { Heal = context.Incident.Heal?.Over() }, to, why);
}
