using System.Collections.Immutable;
using System.Globalization;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Healing;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Core.Evidence;

/// <summary>
/// What was seen of one problem, typed, at one moment. Live watchers fill it; a closed incident is frozen as one; diagnosis,
/// briefs and reports read nothing else. Written to disk as versioned JSON (see <see cref="BundleFormat"/>).
/// </summary>
public sealed record EvidenceBundle
{
    public required ServiceName Service { get; init; }

    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>The first failing line, or the first signal where no line is known.</summary>
    public required DateTimeOffset Onset { get; init; }

    public required Signal Trigger { get; init; }

    public LogDigest? Logs { get; init; }

    /// <summary>The error rate around the onset, oldest first.</summary>
    public ImmutableArray<RateBucket> Rates { get; init; } = [];

    /// <summary>Commits and deployments before the onset, newest first.</summary>
    public ImmutableArray<Change> Changes { get; init; } = [];

    /// <summary>What was done about it before its cause was looked for, and how that ended; oldest first.</summary>
    public ImmutableArray<TriedAction> Tried { get; init; } = [];

    /// <summary>The container that it is about, around the onset; null when it is about none, or nothing was measured.</summary>
    public ContainerUse? Container { get; init; }

    /// <summary>The cluster around what it is about; null when it is about nothing in a cluster.</summary>
    public ClusterSnapshot? Cluster { get; init; }

    /// <summary>What could not be looked at, and why; an answer says this too.</summary>
    public ImmutableArray<string> Missing { get; init; } = [];
}

/// <summary>What a container used around an onset, oldest first.</summary>
public sealed record ContainerUse(string Name, ImmutableArray<ContainerUseSlice> Slices);

/// <summary>A slice of it; what is null was not measured.</summary>
/// <param name="Cpu">Cores in use.</param>
/// <param name="Memory">Bytes at most, and of how many.</param>
/// <param name="Response">Mean of its health URL.</param>
public sealed record ContainerUseSlice(DateTimeOffset Start, TimeSpan Length, double? Cpu, long? Memory, long? MemoryLimit, long Restarts, TimeSpan? Response)
{
    /// <summary>In a line for people: <c>0.25 cores, 210 of 256 MiB, 2 restarts</c>.</summary>
    public override string ToString() => string.Join(", ", new[]
    {
        Cpu is { } cpu ? string.Create(CultureInfo.InvariantCulture, $"{cpu:0.00} cores") : null,
        Memory is { } memory ? string.Create(CultureInfo.InvariantCulture, $"{memory / 1048576.0:0.#}{(MemoryLimit is { } limit ? string.Create(CultureInfo.InvariantCulture, $" of {limit / 1048576.0:0.#}") : "")} MiB") : null,
        Response is { } response ? string.Create(CultureInfo.InvariantCulture, $"answered in {response.TotalMilliseconds:0} ms") : null,
        string.Create(CultureInfo.InvariantCulture, $"{Restarts} restart{(Restarts == 1 ? "" : "s")}"),
    }.Where(s => s is not null));
}

/// <summary>Something people did to a service: a commit, a deployment, a change of its configuration.</summary>
public sealed record Change(ChangeKind Kind, string Id, DateTimeOffset At, string Author, string Summary);

public enum ChangeKind
{
    Commit,
    Deployment,
    Configuration,
}

/// <summary>What the logs of a service said around an onset.</summary>
public sealed record LogDigest
{
    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }

    public long Lines { get; init; }

    public long Errors { get; init; }

    /// <summary>Most frequent first.</summary>
    public ImmutableArray<LogTemplate> Templates { get; init; } = [];

    /// <summary>Error events with a class, grouped by class and own top frame, most frequent first.</summary>
    public ImmutableArray<ErrorGroup> ErrorGroups { get; init; } = [];

    /// <summary>Up to <see cref="MostAround"/> lines before and after the onset, as they came; secrets and all, until they are part of a bundle.</summary>
    public ImmutableArray<LoggedLine> Around { get; init; } = [];

    public const int MostAround = 500;

    /// <summary>What the source of the logs could not tell, and why.</summary>
    public ImmutableArray<string> Missing { get; init; } = [];
}

/// <summary>One event of a log as it was written; a stack trace is one.</summary>
public sealed record LoggedLine(DateTimeOffset At, string Text);

/// <summary>Lines that differ only in their variables.</summary>
/// <param name="Trend">Against the same length of time before the onset.</param>
public sealed record LogTemplate(string Id, string Text, string Level, long Count, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, TemplateTrend Trend, string Sample);

public enum TemplateTrend
{
    Steady,
    Rising,
    New,
}

/// <summary>One kind of error: its class, a message, the frames of one occurrence.</summary>
public sealed record ErrorGroup(string ErrorClass, string Message, long Count, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, ImmutableArray<StackFrame> Frames, string Sample)
{
    /// <summary>Ids of a few traces in which it happened, where the source knows them.</summary>
    public ImmutableArray<string> Traces { get; init; } = [];
}

/// <summary>Reads what the logs of a service said; the log engine implements it, and so do stores that hold logs.</summary>
public interface ILogDigests
{
    /// <summary>Null when it knows no logs of this service.</summary>
    Task<LogDigest?> DigestAsync(ServiceName service, DateTimeOffset onset, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>The frozen bundles on disk, one or more an incident.</summary>
public interface IEvidenceStore
{
    /// <summary>Returns the evidence id under which it is kept, such as <c>12-1</c>.</summary>
    Task<string> KeepAsync(Incidents.IncidentId incident, EvidenceBundle bundle, CancellationToken cancellationToken);

    Task<IReadOnlyList<(string Id, EvidenceBundle Bundle)>> ReadAsync(Incidents.IncidentId incident, CancellationToken cancellationToken);
}
