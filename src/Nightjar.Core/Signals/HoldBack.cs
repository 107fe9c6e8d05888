using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;

namespace Nightjar.Core.Signals;

/// <summary>
/// Signals that open nothing: silenced, cooling down after their request was closed, or the echo of an incident that ended. Each is
/// counted with its reason.
/// </summary>
public sealed class HoldBack(ISilences silences, IFingerprintLedger ledger, IIncidents incidents, Catalogue catalogue, TimeProvider clock)
{
    /// <summary>How old the rules in memory may be: a new silence takes hold within this.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromMilliseconds(200);

    /// <summary>Different fingerprints counted between two flushes; about 2 MB. More are counted together.</summary>
    private const int MostRows = 5_000;

    private readonly Lock gate = new();
    private readonly Dictionary<(string Hash, string Reason), HeldBack> rows = [];
    private IReadOnlyList<Silence> active = [];
    private IReadOnlyDictionary<string, DateTimeOffset> cooling = new Dictionary<string, DateTimeOffset>();
    private DateTimeOffset readAt = DateTimeOffset.MinValue;
    private long count;

    public long Count => Interlocked.Read(ref count);

    public async Task<bool> HoldsAsync(Signal signal, Fingerprint fingerprint, FingerprintStrategy strategy, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if ((now - readAt).Duration() > Fresh)
        {
            active = await silences.ActiveAsync(now, cancellationToken);
            cooling = await ledger.CoolingAsync(now, cancellationToken);
            readAt = now;
        }

        // A cool-down or a silence may be from before the strategy was changed.
        var other = Fingerprint.Of(signal, strategy == FingerprintStrategy.Class ? FingerprintStrategy.Evidence : FingerprintStrategy.Class);
        if ((Reason(signal, fingerprint.Hash, now) ?? Reason(signal, other.Hash, now) ?? await EchoAsync(signal, fingerprint.Hash, now, cancellationToken)) is not { } reason)
        {
            return false;
        }

        Interlocked.Increment(ref count);
        Add(new HeldBack(fingerprint.Hash, Fingerprint.Shown(signal, strategy), reason, 1, signal.At, signal.At));
        return true;
    }

    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        HeldBack[] taken;
        lock (gate)
        {
            taken = [.. rows.Values];
            rows.Clear();
        }

        if (taken.Length == 0)
        {
            return;
        }

        try
        {
            await ledger.AddHeldBackAsync(taken, cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            Array.ForEach(taken, Add);
            throw;
        }
    }

    private string? Reason(Signal signal, string hash, DateTimeOffset now)
    {
        if (active.FirstOrDefault(s => s.Covers(signal.Service.Value, hash, now)) is { } silence)
        {
            return $"silence {silence.Id} of {silence.By}";
        }

        return cooling.TryGetValue(hash, out var until) && now < until ? "cool-down" : null;
    }

    /// <summary>
    /// For the length of a window after an incident ended, the error rate still counts failures from before its end: they tell nothing
    /// new. Not for longer, so that a source whose clock is behind is not ignored for good.
    /// </summary>
    private async Task<string?> EchoAsync(Signal signal, string hash, DateTimeOffset now, CancellationToken cancellationToken) =>
        await incidents.LatestAsync(hash, cancellationToken) is { EndedAt: { } ended } before
            && signal.At < ended && now - ended <= catalogue.Get(signal.Service).ErrorRate.Window
            ? $"echo of {before.Id}, which ended"
            : null;

    private void Add(HeldBack row)
    {
        lock (gate)
        {
            var key = (rows.Count < MostRows ? row.Hash : "(many)", row.Reason);
            rows[key] = rows.TryGetValue(key, out var old)
                ? old with { Count = old.Count + row.Count, LastSeen = row.LastSeen > old.LastSeen ? row.LastSeen : old.LastSeen }
                : row with { Hash = key.Item1 };
        }
    }
}
