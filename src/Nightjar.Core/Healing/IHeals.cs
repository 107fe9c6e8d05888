using Nightjar.Core.Incidents;
using Nightjar.Core.Services;

namespace Nightjar.Core.Healing;

/// <summary>One action of healing; on disk before it is done.</summary>
public sealed record HealRow
{
    public required IncidentId Incident { get; init; }

    /// <summary>With the incident its identity.</summary>
    public required string Key { get; init; }

    public required ServiceName Service { get; init; }

    public required string Playbook { get; init; }

    /// <summary>The name of the step's action: with the playbook the strategy.</summary>
    public required string Action { get; init; }

    public string? Workload { get; init; }

    public required DateTimeOffset At { get; init; }

    public HealEnd End { get; init; } = HealEnd.Running;

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>It was counted for an escalation already.</summary>
    public bool IsEscalated { get; init; }

    public bool HasFailed => End is HealEnd.Ineffective or HealEnd.Failed or HealEnd.RolledBack;
}

/// <summary>How a strategy did for one service.</summary>
public sealed record StrategyRecord(ServiceName Service, string Playbook, string Action, int Verified, int Failed)
{
    /// <summary>0 to 1, of those that ended one way or the other.</summary>
    public double SuccessRate => Verified + Failed == 0 ? 0 : (double)Verified / (Verified + Failed);
}

/// <summary>What healing came to over a time, by what was verified.</summary>
/// <param name="Ended">Incidents that ended.</param>
/// <param name="Healed">Those of them that a verified action ended.</param>
/// <param name="Unhealed">Open incidents for which an action failed and none was verified.</param>
public sealed record HealFigures(int Ended, int Healed, int Unhealed)
{
    public double ShareHealed => Ended == 0 ? 0 : (double)Healed / Ended;
}

/// <summary>All healing was stopped, until a person resumes it.</summary>
/// <param name="ResumedAt">Null while it is stopped.</param>
public sealed record HealStop(DateTimeOffset Since, string Why, DateTimeOffset? ResumedAt = null);

/// <summary>The actions of healing on disk.</summary>
public interface IHeals
{
    /// <summary>Those that began after a time, oldest first.</summary>
    Task<IReadOnlyList<HealRow>> SinceAsync(DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>The row that is there already under this incident and key; else this one, which is written.</summary>
    Task<HealRow> BeginAsync(HealRow row, CancellationToken cancellationToken);

    Task EndAsync(IncidentId incident, string key, HealEnd end, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>The failed actions of a service led to an escalation: they count for no second one.</summary>
    Task EscalatedAsync(ServiceName service, CancellationToken cancellationToken);

    /// <summary>Those with an end, of one service or of all; the ones that worked most often first.</summary>
    Task<IReadOnlyList<StrategyRecord>> StrategiesAsync(ServiceName? service, CancellationToken cancellationToken);

    Task<HealFigures> FiguresAsync(DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>The last stop; null when there never was one.</summary>
    Task<HealStop?> GetStopAsync(CancellationToken cancellationToken);

    Task SetStopAsync(HealStop stop, CancellationToken cancellationToken);
}

/// <summary>The counts of the alert types on disk.</summary>
public interface IAlertTallies
{
    Task<AlertTally> GetAsync(ServiceName service, string type, CancellationToken cancellationToken);

    Task SetAsync(ServiceName service, string type, AlertTally tally, CancellationToken cancellationToken);

    Task<IReadOnlyList<(ServiceName Service, string Type, AlertTally Tally)>> ListAsync(CancellationToken cancellationToken);
}
