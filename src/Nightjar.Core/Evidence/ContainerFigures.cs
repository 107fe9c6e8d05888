namespace Nightjar.Core.Evidence;

/// <summary>What one look found of one container, as the store counts it. What is null was not measured, and is not counted.</summary>
/// <param name="Container">Its name, which outlives the container.</param>
/// <param name="Cpu">Cores in use since the look before: 1.5 is one and a half.</param>
/// <param name="Restarts">Deaths since the look before that nobody asked for.</param>
public sealed record ContainerFigure(string Container, DateTimeOffset At, bool? IsWell, TimeSpan? Response, double? Cpu, long? Memory, long? MemoryLimit, int Restarts)
{
    /// <summary>Bytes since the look before: received, sent, read from disks, written to them.</summary>
    public (long In, long Out, long Read, long Written) Moved { get; init; }
}

/// <summary>Figures of one container over a slice of time: five minutes for the last two days, an hour before that.</summary>
/// <param name="Well">Looks that found it well.</param>
/// <param name="Known">Looks that could tell.</param>
/// <param name="Response">Mean of its health URL; null when that was not asked.</param>
public sealed record ContainerSlice(DateTimeOffset Start, TimeSpan Length, long Well, long Known, TimeSpan? Response, double? Cpu, long? Memory, long? MostMemory, long? MemoryLimit, long Restarts)
{
    /// <summary>Bytes received, sent, read from disks, written to them.</summary>
    public (long In, long Out, long Read, long Written) Moved { get; init; }
}

/// <summary>The figures of containers over time, kept by the store and pruned after their retention.</summary>
public interface IContainerFigures
{
    public static readonly TimeSpan Fine = TimeSpan.FromMinutes(5);

    public static readonly TimeSpan Coarse = TimeSpan.FromHours(1);

    /// <summary>How long there are fine slices.</summary>
    public static readonly TimeSpan FineKept = TimeSpan.FromDays(2);

    Task AddAsync(IReadOnlyList<ContainerFigure> figures, CancellationToken cancellationToken);

    /// <summary>The slices that start in [from, to), oldest first: fine ones when all of that time still has them, else coarse ones.</summary>
    Task<IReadOnlyList<ContainerSlice>> SeriesAsync(string container, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Containers whose health URL took longer than that on average, slowest first, over slices that start in [from, to), at most two days.</summary>
    Task<IReadOnlyList<(string Container, TimeSpan Mean)>> SlowerThanAsync(TimeSpan mean, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);

    /// <summary>Share of the looks that could tell and found it well, by container, over coarse slices that start in [from, to).</summary>
    Task<IReadOnlyDictionary<string, double>> UptimeAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);
}
