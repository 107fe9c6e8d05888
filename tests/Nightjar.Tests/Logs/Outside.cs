using System.Collections.Concurrent;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Logs;

/// <summary>Door and store in memory.</summary>
internal sealed class Outside : ISignalDoor, IRates, IWatchMarks
{
    private readonly ConcurrentDictionary<string, string> marks = new();
    private readonly ConcurrentQueue<RateBucket> buckets = new();
    private readonly SemaphoreSlim arrived = new(0);
    private int triedInVain;

    public ConcurrentQueue<Signal> Signals { get; } = new();

    public int Refusals { get; set; }

    /// <summary>Nothing reaches the store any more, as if the process had been killed before.</summary>
    public bool IsDead { get; set; }

    public int TriedInVain => Volatile.Read(ref triedInVain);

    public long Counted(RateUnit of) => buckets.Where(b => b.Of == of).Sum(b => b.Total);

    public async Task<Signal> NextAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        Assert.True(await arrived.WaitAsync(patience, cancellationToken), "no signal came");
        return Signals.Last();
    }

    public ValueTask AcceptAsync(Signal signal, CancellationToken cancellationToken)
    {
        if (Refusals-- > 0)
        {
            throw new IOException("disk full");
        }

        Signals.Enqueue(signal);
        arrived.Release();
        return ValueTask.CompletedTask;
    }

    public Task AddAsync(IReadOnlyList<RateBucket> added, IReadOnlyDictionary<string, string> values, CancellationToken cancellationToken)
    {
        if (IsDead)
        {
            Interlocked.Increment(ref triedInVain);
            throw new IOException("killed");
        }

        foreach (var bucket in added)
        {
            buckets.Enqueue(bucket);
        }

        foreach (var (key, value) in values)
        {
            marks[key] = value;
        }

        return Task.CompletedTask;
    }

    public Task<RateReading> ReadAsync(ServiceName service, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<RateBucket>> SeriesAsync(ServiceName service, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string?> GetAsync(string key, CancellationToken cancellationToken) => Task.FromResult(marks.GetValueOrDefault(key));
}
