using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Logs.Events;

namespace Nightjar.Logs.Rates;

/// <summary>Counts that the store does not have yet, in its slices of ten seconds.</summary>
internal sealed class BucketLedger(ServiceName service, RateUnit configured)
{
    private readonly SortedDictionary<long, (long Errors, long Total, long RequestErrors, long Requests)> pending = [];
    private bool countsRequests = configured == RateUnit.Requests;

    public void Add(DateTimeOffset at, LogEvent line)
    {
        countsRequests |= configured == RateUnit.Auto && line.HttpStatus is not null;
        var slot = at.UtcTicks / RateBucket.Slice.Ticks;
        var (errors, total, requestErrors, requests) = pending.GetValueOrDefault(slot);
        pending[slot] = (
            errors + (line.IsError ? 1 : 0),
            total + 1,
            requestErrors + (line.HttpStatus >= 500 ? 1 : 0),
            requests + (line.HttpStatus is null ? 0 : 1));
    }

    /// <summary>
    /// Hands out what there is. A service that was seen to log requests is counted in requests from then on: a quiet slice with lines
    /// alone must not mix two units in one series.
    /// </summary>
    public IReadOnlyList<RateBucket> Take()
    {
        var buckets = pending
            .Select(x => countsRequests
                ? new RateBucket(service, Start(x.Key), x.Value.RequestErrors, x.Value.Requests, RateUnit.Requests)
                : new RateBucket(service, Start(x.Key), x.Value.Errors, x.Value.Total, RateUnit.Lines))
            .Where(b => b.Total > 0)
            .ToList();
        pending.Clear();
        return buckets;
    }

    private static DateTimeOffset Start(long slot) => new(slot * RateBucket.Slice.Ticks, TimeSpan.Zero);
}
