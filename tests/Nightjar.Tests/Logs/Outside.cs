using System.Collections.Concurrent;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Logs;

namespace Nightjar.Tests.Logs;

/// <summary>Door and store in memory.</summary>
internal sealed class Outside : ISignalDoor, IRates, IWatchMarks, ILogMemory
{
    private readonly ConcurrentDictionary<string, string> marks = new();
    private readonly ConcurrentQueue<RateBucket> buckets = new();
    private readonly SemaphoreSlim arrived = new(0);
    private int triedInVain;

    public Outside() => Stores = new LogStores(this, this, this, this);

    public LogStores Stores { get; }

    /// <summary>What was learned of logs.</summary>
    public ConcurrentDictionary<ServiceName, byte[]> Memory { get; } = new();

    public int Saves { get; private set; }

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

    public Task<byte[]?> LoadAsync(ServiceName service, CancellationToken cancellationToken) => Task.FromResult(Memory.GetValueOrDefault(service));

    public Task SaveAsync(ServiceName service, byte[] state, CancellationToken cancellationToken)
    {
        Saves++;
        Memory[service] = state;
        return Task.CompletedTask;
    }

    public Task<string?> GetAsync(string key, CancellationToken cancellationToken) => Task.FromResult(marks.GetValueOrDefault(key));
}
