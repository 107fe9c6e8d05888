using Nightjar.Core.Incidents;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Core.Healing;

/// <summary>
/// Where signals come in: those of an alert type are counted first, and go on to intake when there are enough of them. At the
/// second threshold the incident is told to go to investigation.
/// </summary>
public sealed class AlertDoor(Intake intake, AlertCounts counts, OpenIncidents open, IInbox inbox, IWakeUps wakeUps, IntakeOptions options) : ISignalDoor
{
    public async ValueTask AcceptAsync(Signal signal, CancellationToken cancellationToken)
    {
        if (signal.Condition is null)
        {
            await intake.AcceptAsync(signal, cancellationToken);
            return;
        }

        var (verdict, says, severity) = await counts.CountAsync(signal, cancellationToken);
        if (verdict == AlertVerdict.Counted)
        {
            return;
        }

        signal = severity is { } least && least > signal.Severity ? signal with { Severity = least } : signal;
        await intake.AcceptAsync(signal, cancellationToken);
        if (verdict == AlertVerdict.Escalates && Owner(signal) is { } incident)
        {
            await inbox.PostAsync(incident, InboxKind.Escalated, "intake", Quoting.Plain(says, IncidentMoves.LongestWhy), cancellationToken);
            await wakeUps.WakeAsync(incident, signal.At, cancellationToken);
        }
    }

    private IncidentId? Owner(Signal signal)
    {
        foreach (var strategy in open.StrategiesBeside(options.Strategy))
        {
            if (open.TryFind(Fingerprint.Of(signal.Bounded(), strategy).Hash, out var incident))
            {
                return incident;
            }
        }

        return null;
    }
}

/// <summary>Counts the signals of the alert types, on disk, one at a time.</summary>
public sealed class AlertCounts(PlaybookShelf shelf, IAlertTallies tallies, TimeProvider clock) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>The strictest word of the types it counts for. A signal of no type acts at once.</summary>
    public async Task<(AlertVerdict Verdict, string Says, Severity? Severity)> CountAsync(Signal signal, CancellationToken cancellationToken)
    {
        var condition = signal.Condition ?? "";
        var own = shelf.TypeOf(condition, signal.Workload);
        if (own is { Counts.IsEmpty: false })
        {
            return (AlertVerdict.Escalates, $"{own.Name}: it goes to investigation at once", own.Severity);
        }

        var verdict = own is null ? AlertVerdict.Acts : AlertVerdict.Counted;
        var (says, severity) = ("", own?.Severity);
        foreach (var type in shelf.AlertTypes.Where(t => t == own || (t.Counts.Contains(condition) && t.Concerns(signal.Workload))))
        {
            var counted = await CountAsync(type, signal, cancellationToken);
            if (counted == AlertVerdict.Escalates)
            {
                (verdict, says, severity) = (counted, Says(type), type.Severity ?? severity);
            }
            else if (type == own && verdict != AlertVerdict.Escalates)
            {
                verdict = counted;
            }
        }

        return (verdict, says, severity);
    }

    /// <summary>It was healed: the count begins anew.</summary>
    public async Task ResetAsync(ServiceName service, string? condition, string? workload, CancellationToken cancellationToken)
    {
        if (shelf.TypeOf(condition, workload) is not { } type)
        {
            return;
        }

        await turn.WaitAsync(cancellationToken);
        try
        {
            await tallies.SetAsync(service, type.Name, new AlertTally(), cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private async Task<AlertVerdict> CountAsync(AlertType type, Signal signal, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await turn.WaitAsync(cancellationToken);
        try
        {
            var before = await tallies.GetAsync(signal.Service, type.Name, cancellationToken);
            var at = signal.At < now ? signal.At : now;

            // Whoever measured knows best since when it lasts.
            before = type.HealAfter is not null && before.Since is null && signal.Since is { } since && since < at ? new AlertTally { Since = since, LastSeen = at } : before;
            var (tally, verdict) = AlertCounter.Count(type, before, at);
            await tallies.SetAsync(signal.Service, type.Name, tally, cancellationToken);
            return verdict;
        }
        finally
        {
            turn.Release();
        }
    }

    private static string Says(AlertType type) => type.EscalateAfter is { } after
        ? FormattableString.Invariant($"{type.Name} lasts {after.TotalMinutes:0.#} minutes: it goes to investigation")
        : FormattableString.Invariant($"{type.Name} was seen {type.EscalateAt} times within {type.Window.TotalMinutes:0.#} minutes: it goes to investigation");
}
