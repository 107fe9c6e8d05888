using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nightjar.Live.Browser;

/// <summary>The DevTools protocol over its WebSocket: JSON commands with a number, answers with the same, and events without one.</summary>
internal sealed class DevTools : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ClientWebSocket socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> waiting = new();
    private readonly SemaphoreSlim sending = new(1, 1);
    private readonly CancellationTokenSource stop = new();
    private Task reading = Task.CompletedTask;
    private int last;

    /// <summary>Told of every event: the session it belongs to, its name, its facts.</summary>
    public event Action<string, string, JsonNode>? Happened;

    public static async Task<DevTools> ConnectAsync(Uri url)
    {
        var tools = new DevTools();
        await tools.socket.ConnectAsync(url, CancellationToken.None);
        tools.reading = tools.ReadAsync();
        return tools;
    }

    /// <exception cref="InvalidOperationException">The browser refused; the message says why.</exception>
    public async Task<JsonNode> SendAsync(string method, JsonObject? parameters = null, string? session = null)
    {
        var id = Interlocked.Increment(ref last);
        var answer = waiting.GetOrAdd(id, _ => new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously));
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        if (session is not null)
        {
            message["sessionId"] = session;
        }

        await sending.WaitAsync();
        try
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(message.ToJsonString()), WebSocketMessageType.Text, true, stop.Token);
        }
        finally
        {
            sending.Release();
        }

        var node = await answer.Task.WaitAsync(Patience, TimeProvider.System);
        return node["error"] is { } error ? throw new InvalidOperationException($"{method}: {error["message"]}") : node["result"] ?? new JsonObject();
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        socket.Dispose();
        stop.Dispose();
        sending.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new byte[64 * 1024];
        var message = new MemoryStream();
        while (!stop.IsCancellationRequested)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(), stop.Token);
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                Take(JsonNode.Parse(message.ToArray()) ?? throw new JsonException("null"));
                message.SetLength(0);
            }
        }
    }

    private void Take(JsonNode node)
    {
        if ((int?)node["id"] is { } id)
        {
            if (waiting.TryRemove(id, out var answer))
            {
                answer.SetResult(node);
            }

            return;
        }

        Happened?.Invoke($"{node["sessionId"]}", $"{node["method"]}", node["params"] ?? new JsonObject());
    }
}
