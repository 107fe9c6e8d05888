using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Nightjar.Agents.Fence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;

namespace Nightjar.Agents.Broker;

/// <summary>
/// The only way to tools: a Model Context Protocol server on a Unix socket of its own for each run. Each call is checked, bounded,
/// masked and written down; what is not in the list does not exist.
/// </summary>
public sealed partial class ToolBroker : IAsyncDisposable
{
    /// <summary>How the tools' names begin, as the agent's program shows them: <c>mcp__nightjar__…</c>.</summary>
    public const string Name = "nightjar";

    /// <summary>Calls of one run; an agent that needs more goes in circles.</summary>
    private const int MostCalls = 200;

    /// <summary>Characters of one answer.</summary>
    private const int LongestAnswer = 30_000;

    private const int LongestArguments = 100_000;

    /// <summary>Bytes of one message; a letter may be written in six of them.</summary>
    private const int LongestLine = 1024 * 1024;

    private readonly ImmutableArray<BrokerTool> tools;
    private readonly Func<ToolCall, Task> told;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly Socket listener;
    private readonly CancellationTokenSource closing = new();
    private readonly Task accepting;
    private int calls;

    private ToolBroker(IEnumerable<BrokerTool> tools, string socket, Func<ToolCall, Task> told, TimeProvider clock, ILogger logger)
    {
        this.tools = [.. tools];
        this.told = told;
        this.clock = clock;
        this.logger = logger;
        listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(socket));
        listener.Listen(4);
        accepting = AcceptAsync();
    }

    public int Calls => Math.Min(calls, MostCalls);

    /// <param name="socket">Where; the folder is the caller's, and nobody else may enter it.</param>
    public static ToolBroker Open(IEnumerable<BrokerTool> tools, string socket, Func<ToolCall, Task> told, TimeProvider clock, ILogger logger) =>
        new(tools, socket, told, clock, logger);

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        listener.Dispose();
        await accepting;
        closing.Dispose();
    }

    private async Task AcceptAsync()
    {
        var served = new List<Task>();
        try
        {
            while (true)
            {
                var connection = await listener.AcceptAsync(closing.Token);
                served.RemoveAll(t => t.IsCompleted);
                served.Add(ServeAsync(connection));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(served);
        }
    }

    private async Task ServeAsync(Socket connection)
    {
        try
        {
            await using var stream = new NetworkStream(connection, ownsSocket: true);
            await using var transport = new StreamServerTransport(new LineLimit(stream, LongestLine), stream, Name);
            await using var server = McpServer.Create(transport, Options());
            await server.RunAsync(closing.Token);
        }
#pragma warning disable CA1031 // What comes through the socket is an agent's: whatever it does, only its own connection ends.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!closing.IsCancellationRequested)
            {
                ConnectionFailed(e.Message);
            }
        }
    }

    private McpServerOptions Options() => new()
    {
        ServerInfo = new Implementation { Name = Name, Version = "1" },
        Capabilities = new ServerCapabilities { Tools = new ToolsCapability() },
        Handlers = new McpServerHandlers
        {
            ListToolsHandler = (_, _) => ValueTask.FromResult(new ListToolsResult { Tools = [.. tools.Select(Shown)] }),
            CallToolHandler = async (request, cancellationToken) => await CallAsync(request.Params?.Name ?? "", request.Params?.Arguments, cancellationToken),
        },
    };

    private static Tool Shown(BrokerTool tool) => new() { Name = tool.Name, Description = tool.Description, InputSchema = JsonSerializer.SerializeToElement(tool.Schema) };

    private async Task<CallToolResult> CallAsync(string name, IDictionary<string, JsonElement>? given, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        var arguments = given is null ? [] : new Dictionary<string, JsonElement>(given, StringComparer.Ordinal);
        var shown = JsonSerializer.Serialize(arguments);
        var (text, isError) = await AnswerAsync(name, arguments, shown, cancellationToken);
        var answer = Bounded(Secrets.Mask(text));
        try
        {
            await told(new ToolCall(name.Length > 80 ? name[..80] : name, ClaudeCode.MaskedLine.Of(shown), isError, answer.Length, clock.GetElapsedTime(began)));
        }
        catch (StoreUnavailableException e)
        {
            // What cannot be written down is not done: nothing in here changes the world, so it is enough to say nothing.
            NotWritten(e.Message);
            (answer, isError) = ("The journal cannot be written, so nothing is answered. Try again later.", true);
        }

        return new CallToolResult { Content = [new TextContentBlock { Text = answer }], IsError = isError };
    }

    private async Task<(string Text, bool IsError)> AnswerAsync(string name, Dictionary<string, JsonElement> arguments, string shown, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref calls) > MostCalls)
        {
            return ($"This run has used its {MostCalls} calls of tools. Submit what you have.", true);
        }

        if (tools.FirstOrDefault(t => t.Name == name) is not { } tool)
        {
            return ($"There is no such tool. There are: {string.Join(", ", tools.Select(t => t.Name))}.", true);
        }

        if (shown.Length > LongestArguments)
        {
            return ($"The arguments are too long: at most {LongestArguments} characters.", true);
        }

        try
        {
            return (await tool.Run(new ToolArguments(arguments), cancellationToken), false);
        }
        catch (ToolMisuseException e)
        {
            return (e.Message, true);
        }
#pragma warning disable CA1031 // The agent is told that it did not work and goes on without; what it was is in our log.
        catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
        {
            ToolFailed(e, name);
            return ($"This cannot be looked at now: {e.Message}", true);
        }
    }

    private static string Bounded(string text) => text.Length <= LongestAnswer ? text : $"{text[..LongestAnswer]}\n… cut after {LongestAnswer} characters; ask for less at once.";

    [LoggerMessage(4210, LogLevel.Debug, "A connection to the broker ended badly: {Why}")]
    private partial void ConnectionFailed(string why);

    [LoggerMessage(4211, LogLevel.Warning, "Tool {Tool} failed")]
    private partial void ToolFailed(Exception exception, string tool);

    [LoggerMessage(4212, LogLevel.Error, "A call of a tool could not be written into the journal: {Why}")]
    private partial void NotWritten(string why);
}
