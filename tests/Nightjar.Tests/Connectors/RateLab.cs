using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Connectors;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Storage.Sqlite;
using Nightjar.Testing;

namespace Nightjar.Tests.Connectors;

/// <summary>What a stand-in was asked.</summary>
internal sealed record Asked(string Path, IReadOnlyDictionary<string, string> Values, IReadOnlyDictionary<string, string> Headers)
{
    public string this[string name] => Values.GetValueOrDefault(name, "");
}

/// <summary>A stand-in for a store on a port of its own, whose answers the test chooses; a real store of Nightjar behind the watchers.</summary>
internal sealed class RateLab : ISignalDoor, IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nightjar-rates-");
    private readonly WebApplication server;
    private readonly SqliteStore store;

    private RateLab(WebApplication server, FakeClock clock, Func<DirectoryInfo, Task<SqliteStore>> open)
    {
        (this.server, Clock) = (server, clock);
        store = open(folder).GetAwaiter().GetResult();
    }

    public FakeClock Clock { get; }

    public Func<Asked, (int Status, string Body)> Answer { get; set; } = _ => (200, "");

    /// <summary>Set: answers wait for it.</summary>
    public Task Holds { get; set; } = Task.CompletedTask;

    public ConcurrentQueue<Asked> Questions { get; } = new();

    public ConcurrentQueue<Signal> Signals { get; } = new();

    public Uri Url { get; private set; } = new("http://localhost");

    public IRates Rates => store.Rates;

    public IWatchMarks Marks => store.Marks;

    public static async Task<RateLab> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var clock = new FakeClock();
        var lab = new RateLab(server, clock, f => SqliteStore.OpenAsync(Path.Combine(f.FullName, "nightjar.db"), clock, CancellationToken.None));
        server.Run(lab.AnswerAsync);
        await server.StartAsync();
        lab.Url = new Uri(server.Urls.Single());
        return lab;
    }

    public static Service Service(string name, double threshold = 0.15, int minVolume = 100) =>
        new() { Name = new ServiceName(name), ErrorRate = new ErrorRateOptions { Threshold = threshold, MinVolume = minVolume } };

    public RateSourceOptions ClickHouse(Func<RateSourceOptions, RateSourceOptions>? change = null) =>
        (change ?? (o => o))(new RateSourceOptions { Name = "store", Kind = RateSourceKind.ClickHouse, Url = Url, Timeout = TimeSpan.FromSeconds(20) });

    public RateSourceOptions Prometheus(Func<PrometheusQueries, PrometheusQueries>? change = null) => new()
    {
        Name = "prom",
        Kind = RateSourceKind.Prometheus,
        Url = Url,
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
        await server.StopAsync(new CancellationToken(true));
        await server.DisposeAsync();
        await store.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var values = http.Request.Query.ToDictionary(q => q.Key, q => q.Value.ToString());
        if (http.Request.HasFormContentType)
        {
            foreach (var (name, value) in await http.Request.ReadFormAsync())
            {
                values[name] = value.ToString();
            }
        }

        var asked = new Asked(http.Request.Path, values, http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        Questions.Enqueue(asked);
        await Holds;
        var (status, body) = Answer(asked);
        http.Response.StatusCode = status;
        await http.Response.WriteAsync(body);
    }
}
