using System.Collections.Immutable;
using Nightjar.Core.Incidents;
using Nightjar.Core.Pipeline;

namespace Nightjar.Core.Signals;

/// <summary>What intake does with a fingerprint that no open incident has: it goes to one, or to a new one. To be called in turn.</summary>
internal sealed class Openings(IncidentStores stores, OpenIncidents open, IWakeUps wakeUps, TimeProvider clock, IntakeOptions options)
{
    /// <summary>Fingerprints of one incident: about 20 kB of its row. Signals of more kinds are counted under its first.</summary>
    private const int MostFingerprints = 50;

    /// <summary>Gives the fingerprint to the open incident; false when that has ended meanwhile.</summary>
    public async Task<bool> TryFoldIntoAsync(FoldInto into, Signal signal, Fingerprint fingerprint, PendingFolds pending, CancellationToken cancellationToken)
    {
        var id = into.Incident.Id;
        if (open.CountOf(id) >= MostFingerprints)
        {
            pending.Add(id, into.Incident.Fingerprint.Hash, signal with { Samples = [] });
            return true;
        }

        if (!open.TryOwn(fingerprint, id))
        {
            return false;
        }

        try
        {
            await stores.Inbox.PostAsync(id, InboxKind.FingerprintFolded, "intake", InboxText.Write(Owned(signal, fingerprint, into.Why)), cancellationToken);
        }
        catch
        {
            open.Disown(fingerprint, id);
            throw;
        }

        pending.Add(id, fingerprint.Hash, signal);
        await wakeUps.WakeAsync(id, clock.GetUtcNow(), cancellationToken);
        return true;
    }

    /// <summary>Opens the incident again that healed this problem a short while ago; false when that was none, or too long ago.</summary>
    public async Task<bool> TryOpenAgainAsync(OpenNew fresh, Incident before, Signal signal, Fingerprint fingerprint, PendingFolds pending, CancellationToken cancellationToken)
    {
        if (before is not { State: IncidentState.Resolved, Outcome: IncidentOutcome.Healed, EndedAt: { } ended } || clock.GetUtcNow() - ended > options.ReopenWithin)
        {
            return false;
        }

        await TellComebackAsync(before.Id, signal, fingerprint.Hash, fresh.HeldBy?.Id, cancellationToken);
        open.OpensAgain(before);
        pending.Add(before.Id, fingerprint.Hash, signal);
        return true;
    }

    /// <summary>On disk when it returns; the incident takes it in as it does everything.</summary>
    public async Task TellComebackAsync(IncidentId incident, Signal signal, string hash, IncidentId? heldBy, CancellationToken cancellationToken)
    {
        await stores.Inbox.PostAsync(incident, InboxKind.CameBack, "intake", InboxText.Write(Comeback.Of(signal, hash, heldBy)), cancellationToken);
        await wakeUps.WakeAsync(incident, clock.GetUtcNow(), cancellationToken);
    }

    /// <param name="before">The last incident that owned the fingerprint.</param>
    public async Task OpenNewAsync(OpenNew fresh, Incident? before, Signal signal, Fingerprint fingerprint, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var incident = await stores.Incidents.OpenAsync(
            new Incident
            {
                Id = default,
                Service = signal.Service,
                Title = Titles.Of(signal),
                Severity = signal.Severity,
                OpenedAt = now,
                StateSince = now,
                NextDue = now,
                SplitOff = before?.SplitOff ?? [],
                Trigger = signal,
                Fingerprints = [Owned(signal, fingerprint, "opened by it")],
                Occurrence = (before?.Occurrence ?? 0) + 1,
                RecurrenceOf = before?.Id,
                Links = fresh.Linked is { } linked ? [new Link(linked.Id, "same service at the same time, another error class")] : ImmutableArray<Link>.Empty,
                HeldBy = fresh.HeldBy?.Id,
            },
            PendingFolds.First(fingerprint.Hash, signal),
            new JournalEntry { At = now, Actor = "intake", Act = "opened", Why = $"{Titles.Of(signal)}: {fresh.Why}" },
            cancellationToken);
        open.Noticed(incident);
        await wakeUps.WakeAsync(incident.Id, now, cancellationToken);
    }

    private OwnedFingerprint Owned(Signal signal, Fingerprint fingerprint, string why) =>
        new(fingerprint, Fingerprint.Shown(signal, fingerprint.Strategy), signal.ErrorClass, signal.Workload, clock.GetUtcNow(), why) { Condition = signal.Condition };
}
