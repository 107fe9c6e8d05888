using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Connectors.Alerts;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Storage.Sqlite;
using Nightjar.Testing;

namespace Nightjar.Tests.Connectors.Alerts;

/// <summary>The room over a real store, with what it hands over.</summary>
internal sealed class AlertLab(DirectoryInfo folder) : ISignalDoor, IAsyncDisposable
{
    private const string Key = "a key of the tests";

    private (SqliteStore Store, AlertRoom Room) running;

    public FakeClock Clock { get; } = new();

    public ConcurrentQueue<Signal> Signals { get; } = new();

    public SqliteStore Store => running.Store;

    public AlertRoom Room => running.Room;

    public static async Task<AlertLab> StartAsync(AlertKind kind, Func<AlertReceiverOptions, AlertReceiverOptions>? change = null)
    {
        var folder = Directory.CreateTempSubdirectory("nightjar-alerts-");
        var lab = new AlertLab(folder);
        lab.running = await lab.OpenAsync(kind, change);
        return lab;
    }

    /// <summary>The program ends and starts again.</summary>
    public async Task RestartAsync(AlertKind kind)
    {
        await Store.DisposeAsync();
        running = await OpenAsync(kind, null);
    }

    public Task<AlertReply> SendAsync(string body, string? authorization = $"Bearer {Key}") => Room.TakeAsync("prod", new AlertDelivery(authorization, null, Encoding.UTF8.GetBytes(body)), default);

    public Task<AlertReply> SignedAsync(string body, string? signature = null)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        return Room.TakeAsync("prod", new AlertDelivery(null, signature ?? $"v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Key), bytes))}", bytes), default);
    }

    public Task<AlertStanding?> StandingAsync(string alert, string service = "shop") => Room.StandingAsync(new ServiceName(service), alert, default);

    public ValueTask AcceptAsync(Signal signal, CancellationToken cancellationToken)
    {
        Signals.Enqueue(signal);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private async Task<(SqliteStore Store, AlertRoom Room)> OpenAsync(AlertKind kind, Func<AlertReceiverOptions, AlertReceiverOptions>? change)
    {
        var store = await SqliteStore.OpenAsync(Path.Combine(folder.FullName, "nightjar.db"), Clock, CancellationToken.None);
        var receiver = new AlertReceiverOptions { Name = "prod", Kind = kind, Secret = new Secret(Key), Services = new Dictionary<string, string> { ["shop-svc"] = "shop" }.ToImmutableDictionary() };
        return (store, new AlertRoom([(change ?? (r => r))(receiver)], new Catalogue([new Service { Name = new ServiceName("shop") }, new Service { Name = new ServiceName("platform") }]), this, new AlertStores(store.Rates, store.Marks, store.Journal, new OpenIncidents()), Clock, NullLogger<AlertRoom>.Instance));
    }
}
