using Nightjar.Core.Services;
using Nightjar.Logs.Events;

namespace Nightjar.Logs.Rates;

/// <summary>
/// Counts of the last seconds, one slice a second, by the events' own time. Holds as many slices as the window of the error rate
/// is long, and a few for lines that come late.
/// </summary>
internal sealed class RateWindow
{
    private const int Late = 5;

    private readonly Slice[] slices;
    private long latest = long.MinValue;

    /// <param name="seconds">Length of the longest window that will be asked for.</param>
    public RateWindow(int seconds)
    {
        slices = new Slice[seconds + Late];
        for (var i = 0; i < slices.Length; i++)
        {
            slices[i] = new Slice();
        }
    }

    /// <summary>The second of the newest event; no window ends later. Null before the first.</summary>
    public long? Latest => latest == long.MinValue ? null : latest;

    /// <param name="second">Seconds since 1970.</param>
    /// <param name="group">Number of the kind of error; null when the event is none.</param>
    public void Add(long second, LogEvent line, int? group)
    {
        latest = Math.Max(latest, second);
        if (second > latest - slices.Length)
        {
            At(second).Add(line, group);
        }
    }

    /// <summary>Sums of the seconds in (end - length, end], with the counts of each group.</summary>
    public WindowTotals Read(long end, int length)
    {
        var totals = new WindowTotals();
        for (var second = end - length + 1; second <= end; second++)
        {
            var slice = slices[Index(second)];
            if (slice.Second == second)
            {
                totals.Add(slice);
            }
        }

        return totals;
    }

    private Slice At(long second)
    {
        var slice = slices[Index(second)];
        if (slice.Second != second)
        {
            slice.Begin(second);
        }

        return slice;
    }

    private int Index(long second) => (int)(((second % slices.Length) + slices.Length) % slices.Length);
}

/// <summary>What was counted in one second.</summary>
internal sealed class Slice
{
    public long Second { get; private set; } = long.MinValue;

    public long Lines { get; private set; }

    public long LineErrors { get; private set; }

    public long Requests { get; private set; }

    public long RequestErrors { get; private set; }

    /// <summary>Error events by group; null while there is none.</summary>
    public Dictionary<int, long>? Groups { get; private set; }

    public void Begin(long second)
    {
        Second = second;
        (Lines, LineErrors, Requests, RequestErrors) = (0, 0, 0, 0);
        Groups?.Clear();
    }

    public void Add(LogEvent line, int? group)
    {
        Lines++;
        LineErrors += line.IsError ? 1 : 0;
        Requests += line.HttpStatus is null ? 0 : 1;
        RequestErrors += line.HttpStatus >= 500 ? 1 : 0;
        if (group is { } number)
        {
            Groups ??= [];
            Groups[number] = Groups.GetValueOrDefault(number) + 1;
        }
    }
}

/// <summary>Sums over a window.</summary>
internal sealed class WindowTotals
{
    public long Lines { get; private set; }

    public long LineErrors { get; private set; }

    public long Requests { get; private set; }

    public long RequestErrors { get; private set; }

    public Dictionary<int, long> Groups { get; } = [];

    public void Add(Slice slice)
    {
        Lines += slice.Lines;
        LineErrors += slice.LineErrors;
        Requests += slice.Requests;
        RequestErrors += slice.RequestErrors;
        foreach (var (group, count) in slice.Groups ?? [])
        {
            Groups[group] = Groups.GetValueOrDefault(group) + count;
        }
    }

    /// <summary>One event more, that is not closed yet.</summary>
    public void Add(LogEvent line, int? group)
    {
        var slice = new Slice();
        slice.Add(line, group);
        Add(slice);
    }

    /// <summary>What is counted: requests once one was seen, unless the configuration says.</summary>
    public RateUnit Unit(RateUnit configured) => configured != RateUnit.Auto ? configured : Requests > 0 ? RateUnit.Requests : RateUnit.Lines;
}
