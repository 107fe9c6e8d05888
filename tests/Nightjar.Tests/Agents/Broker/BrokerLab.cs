using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Nightjar.Agents.Broker;

namespace Nightjar.Tests.Agents.Broker;

/// <summary>The broker on a real Unix socket, spoken with by the client of the Model Context Protocol's own package.</summary>
internal sealed class BrokerLab : IAsyncDisposable
{
    private readonly DirectoryInfo folder;
    private readonly ToolBroker broker;

    private BrokerLab(DirectoryInfo folder, ToolBroker broker, ConcurrentQueue<ToolCall> told) => (this.folder, this.broker, Told) = (folder, broker, told);

    public ConcurrentQueue<ToolCall> Told { get; }

    public static BrokerLab Open(IEnumerable<BrokerTool> tools, Func<ToolCall, Task>? tell = null)
    {
        var folder = Directory.CreateTempSubdirectory("nightjar-broker-");
        var told = new ConcurrentQueue<ToolCall>();
        return new BrokerLab(folder, ToolBroker.Open(tools, Path.Combine(folder.FullName, "tools"), tell ?? (c => { told.Enqueue(c); return Task.CompletedTask; }), TimeProvider.System, NullLogger<ToolBroker>.Instance), told);
    }

    public async Task<NetworkStream> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Combine(folder.FullName, "tools")));
        return new NetworkStream(socket, ownsSocket: true);
    }

    public async Task<McpClient> ClientAsync()
    {
        var stream = await ConnectAsync();
        return await McpClient.CreateAsync(new StreamClientTransport(stream, stream));
    }

    public async Task<(string Text, bool IsError)> CallAsync(string tool, JsonObject? arguments = null)
    {
        await using var client = await ClientAsync();
        var result = await client.CallToolAsync(tool, (arguments ?? []).ToDictionary(a => a.Key, a => (object?)a.Value));
        return (Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text, result.IsError == true);
    }

    public async ValueTask DisposeAsync()
    {
        await broker.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
