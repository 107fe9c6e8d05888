using System.Collections.Immutable;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;

namespace Nightjar.Core.Runs;

/// <summary>How a run ended, or that it has not.</summary>
public enum RunStatus
{
    Running,

    /// <summary>Nothing was wrong.</summary>
    Ok,

    /// <summary>Something was wrong, and what was done is proven to have helped.</summary>
    Fixed,

    /// <summary>It could not look, was cut off, or gave up.</summary>
    Failed,

    /// <summary>Something was wrong and is told; nothing of ours is proven to have mended it.</summary>
    IssuesFound,
}

/// <summary>How far one fix is.</summary>
public enum FixStatus
{
    /// <summary>Nobody has begun, or a person is asked first.</summary>
    Pending,

    /// <summary>The cause is looked for, or what was done must yet show that it helped.</summary>
    Analyzing,

    /// <summary>Seen from outside to have helped.</summary>
    Success,

    Failed,

    /// <summary>People were told what is wrong, and what would help; nothing was done, or nothing is proven.</summary>
    Reported,

    /// <summary>It made things worse, and was taken back.</summary>
    RolledBack,
}

/// <summary>One pass over everything, or one incident from its beginning to its end: what was looked at, found and done.</summary>
public sealed record Run
{
    public long Id { get; init; }

    /// <summary>Null for a pass.</summary>
    public IncidentId? Incident { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Of a cluster; for a pass all that were looked at, for what is in no namespace empty.</summary>
    public string Namespace { get; init; } = "";

    public required Mode Mode { get; init; }

    public RunStatus Status { get; init; } = RunStatus.Running;

    /// <summary>Pods that were looked at; for an incident those that are known to be concerned, 0 when none is.</summary>
    public int Pods { get; init; }

    public int Errors { get; init; }

    /// <summary>Those with success alone.</summary>
    public int Fixes { get; init; }

    /// <summary>Markdown for people; empty while there is none.</summary>
    public string Report { get; init; } = "";

    /// <summary>The journal's rows of a pass: after the first, up to the last. Null for an incident, whose rows are its own.</summary>
    public (long After, long Last)? Log { get; init; }
}

/// <summary>What was, or would be, done about one thing that was wrong.</summary>
/// <param name="Key">With the run its identity.</param>
/// <param name="Pod">The pod, or the workload when a person would name that.</param>
/// <param name="Applied">In words; empty while nothing was.</param>
public sealed record Fix(string Key, DateTimeOffset At, string Namespace, string Pod, string ErrorType, string ErrorMessage, string Applied, FixStatus Status);

/// <summary>A run with what belongs to it.</summary>
public sealed record RunRecord(Run Run, ImmutableArray<Fix> Fixes);

/// <summary>Which runs to list.</summary>
public sealed record RunQuery
{
    public string? Namespace { get; init; }

    /// <summary>Only those with a lower number.</summary>
    public long? Before { get; init; }

    public int Limit { get; init; } = 50;
}

/// <summary>
/// The runs on disk. Those of incidents are written by the store itself, in the transaction that writes the incident: nobody can
/// forget or forge one.
/// </summary>
public interface IRuns
{
    /// <summary>Which mode the runs of incidents have that begin from now on.</summary>
    void In(Mode mode);

    /// <summary>Begins a pass. One that a killed process left running has failed.</summary>
    Task<Run> BeginAsync(Run draft, CancellationToken cancellationToken);

    /// <summary>Ends a pass that was begun, with its fixes.</summary>
    Task EndAsync(RunRecord record, CancellationToken cancellationToken);

    /// <summary>Newest first, without their reports.</summary>
    Task<IReadOnlyList<Run>> ListAsync(RunQuery query, CancellationToken cancellationToken);

    Task<RunRecord?> GetAsync(long id, CancellationToken cancellationToken);

    /// <summary>Namespaces that runs were in, in order.</summary>
    Task<IReadOnlyList<string>> NamespacesAsync(CancellationToken cancellationToken);
}
