using Nightjar.Core.Pipeline;
using Nightjar.Core.Policy;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;

namespace Nightjar.Core.Healing;

/// <summary>Whether the next action of a playbook is done now.</summary>
public abstract record GateSays;

public sealed record GatePasses(HealRow Row) : GateSays;

/// <summary>Somebody works on the service: nothing is done until then.</summary>
public sealed record GateWaits(DateTimeOffset Until, string Why) : GateSays;

public sealed record GateAsks(string Text, DateTimeOffset Until) : GateSays;

/// <summary>Not this action.</summary>
public sealed record GateRefuses(string Why) : GateSays;

/// <summary>No action at all.</summary>
public sealed record GateStops(string Why) : GateSays;

/// <summary>What an action came to.</summary>
/// <param name="Before">As it was before the action, also when an earlier run did it.</param>
public sealed record ActionDone(string Says, HealSight? Before)
{
    /// <summary>The target before and after, where its hand shows it.</summary>
    public string? Was { get; init; }

    public string? Is { get; init; }
}

/// <summary>Everything that stands between a playbook and what runs: silences, the policy, a person's answer, the limits. And the act itself, once.</summary>
public sealed class HealGate(HealPlanner planner, HealGrants grants, Hands hands, ISilences silences, HealOptions options, TimeProvider clock)
{
    /// <summary>How often a silence is looked at, should somebody end it.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);

    /// <summary>A hand that keeps to an action's time itself says better why it failed: it is given this much more.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    public async Task<GateSays> JudgeAsync(StageContext context, Service service, HealProgress heal, HealStep step, Prescription what, CancellationToken cancellationToken)
    {
        var (incident, now) = (context.Incident, context.Now);
        if (what.WhyNot is { } cannot)
        {
            return new GateRefuses(cannot);
        }

        if (what.Action is { } action && hands.For(action) is null)
        {
            return new GateRefuses("nothing here can do that");
        }

        var active = await silences.ActiveAsync(now, cancellationToken);
        if (incident.Fingerprints.Select(f => active.FirstOrDefault(s => s.Covers(service.Name.Value, f.Fingerprint.Hash, now))).FirstOrDefault(s => s is not null) is { } silence)
        {
            return new GateWaits(silence.Until < now + LookAgain ? silence.Until : now + LookAgain, $"the end of the silence by {Quoting.Plain(silence.By, 60)}: nothing is healed while it lasts");
        }

        var verdict = planner.Judge(heal, service, what);
        var answer = heal.Answer?.Key == heal.Key ? heal.Answer : null;
        return (verdict.Risk, answer) switch
        {
            (HealRisk.Never, _) => new GateRefuses(verdict.Why),
            (HealRisk.Ask, null) => new GateAsks($"Shall I {what.Label}? Playbook {heal.Playbook.Name} wants it; {verdict.Why}. No answer within {options.AnswerWithin.TotalMinutes:0} minutes is a no.", now + options.AnswerWithin),
            (HealRisk.Ask, { IsYes: false } no) => new GateRefuses(no.By == "nobody" ? "nobody said yes in time" : $"{no.By} said no"),
            _ => await GrantAsync(context, service, heal, step, what, cancellationToken),
        };
    }

    /// <summary>Does it at most once: after a kill the world is asked whether it was done, and where it cannot tell it is not done again.</summary>
    public Task<ActionDone> DoAsync(StageContext context, HealProgress heal, Prescription what, HealRow row, HealSight before, CancellationToken cancellationToken) =>
        context.Effects.OnceAsync(
            "heal", heal.Key, what.Label,
            async ct => Named(context, what, heal.Key) is not { } action || hands.For(action) is not { } hand ? null : await hand.WasDoneAsync(action, row.At, ct) switch
            {
                true => new ActionDone("it was done before a restart of Nightjar", null),
                null => new ActionDone("it was begun before a restart of Nightjar, and nobody can tell whether it was done: it is not done again", null),
                false => null,
            },
            async ct => Named(context, what, heal.Key) is not { } action ? new ActionDone("nothing is done but to wait", before)
                : hands.For(action) is { } hand ? Done(await InTimeAsync(action, hand.DoAsync, ct), before, action.Aim)
                : throw new ActionFailedException("nothing here can do that"),
            cancellationToken);

    /// <summary>Puts back what was before an action that made things worse, once. Null where nothing can be put back; it failing is said, and is all that can be done.</summary>
    public async Task<string?> TakeBackAsync(StageContext context, HealProgress heal, Prescription what, CancellationToken cancellationToken)
    {
        var key = $"{heal.Key}-back";
        if (Named(context, what, key) is not { Aim: not null } action || hands.For(action) is not { } hand)
        {
            return null;
        }

        try
        {
            return (await context.Effects.OnceAsync(
                "take-back", key, $"{what.Label}: taken back",
                async ct => await hand.WasDoneAsync(action, context.Now, ct) == true ? new ActionDone("it was taken back before a restart of Nightjar", null) : null,
                async ct => Done(await InTimeAsync(action, async (a, t) => await hand.TakeBackAsync(a, t) ?? new ActionResult(""), ct), null, null),
                cancellationToken)).Says is { Length: > 0 } says ? says : null;
        }
        catch (ActionFailedException e)
        {
            return $"it could not be taken back: {e.Message}";
        }
    }

    private static HealAction? Named(StageContext context, Prescription what, string key) => what.Action is { } action ? action with { Key = FormattableString.Invariant($"{context.Incident.Id.Value}/{key}") } : null;

    private static ActionDone Done(ActionResult result, HealSight? before, ActionAim? aim) => new(Quoting.Plain(result.Says, 500), before) { Was = aim?.Before, Is = result.After };

    private async Task<ActionResult> InTimeAsync(HealAction action, Func<HealAction, CancellationToken, Task<ActionResult>> act, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(action.Timeout + Grace, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await act(action, either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ActionFailedException($"it took longer than {action.Timeout.TotalSeconds:0} s");
        }
    }

    private async Task<GateSays> GrantAsync(StageContext context, Service service, HealProgress heal, HealStep step, Prescription what, CancellationToken cancellationToken)
    {
        var treated = Treated.Of(service, what.Workload);
        var wish = new HealRow { Incident = context.Incident.Id, Key = heal.Key, Service = service.Name, Playbook = heal.Playbook.Name, Action = step.Action, Workload = what.Workload, At = context.Now };
        var (row, refusal) = await grants.AskAsync(wish, treated.Restarts, heal.Playbook.PerHour, cancellationToken);
        if (row is not null && options.RunbookOnly)
        {
            await context.Effects.NoteAsync("runbook", $"{what.Label}, because playbook {heal.Playbook.Name} says: \u201c{heal.Playbook.Says}\u201d", cancellationToken);
        }

        return row is not null ? new GatePasses(row) : refusal is { IsStop: true } ? new GateStops(refusal.Why) : new GateRefuses(refusal?.Why ?? "it was not granted");
    }
}
