namespace Nightjar.Logs.Templates;

/// <summary>How often something happened in each of the last minutes. Minutes without an event take no room.</summary>
internal sealed class MinuteCounts
{
    /// <summary>An hour: what came before is no longer compared with.</summary>
    private const int Most = 60;

    private readonly Queue<(long Minute, long Count)> done = new();
    private long minute = long.MinValue;
    private long count;

    public MinuteCounts(IEnumerable<(long Minute, long Count)>? kept = null)
    {
        foreach (var (at, times) in (kept ?? []).Where(k => k.Count > 0).OrderBy(k => k.Minute))
        {
            Close();
            (minute, count) = (at, times);
        }
    }

    /// <summary>All that is counted, the oldest minute first.</summary>
    public IReadOnlyList<(long Minute, long Count)> Kept => [.. done, .. count > 0 ? [(minute, count)] : Array.Empty<(long, long)>()];

    public void Add(DateTimeOffset at)
    {
        var now = MinuteOf(at);
        if (now > minute)
        {
            Close();
            minute = now;
        }

        // What comes late counts as of the newest minute; a ring that is exact for stragglers is not worth its room.
        count++;
    }

    /// <summary>Adds those of another, minute by minute.</summary>
    public void Add(MinuteCounts other)
    {
        var all = new SortedDictionary<long, long>();
        foreach (var (at, times) in done.Concat(other.done).Append((minute, count)).Append((other.minute, other.count)).Where(m => m.Item2 > 0))
        {
            all[at] = all.GetValueOrDefault(at) + times;
        }

        done.Clear();
        (minute, count) = (long.MinValue, 0);
        foreach (var (at, times) in all)
        {
            Close();
            (minute, count) = (at, times);
        }
    }

    /// <summary>The sum of the minutes from that of <paramref name="from"/> up to, and without, that of <paramref name="to"/>.</summary>
    public long Between(DateTimeOffset from, DateTimeOffset to)
    {
        var (first, end) = (MinuteOf(from), MinuteOf(to));
        var sum = minute >= first && minute < end ? count : 0;
        foreach (var (at, times) in done)
        {
            sum += at >= first && at < end ? times : 0;
        }

        return sum;
    }

    private void Close()
    {
        if (count > 0)
        {
            done.Enqueue((minute, count));
            count = 0;
        }

        if (done.Count > Most)
        {
            done.Dequeue();
        }
    }

    private static long MinuteOf(DateTimeOffset at) => at.UtcTicks / TimeSpan.TicksPerMinute;
}
