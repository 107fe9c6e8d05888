namespace Nightjar.Core.Services;

/// <summary>What runs, looked at now: for whoever must know whether a workload is well, and does not take anybody's word for it.</summary>
public interface IWorkloads
{
    /// <summary>Null when this room does not know the workload.</summary>
    /// <param name="workload">As in signals: <c>container/web</c>.</param>
    Task<WorkloadStanding?> LookAsync(ServiceName service, string workload, CancellationToken cancellationToken);
}

/// <summary>How a workload is at a moment.</summary>
/// <param name="IsWell">Null while it cannot be told: it starts, or nobody answers who could tell.</param>
/// <param name="Says">In a line for people: <c>running since 12:03, healthy</c>, <c>exited with code 137, out of memory</c>.</param>
/// <param name="StartedAt">When it last began to run, by its platform's clock.</param>
/// <param name="Restarts">As its platform counts them.</param>
public sealed record WorkloadStanding(bool? IsWell, string Says, DateTimeOffset At, DateTimeOffset? StartedAt, int Restarts)
{
    /// <summary>Parts of it that are ready; null where it has none that are counted.</summary>
    public int? Ready { get; init; }

    /// <summary>When what it runs now was rolled out, where something else ran before it and can again; null otherwise.</summary>
    public DateTimeOffset? RolledOutAt { get; init; }
}
