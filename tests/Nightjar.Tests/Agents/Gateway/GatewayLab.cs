using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Agents.Gateway;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Demo.Model;
using Nightjar.Storage.Sqlite;

namespace Nightjar.Tests.Agents.Gateway;

/// <summary>The gateway on a real Unix socket, with a real ledger, in front of a scripted model.</summary>
internal sealed class GatewayLab : IAsyncDisposable
{
    public const string Model = "claude-sonnet-4-6";

    public const string Key = "sk-the-real-one";

    private readonly DirectoryInfo folder;
    private readonly ModelGateway gateway;
    private readonly SqliteStore store;

    private GatewayLab(DirectoryInfo folder, SqliteStore store, ScriptedModel upstream, ModelGateway gateway, GatewayDoor door, ConcurrentQueue<GatewayCall> told)
    {
        (this.folder, this.store, this.gateway) = (folder, store, gateway);
        (Upstream, Door, Told) = (upstream, door, told);
        Http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync, MaxConnectionsPerServer = 8 }) { BaseAddress = new Uri("http://localhost") };
    }

    public ScriptedModel Upstream { get; }

    public GatewayDoor Door { get; }

    public ConcurrentQueue<GatewayCall> Told { get; }

    public HttpClient Http { get; }

    public ISpendLedger Ledger => store.Spend;

    public static async Task<GatewayLab> OpenAsync(Func<ModelRequest, ModelTurn>? script = null, Func<GatewayRules, GatewayRules>? rules = null, IModelAccess? access = null, TimeProvider? clock = null, Func<ISpendLedger, ISpendLedger>? ledger = null)
    {
        var folder = Directory.CreateTempSubdirectory("nightjar-gateway-");
        var store = await SqliteStore.OpenAsync(Path.Combine(folder.FullName, "nightjar.db"), TimeProvider.System, CancellationToken.None);
        var upstream = await ScriptedModel.StartAsync(script ?? (_ => ModelTurn.Says("hello")), CancellationToken.None);
        var given = new GatewayRules { Upstream = upstream.Address, Models = [Model] };
        var gateway = new ModelGateway(ledger?.Invoke(store.Spend) ?? store.Spend, rules?.Invoke(given) ?? given, access ?? new ApiKey("the test", () => Key), clock ?? TimeProvider.System, NullLoggerFactory.Instance);
        var told = new ConcurrentQueue<GatewayCall>();
        var door = await gateway.OpenAsync(new SpendPurpose("run", null, new ServiceName("shop")), Path.Combine(folder.FullName, "model"), c => { told.Enqueue(c); return Task.CompletedTask; }, CancellationToken.None);
        return new GatewayLab(folder, store, upstream, gateway, door, told);
    }

    /// <summary>A request that is let through, changed where a test wants it otherwise.</summary>
    public static JsonObject Request(Action<JsonObject>? change = null)
    {
        var body = new JsonObject { ["model"] = Model, ["max_tokens"] = 1_000, ["stream"] = true, ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "hello" }) };
        change?.Invoke(body);
        return body;
    }

    public Task<(int Status, string Body)> AskAsync(Action<JsonObject>? change = null) => SendAsync(Request(change).ToJsonString());

    public async Task<(int Status, string Body)> SendAsync(string body, string path = "/v1/messages?beta=true", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await Http.SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async Task<decimal> SpentAsync() => (await Ledger.FiguresAsync(null, CancellationToken.None)).Today;

    /// <summary>The one call that was told, once it was.</summary>
    public async Task<GatewayCall> OneCallAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (Told.IsEmpty)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        return Assert.Single(Told);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Door.DisposeAsync();
        gateway.Dispose();
        await Upstream.DisposeAsync();
        await store.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(folder.FullName, "model")), cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
