using System.Collections.Immutable;

namespace Nightjar.Core.Evidence;

/// <summary>How a container is, as its engine told at one moment. The words are those of the Docker Engine API.</summary>
public sealed record ContainerState
{
    /// <summary>The engine's id of this container; one that replaces it has the name, but not the id.</summary>
    public required string Id { get; init; }

    /// <summary>Without the slash that the engine puts before it.</summary>
    public required string Name { get; init; }

    public ContainerStatus Status { get; init; } = ContainerStatus.Created;

    public int ExitCode { get; init; }

    /// <summary>What kept it from starting; empty when nothing did.</summary>
    public string Error { get; init; } = "";

    public bool OomKilled { get; init; }

    /// <summary>Null when it has never run.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>How often the engine restarted it by its policy.</summary>
    public int Restarts { get; init; }

    public RestartPolicy Policy { get; init; } = RestartPolicy.No;

    /// <summary>Of the policy on-failure; 0 is without end.</summary>
    public int MostRetries { get; init; }

    public ContainerHealth Health { get; init; } = ContainerHealth.None;

    /// <summary>What its health check said last.</summary>
    public string HealthOutput { get; init; } = "";

    /// <summary>Bytes that it may have; null when it has no limit of its own.</summary>
    public long? MemoryLimit { get; init; }

    public bool IsDown => Status is ContainerStatus.Exited or ContainerStatus.Dead;
}

public enum ContainerStatus
{
    Created,
    Running,
    Paused,
    Restarting,
    Removing,
    Exited,
    Dead,
}

public enum RestartPolicy
{
    No,
    OnFailure,
    Always,
    UnlessStopped,
}

/// <summary>What the container's own health check says; <see cref="Starting"/> is neither well nor ill.</summary>
public enum ContainerHealth
{
    None,
    Starting,
    Healthy,
    Unhealthy,
}

/// <summary>What a container uses; counters since it started.</summary>
/// <param name="Cpu">Seconds of processor time, over all cores.</param>
/// <param name="Memory">Bytes, without the cache that can be dropped at once.</param>
public sealed record ContainerUsage(DateTimeOffset At, TimeSpan Cpu, long Memory, long NetworkIn, long NetworkOut, long DiskRead, long DiskWritten);

/// <summary>What its health URL answered.</summary>
/// <param name="Says">What was wrong; empty when it was well.</param>
public sealed record UrlAnswer(bool IsWell, string Says, TimeSpan Took);

/// <summary>All that one look at a container gave.</summary>
/// <param name="Usage">Null when it does not run, or was not asked.</param>
/// <param name="Url">Null when it has no health URL, or does not run.</param>
public sealed record ContainerLook(ContainerState State, ContainerUsage? Usage, UrlAnswer? Url, DateTimeOffset At)
{
    /// <summary>0 to 1; null without a limit.</summary>
    public double? MemoryShare => State.MemoryLimit is > 0 and var limit && Usage is { } usage ? (double)usage.Memory / limit : null;
}

/// <summary>Something that happened to a container, as the engine's event stream tells it.</summary>
/// <param name="ExitCode">Of <see cref="ContainerHappening.Died"/>.</param>
public sealed record ContainerEvent(string Id, string Name, ContainerHappening What, DateTimeOffset At, int ExitCode = 0)
{
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;
}

public enum ContainerHappening
{
    Started,

    /// <summary>Somebody had a signal sent to it; a stop begins with this too.</summary>
    Signalled,
    Died,

    /// <summary>Somebody had it stopped; comes after <see cref="Died"/>.</summary>
    Stopped,
    OutOfMemory,
    HealthChanged,
    Removed,
    Renamed,
    Other,
}
