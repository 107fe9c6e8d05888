using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Nightjar.Testing.Kubernetes;

/// <summary>Programs in pods, over the WebSocket protocol of remotecommand.</summary>
public sealed partial class KubeStandIn
{
    private const byte Output = 1;
    private const byte Outcome = 3;

    /// <summary>What a program writes and how it ends, by its words; null keeps the connection without a word.</summary>
    public Func<string[], (IEnumerable<byte[]> Output, int Code)?> Runs { get; set; } = _ => ([], 0);

    /// <summary>Of the protocol that it speaks.</summary>
    public string ExecProtocol { get; set; } = "v4.channel.k8s.io";

    private async Task ExecAsync(HttpContext http)
    {
        if (!http.WebSockets.WebSocketRequestedProtocols.Contains(ExecProtocol))
        {
            await StatusAsync(http, 403, "no protocol in common");
            return;
        }

        using var socket = await http.WebSockets.AcceptWebSocketAsync(ExecProtocol);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        watches[end] = true;
        try
        {
            if (Runs([.. http.Request.Query["command"].OfType<string>()]) is not var (output, code))
            {
                await socket.ReceiveAsync(new byte[1], end.Token);
                return;
            }

            foreach (var part in output)
            {
                await socket.SendAsync((byte[])[Output, .. part], WebSocketMessageType.Binary, true, end.Token);
            }

            var status = code == 0 ? new JsonObject { ["status"] = "Success" } : new JsonObject
            {
                ["status"] = "Failure",
                ["reason"] = "NonZeroExitCode",
                ["message"] = $"command terminated with non-zero exit code {code}",
                ["details"] = new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ExitCode", ["message"] = code.ToString(CultureInfo.InvariantCulture) }) },
            };
            await socket.SendAsync((byte[])[Outcome, .. Encoding.UTF8.GetBytes(status.ToJsonString())], WebSocketMessageType.Binary, true, end.Token);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "", end.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            http.Abort();
        }
        finally
        {
            lock (end)
            {
                watches.TryRemove(end, out _);
            }
        }
    }
}
