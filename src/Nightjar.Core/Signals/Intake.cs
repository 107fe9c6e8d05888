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
    private readonly Openings openings = new(stores, open, wakeUps, clock, options);
    private readonly SemaphoreSlim opening = new(1, 1);
    private int waiting;
    private long accepted;
    private long opened;
    private long dropped;

    public IntakeFigures Figures => new(Interlocked.Read(ref accepted), Interlocked.Read(ref opened), pending.Folded, holdBack.Count, Interlocked.Read(ref dropped));

    public ValueTask AcceptAsync(Signal signal, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref accepted);
        signal = signal.Bounded();
        if (TryFold(signal) is { } owned)
        {
            return signal.Condition is not null && open.IsBack(owned.Incident, owned.Hash, signal.At)
                ? new ValueTask(openings.TellComebackAsync(owned.Incident, signal, owned.Hash, null, cancellationToken))
                : ValueTask.CompletedTask;
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
        }
        catch (StoreUnavailableException)
        {
            pending.PutBack(folds);
            throw;
        }

        await holdBack.FlushAsync(cancellationToken);
    }

    private (IncidentId Incident, string Hash)? TryFold(Signal signal)
    {
        foreach (var strategy in open.StrategiesBeside(options.Strategy))
        {
            var hash = Fingerprint.Of(signal, strategy).Hash;
            if (open.TryFind(hash, out var incident))
            {
                pending.Add(incident, hash, signal);
                return (incident, hash);
            }
        }

        return null;
    }

    private async Task OpenAsync(Signal signal, CancellationToken cancellationToken)
    {
        try
        {
            await opening.WaitAsync(cancellationToken);
            try
            {
                await OpenInTurnAsync(signal, cancellationToken);
            }
            finally
            {
                opening.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    private async Task OpenInTurnAsync(Signal signal, CancellationToken cancellationToken)
    {
        var fingerprint = Fingerprint.Of(signal, options.Strategy);
        if (TryFold(signal) is not null || await holdBack.HoldsAsync(signal, fingerprint, options.Strategy, cancellationToken))
        {
            return;
        }

        var before = await stores.Incidents.LatestAsync(fingerprint.Hash, cancellationToken);

        // An incident that ends while we look at it is not open when we look again.
        OpenNew? fresh = null;
        while (fresh is null)
        {
            switch (Correlate.Judge(signal, fingerprint.Hash, before, open, catalogue))
            {
                case FoldInto into when await openings.TryFoldIntoAsync(into, signal, fingerprint, pending, cancellationToken):
                    return;
                case OpenNew judged:
                    fresh = judged;
                    break;
            }
        }

        if (before is not null && await openings.TryOpenAgainAsync(fresh, before, signal, fingerprint, pending, cancellationToken))
        {
            return;
        }

        await openings.OpenNewAsync(fresh, before, signal, fingerprint, cancellationToken);
        Interlocked.Increment(ref opened);
    }
}
