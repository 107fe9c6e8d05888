using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Connectors;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Storage.Sqlite;
using Nightjar.Testing;

namespace Nightjar.Tests.Connectors;

/// <summary>A stand-in for a store whose answers the test chooses, and a real store of Nightjar behind the watchers.</summary>
internal sealed class RateLab(StandIn standIn, DirectoryInfo folder, SqliteStore store, FakeClock clock) : ISignalDoor, IAsyncDisposable
{
    public FakeClock Clock => clock;

    public Func<Asked, (int Status, string Body)> Answer
    {
        get => standIn.Answer;
        set => standIn.Answer = value;
    }

    public Task Holds
    {
        get => standIn.Holds;
        set => standIn.Holds = value;
    }

    public ConcurrentQueue<Asked> Questions => standIn.Questions;

    public ConcurrentQueue<Signal> Signals { get; } = new();

    public IWatchMarks Marks => store.Marks;

    public static async Task<RateLab> StartAsync()
    {
        var (clock, folder) = (new FakeClock(), Directory.CreateTempSubdirectory("nightjar-rates-"));
        return new RateLab(await StandIn.StartAsync(), folder, await SqliteStore.OpenAsync(Path.Combine(folder.FullName, "nightjar.db"), clock, CancellationToken.None), clock);
    }

    public static Service Service(string name, double threshold = 0.15, int minVolume = 100) =>
        new() { Name = new ServiceName(name), ErrorRate = new ErrorRateOptions { Threshold = threshold, MinVolume = minVolume } };

    public RateSourceOptions ClickHouse(Func<RateSourceOptions, RateSourceOptions>? change = null) =>
        (change ?? (o => o))(new RateSourceOptions { Name = "store", Kind = RateSourceKind.ClickHouse, Url = standIn.Url, Timeout = TimeSpan.FromSeconds(20) });

    public RateSourceOptions Prometheus(Func<PrometheusQueries, PrometheusQueries>? change = null) => new()
    {
        Name = "prom",
        Kind = RateSourceKind.Prometheus,
        Url = standIn.Url,
        Timeout = TimeSpan.FromSeconds(20),
        Prometheus = (change ?? (o => o))(new PrometheusQueries { Errors = "failed[$window]", Total = "all[$window]" }),
    };

    public RateSources Sources(RateSourceOptions options, params Service[] services) => Sources([options], services);

    public RateSources Sources(RateSourceOptions[] options, params Service[] services) =>
        new([.. options], new Catalogue(services), this, store.Rates, store.Marks, Clock, NullLoggerFactory.Instance);

    public async Task<RateReading> CountedAsync(string service) =>
        await store.Rates.ReadAsync(new ServiceName(service), DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, CancellationToken.None);

    public async Task<IReadOnlyList<RateBucket>> SlicesAsync(string service) =>
        await store.Rates.SeriesAsync(new ServiceName(service), DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, CancellationToken.None);

    public ValueTask AcceptAsync(Signal signal, CancellationToken cancellationToken)
    {
        Signals.Enqueue(signal);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await standIn.DisposeAsync();
        await store.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
