using System.Collections.Immutable;
using Nightjar.Core.Signals;

namespace Nightjar.Core.Healing;

/// <summary>A kind of trouble that is counted before it is acted on, for each service by itself.</summary>
public sealed record AlertType
{
    /// <summary>The condition of signals that count for it, and what playbooks name it by.</summary>
    public string Name { get; init; } = "";

    public string Says { get; init; } = "";

    /// <summary>Log lines that are such a signal, as regular expressions.</summary>
    public ImmutableArray<string> Patterns { get; init; } = [];

    /// <summary>Other conditions that count for it, too. A signal that has its own name then is the verdict of somebody who counted, and escalates at once.</summary>
    public ImmutableArray<string> Counts { get; init; } = [];

    /// <summary>Kinds of workload that it counts, as in signals: <c>container</c>; all when empty.</summary>
    public ImmutableArray<string> Workloads { get; init; } = [];

    /// <summary>How far back is counted.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>From so many on it is healed; null: never.</summary>
    public int? HealAt { get; init; }

    /// <summary>At so many it goes to investigation, whatever healing does; null: only when healing failed.</summary>
    public int? EscalateAt { get; init; }

    /// <summary>For trouble that lasts: how long it must before it is healed.</summary>
    public TimeSpan? HealAfter { get; init; }

    /// <summary>For trouble that lasts: when it goes to investigation.</summary>
    public TimeSpan? EscalateAfter { get; init; }

    /// <summary>A lasting trouble that was not seen for so long is over.</summary>
    public TimeSpan Gap { get; init; } = TimeSpan.FromMinutes(2);

    public Severity? Severity { get; init; }

    /// <param name="workload">As in signals; null where none is known.</param>
    public bool Concerns(string? workload) => Workloads.IsEmpty || (workload is not null && Workloads.Contains(workload.Split('/')[0]));

    public bool Heals => HealAt is not null || HealAfter is not null;
}

/// <summary>What was counted of one type for one service.</summary>
public sealed record AlertTally
{
    /// <summary>Moments within the window, oldest first; never more than decide.</summary>
    public ImmutableArray<DateTimeOffset> Seen { get; init; } = [];

    /// <summary>Since when it lasts.</summary>
    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? LastSeen { get; init; }
}

/// <summary>What a signal of an alert type means.</summary>
public enum AlertVerdict
{
    /// <summary>Only counted so far.</summary>
    Counted,

    /// <summary>Enough to act on.</summary>
    Acts,

    /// <summary>Goes to investigation; the count begins anew.</summary>
    Escalates,
}

/// <summary>Counts as the eight alert types want it. Pure; time comes with the signal.</summary>
public static class AlertCounter
{
    /// <param name="at">When it happened; not later than now.</param>
    public static (AlertTally Tally, AlertVerdict Verdict) Count(AlertType type, AlertTally tally, DateTimeOffset at) =>
        type.HealAfter is null && type.EscalateAfter is null ? CountMoments(type, tally, at) : CountTime(type, tally, at);

    private static (AlertTally, AlertVerdict) CountMoments(AlertType type, AlertTally tally, DateTimeOffset at)
    {
        var most = Math.Max(type.EscalateAt ?? 1, type.HealAt ?? 1);
        var seen = tally.Seen.Add(at).Sort();
        seen = seen.RemoveAll(s => seen[^1] - s > type.Window);
        seen = seen.Length > most ? seen[^most..] : seen;
        tally = tally with { Seen = seen, LastSeen = seen[^1] };
        return seen.Length >= type.EscalateAt ? (new AlertTally(), AlertVerdict.Escalates)
            : seen.Length >= type.HealAt ? (tally, AlertVerdict.Acts)
            : type is { EscalateAt: null, HealAt: null } ? (tally, AlertVerdict.Acts)
            : (tally, AlertVerdict.Counted);
    }

    private static (AlertTally, AlertVerdict) CountTime(AlertType type, AlertTally tally, DateTimeOffset at)
    {
        var last = tally.LastSeen is { } seen && seen > at ? seen : at;
        var since = tally is { Since: { } begun, LastSeen: { } before } && at - before <= type.Gap ? begun : at;
        var lasts = last - since;
        tally = new AlertTally { Since = since, LastSeen = last };
        return lasts >= type.EscalateAfter ? (new AlertTally(), AlertVerdict.Escalates)
            : lasts >= type.HealAfter ? (tally, AlertVerdict.Acts)
            : (tally, AlertVerdict.Counted);
    }
}
