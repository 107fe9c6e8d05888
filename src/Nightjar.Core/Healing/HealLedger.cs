using Nightjar.Core.Incidents;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Proposal;

namespace Nightjar.Core.Healing;

/// <summary>Writes down how actions ended, and says from that what is tried next.</summary>
public sealed class HealLedger(IHeals heals, AlertCounts counts, HealOptions options)
{
    /// <summary>Actions that an incident remembers: more than any playbook should try.</summary>
    private const int MostTried = 50;

    /// <summary>The incident with the action among those that were tried; the one that ran when no label is given.</summary>
    public async Task<Incident> EndAsync(StageContext context, HealProgress heal, HealEnd end, string says, CancellationToken cancellationToken, string? label = null)
    {
        if ((label ?? heal.Running?.Label) is not { } what)
        {
            return context.Incident;
        }

        await heals.EndAsync(context.Incident.Id, heal.Key, end, context.Now, cancellationToken);
        says = Quoting.Plain(says, 500);
        if (end == HealEnd.Verified)
        {
            await counts.ResetAsync(context.Incident.Service, Condition(context.Incident, heal), heal.Beside?.Symptom is null ? context.Incident.Trigger.Workload : heal.Workload, cancellationToken);
            await context.Effects.NoteAsync("healed", $"{what} helped: {says}", cancellationToken);
        }
        else if (end == HealEnd.Left)
        {
            await context.Effects.NoteAsync("left", $"{what}: {says}", cancellationToken);
        }
        else if (end != HealEnd.Refused)
        {
            await context.Effects.NoteAsync("healing-failed", $"healing_failed: {Reason(heal, end)}: {what}: {says}", cancellationToken);
        }

        var tried = new TriedAction(heal.Playbook.Name, what, heal.Running?.DoneAt ?? context.Now, context.Now, end, says) { Changes = heal.Left };
        var all = heal.Tried.Length < MostTried ? heal.Tried.Add(tried) : heal.Tried;
        return context.Incident with { Heal = heal with { Running = null, Answer = null, Left = [], Tried = all } };
    }

    /// <summary>The next attempt or step; null when it goes to investigation.</summary>
    public async Task<HealProgress?> AfterAsync(StageContext context, HealProgress heal, HealEnd end, CancellationToken cancellationToken)
    {
        var progress = context.Incident.Heal ?? heal;
        var step = heal.Current;
        var nextStep = progress with { Step = heal.Step + 1, Attempt = 1, NotBefore = default };
        var nextAttempt = progress with { Attempt = heal.Attempt + 1, NotBefore = context.Now + (step?.CoolDown ?? TimeSpan.Zero) };
        if (end is HealEnd.Refused or HealEnd.RolledBack)
        {
            return HasMore(nextStep) ? nextStep : null;
        }

        if (end == HealEnd.Left)
        {
            return null;
        }

        if (step?.Attempts is { } most)
        {
            return heal.Attempt < most ? nextAttempt : HasMore(nextStep) ? nextStep : null;
        }

        var failed = (await heals.SinceAsync(context.Now - options.Window, cancellationToken)).Count(r => r.Service == context.Incident.Service && r.HasFailed && !r.IsEscalated);
        return failed < options.EscalateAfter ? nextAttempt : null;
    }

    public Task EscalatedAsync(Incident incident, CancellationToken cancellationToken) => heals.EscalatedAsync(incident.Service, cancellationToken);

    private static string? Condition(Incident incident, HealProgress heal) =>
        heal.Beside?.Symptom is { } symptom ? incident.Fingerprints.FirstOrDefault(f => f.Fingerprint.Hash == symptom)?.Condition : HealPlanner.ConditionOf(incident.Trigger);

    private static bool HasMore(HealProgress heal) => heal.Current is not null;

    /// <summary>As people search for it in logs: <c>restart_ineffective</c>.</summary>
    private static string Reason(HealProgress heal, HealEnd end) => $"{(heal.Current?.Action ?? "action").Replace('-', '_')}_{(end switch { HealEnd.Failed => "failed", HealEnd.RolledBack => "rolled_back", _ => "ineffective" })}";
}
