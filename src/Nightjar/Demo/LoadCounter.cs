using System.Collections.Immutable;

namespace Nightjar.Demo;

/// <summary>Counts answers, in all and by the second for the last ten.</summary>
internal sealed class LoadCounter(TimeProvider clock)
{
    private const int Seconds = 10;

    private readonly Lock gate = new();
    private readonly SortedDictionary<int, long> statuses = [];
    private readonly (long Second, long Requests, long Failures)[] recent = new (long, long, long)[Seconds];
    private readonly long started = clock.GetTimestamp();
    private long failures;
    private long unreachable;
    private int? stock;

    /// <param name="status">Null when there was no answer.</param>
    public void Add(int? status)
    {
        var failed = status is null or >= 500;
        lock (gate)
        {
            var second = Second();
            ref var slot = ref recent[second % Seconds];
            slot = slot.Second == second ? slot : (second, 0, 0);
            slot.Requests++;
            slot.Failures += failed ? 1 : 0;
            failures += failed ? 1 : 0;
            unreachable += status is null ? 1 : 0;
            if (status is { } answered)
            {
                statuses[answered] = statuses.GetValueOrDefault(answered) + 1;
            }
        }
    }

    public void SawStock(int units)
    {
        lock (gate)
        {
            stock = units;
        }
    }

    public LoadFigures Figures()
    {
        lock (gate)
        {
            var oldest = Second() - Seconds + 1;
            var (lately, lost) = recent.Where(slot => slot.Second >= oldest)
                .Aggregate((0L, 0L), (sum, slot) => (sum.Item1 + slot.Requests, sum.Item2 + slot.Failures));
            var elapsed = clock.GetElapsedTime(started);
            var span = elapsed < TimeSpan.FromSeconds(Seconds) ? elapsed : TimeSpan.FromSeconds(Seconds);
            return new LoadFigures(
                statuses.Values.Sum() + unreachable, failures, unreachable, statuses.ToImmutableSortedDictionary(),
                new RecentLoad(lately, lost, span), stock);
        }
    }

    private long Second() => (long)clock.GetElapsedTime(started).TotalSeconds;
}
