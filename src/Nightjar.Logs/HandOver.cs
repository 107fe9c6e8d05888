using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Logs;

/// <summary>
/// Gives away what the watchers of one service found: signals first, then the rates and the marks of how far each of them read, all or
/// nothing. A kill in between makes us read some lines again, which repeats a signal, but neither loses a line nor counts one twice.
/// </summary>
internal sealed partial class HandOver(ServiceName service, ServiceLog log, LogStores stores, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan CommitEvery = TimeSpan.FromSeconds(1);

    /// <summary>What was learned is a help, and may lag: a kill costs the counts of so long.</summary>
    private static readonly TimeSpan KeepEvery = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly Queue<Signal> signals = new();
    private readonly List<RateBucket> buckets = [];
    private readonly Dictionary<string, Func<string?>> readers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> stored = new(StringComparer.Ordinal);
    private long committed;
    private long committedEvents;
    private long kept;
    private long? keptEvents;
    private bool isDirty = true;

    /// <summary>When what was taken in is to be on disk at the latest; null when all of it is.</summary>
    public TimeSpan? CommitIn => IsDirty ? CommitEvery - clock.GetElapsedTime(committed) is var rest && rest > TimeSpan.Zero ? rest : TimeSpan.Zero : null;

    private bool IsDirty => isDirty || log.Events != committedEvents;

    /// <summary>
    /// Who holds the turn takes lines in, delivers and commits: what was counted and how far was read never come apart. Dispose of it
    /// to pass the turn on.
    /// </summary>
    public async Task<IDisposable> TurnAsync(CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        return new Turn(turn);
    }

    /// <summary>From now on the reader's mark is kept with what is counted. Returns the one it left; null when it never ran.</summary>
    /// <param name="source">Which of the service's readers; empty for its files.</param>
    /// <param name="mark">How far it has read, asked in somebody's turn; null keeps the mark before.</param>
    public async Task<string?> JoinAsync(string source, Func<string?> mark, CancellationToken cancellationToken)
    {
        var key = source.Length == 0 ? $"logs:{service}" : $"logs:{service}:{source}";
        if (keptEvents is null)
        {
            await TakeUpAsync(cancellationToken);
        }

        var left = await stores.Marks.GetAsync(key, cancellationToken);
        if (left is not null)
        {
            stored[key] = left;
        }

        readers[key] = mark;
        return left;
    }

    /// <summary>Hands over the triggers that fired, and these alarms.</summary>
    public async Task DeliverAsync(ImmutableArray<Signal> alarms, CancellationToken cancellationToken)
    {
        foreach (var signal in log.TakeFired().Concat(alarms))
        {
            signals.Enqueue(signal);
        }

        while (signals.TryPeek(out var next))
        {
            await stores.Door.AcceptAsync(next, cancellationToken);
            signals.Dequeue();
        }
    }

    /// <summary>Commits if something changed and it is time.</summary>
    /// <param name="hasMoved">A mark has moved, though perhaps no event has ended.</param>
    public async Task CommitDueAsync(CancellationToken cancellationToken, bool hasMoved = false)
    {
        isDirty |= hasMoved;
        if (CommitIn == TimeSpan.Zero)
        {
            await CommitAsync(cancellationToken);
        }
    }

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        committedEvents = log.Events;
        buckets.AddRange(log.TakeBuckets());
        var moved = readers
            .Select(r => KeyValuePair.Create(r.Key, r.Value()))
            .Where(m => m.Value is not null && m.Value != stored.GetValueOrDefault(m.Key))
            .ToDictionary(m => m.Key, m => m.Value ?? "");
        if (buckets.Count > 0 || moved.Count > 0)
        {
            await stores.Rates.AddAsync([.. buckets], moved, cancellationToken);
            buckets.Clear();
            foreach (var (key, value) in moved)
            {
                stored[key] = value;
            }
        }

        committed = clock.GetTimestamp();
        isDirty = false;
        if (clock.GetElapsedTime(kept) >= KeepEvery)
        {
            await KeepAsync(cancellationToken);
        }
    }

    /// <summary>Commits, and keeps what was learned: a reader stops.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        await CommitAsync(cancellationToken);
        await KeepAsync(cancellationToken);
    }

    private async Task TakeUpAsync(CancellationToken cancellationToken)
    {
        if (await stores.Memory.LoadAsync(service, cancellationToken) is { } left && !log.TakeUp(left))
        {
            CouldNotTakeUp(service);
        }

        kept = clock.GetTimestamp();
        keptEvents = log.Events;
    }

    private async Task KeepAsync(CancellationToken cancellationToken)
    {
        if (log.Events is var events && events != keptEvents)
        {
            await stores.Memory.SaveAsync(service, log.Keep(), cancellationToken);
            keptEvents = events;
        }

        kept = clock.GetTimestamp();
    }

    [LoggerMessage(2104, LogLevel.Warning, "What was learned of the logs of {Service} before could not be read; it is learned anew, and what is new or rising is known after a while")]
    private partial void CouldNotTakeUp(ServiceName service);

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
