using System.Collections.Immutable;
using Nightjar.Core.Incidents;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Services;

namespace Nightjar.Core.Signals;

/// <summary>
/// Where every signal comes in: folds it into the open incident it belongs to, holds it back, or opens an incident. A repeat is
/// a count in memory, written within a second; an opening is on disk before the call returns.
/// </summary>
public sealed class Intake(IncidentStores stores, OpenIncidents open, HoldBack holdBack, Catalogue catalogue, IWakeUps wakeUps, IntakeOptions options, TimeProvider clock) : ISignalDoor
{
    /// <summary>Signals that may wait for the disk at once: 1,000 openings of 2 ms are 2 s. Past that they are dropped and counted.</summary>
    private const int MostWaiting = 1_000;

    private readonly PendingFolds pending = new();
    private readonly SemaphoreSlim opening = new(1, 1);
    private int waiting;
    private long accepted;
    private long opened;
    private long dropped;

    public IntakeFigures Figures => new(Interlocked.Read(ref accepted), Interlocked.Read(ref opened), pending.Folded, holdBack.Count, Interlocked.Read(ref dropped));

    public ValueTask AcceptAsync(Signal signal, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref accepted);
        if (TryFold(signal))
        {
            return ValueTask.CompletedTask;
        }

        if (Interlocked.Increment(ref waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref waiting);
            Interlocked.Increment(ref dropped);
            return ValueTask.CompletedTask;
        }

        return new ValueTask(OpenAsync(signal, cancellationToken));
    }

    /// <summary>Writes the counts that wait in memory; called every second and at the end.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var folds = pending.Take();
        try
        {
            if (folds.Count > 0)
            {
                await stores.Folds.AddAsync(folds, cancellationToken);
            }

            await holdBack.FlushAsync(cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            pending.PutBack(folds);
            throw;
        }
    }

    private bool TryFold(Signal signal)
    {
        foreach (var strategy in open.StrategiesBeside(options.Strategy))
        {
            var hash = Fingerprint.Of(signal, strategy).Hash;
            if (open.TryFind(hash, out var incident))
            {
                pending.Add(incident, hash, signal);
                return true;
            }
        }

        return false;
    }

    private async Task OpenAsync(Signal signal, CancellationToken cancellationToken)
    {
        await opening.WaitAsync(cancellationToken);
        try
        {
            var fingerprint = Fingerprint.Of(signal, options.Strategy);
            if (TryFold(signal) || await holdBack.HoldsAsync(signal, fingerprint, options.Strategy, cancellationToken))
            {
                return;
            }

            switch (Correlate.Judge(signal, fingerprint.Hash, open, catalogue))
            {
                case FoldInto into:
                    await FoldFingerprintAsync(into, signal, fingerprint, cancellationToken);
                    break;
                case OpenNew fresh:
                    await OpenNewAsync(fresh, signal, fingerprint, cancellationToken);
                    break;
            }
        }
        finally
        {
            opening.Release();
            Interlocked.Decrement(ref waiting);
        }
    }

    private async Task FoldFingerprintAsync(FoldInto into, Signal signal, Fingerprint fingerprint, CancellationToken cancellationToken)
    {
        var owned = Owned(signal, fingerprint, into.Why);
        await stores.Inbox.PostAsync(into.Incident.Id, InboxKind.FingerprintFolded, "intake", InboxText.Write(owned), cancellationToken);
        open.Own(fingerprint, into.Incident.Id);
        pending.Add(into.Incident.Id, fingerprint.Hash, signal);
        await wakeUps.WakeAsync(into.Incident.Id, clock.GetUtcNow(), cancellationToken);
    }

    private async Task OpenNewAsync(OpenNew fresh, Signal signal, Fingerprint fingerprint, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var before = await stores.Incidents.LatestAsync(fingerprint.Hash, cancellationToken);
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
        Interlocked.Increment(ref opened);
        open.Noticed(incident);
        await wakeUps.WakeAsync(incident.Id, now, cancellationToken);
    }

    private OwnedFingerprint Owned(Signal signal, Fingerprint fingerprint, string why) =>
        new(fingerprint, Fingerprint.Subject(signal, fingerprint.Strategy), signal.ErrorClass, signal.Workload, clock.GetUtcNow(), why);
}
