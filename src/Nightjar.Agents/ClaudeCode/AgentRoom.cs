using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Nightjar.Agents.Broker;
using Nightjar.Agents.Fence;
using Nightjar.Agents.Gateway;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Policy;

namespace Nightjar.Agents.ClaudeCode;

/// <summary>One run of one phase: what it may see and call.</summary>
/// <param name="Folder">The source; null when the service has none.</param>
/// <param name="BuiltIns">Tools of the program itself.</param>
public sealed record AgentRun(Brief Brief, string Phase, string Model, string? Folder, bool IsReadOnly, IReadOnlyList<string> BuiltIns, string PermissionMode, ImmutableArray<BrokerTool> Tools);

/// <summary>The program with its arguments.</summary>
public sealed record CliCommand(CliProgram Program, ClaudeCodeOptions Options, ImmutableArray<string> Arguments);

/// <summary>Makes the room in which a run takes place: a fence with two doors, and a journal that sees everyone who goes through them.</summary>
/// <param name="fences">In order of preference.</param>
/// <param name="without">What is used when no fence can be had; null refuses the run then.</param>
public sealed class AgentRoom(IReadOnlyList<IFence> fences, IFence? without, ModelGateway gateway, IJournal journal, TimeProvider clock, ILoggerFactory loggers)
{
    internal const string ToolsInside = "/run/nightjar/tools";

    private const string ModelInside = "/run/nightjar/model";

    private const string SourceInside = "/workspace";

    private const string Actor = "claude-code";

    public TimeProvider Clock => clock;

    /// <summary>Opens the two doors.</summary>
    public async Task<AgentDoors> OpenAsync(AgentRun run, string id, CancellationToken cancellationToken)
    {
        // Nobody else may enter.
        var folder = RunFolder.Create();
        try
        {
            var tools = ToolBroker.Open(run.Tools, Path.Combine(folder.FullName, "tools"), c => TellAsync(run, c), clock, loggers.CreateLogger<ToolBroker>());
            try
            {
                var model = await gateway.OpenAsync(new SpendPurpose(id, run.Brief.Incident.Id, run.Brief.Service.Name), Path.Combine(folder.FullName, "model"), c => TellAsync(run, c), cancellationToken);
                return new AgentDoors(folder, model, tools);
            }
            catch
            {
                await tools.DisposeAsync();
                throw;
            }
        }
        catch
        {
            folder.Delete(recursive: true);
            throw;
        }
    }

    public async Task<FencedSession> StartAsync(AgentRun run, AgentDoors doors, CliCommand command, CancellationToken cancellationToken)
    {
        var fence = await ChooseAsync(cancellationToken);
        var inside = fence != without;
        var (model, tools) = inside ? (ModelInside, ToolsInside) : (doors.ModelSocket, doors.ToolsSocket);
        var program = inside ? "/run/nightjar/claude" : command.Program.Path;
        var arguments = command.Arguments.Select(a => inside ? a : a.Replace(ToolsInside, tools, StringComparison.Ordinal));
        return await fence.StartAsync(
            new FencedCommand([program, .. arguments], run.Folder ?? doors.Empty, command.Options.Timeout)
            {
                IsReadOnly = run.IsReadOnly,
                HasToolchain = false,
                SeenAt = inside ? SourceInside : null,
                Doors = inside ? [(command.Program.Path, program), (doors.ModelSocket, model), (doors.ToolsSocket, tools)] : [],
                ReadOnly = [.. command.Options.BridgeReads],
                Variables = Variables(model),
            },
            cancellationToken);
    }

    /// <summary>The key is a word without worth: the gateway has the real one.</summary>
    private static ImmutableArray<(string Name, string Value)> Variables(string model) =>
    [
        ("ANTHROPIC_API_KEY", "held-by-the-gateway"),
        ("ANTHROPIC_BASE_URL", "http://localhost"),
        ("ANTHROPIC_UNIX_SOCKET", model),
        ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"),
        ("CLAUDE_CODE_DISABLE_ATTACHMENTS", "1"),
        ("CLAUDE_CODE_DISABLE_AUTO_MEMORY", "1"),
        ("CLAUDE_CODE_MAX_RETRIES", "4"),
        ("DISABLE_AUTO_COMPACT", "1"),
    ];

    private async Task<IFence> ChooseAsync(CancellationToken cancellationToken)
    {
        var (fence, why) = await fences.FirstUsableAsync(cancellationToken);
        return fence ?? without ?? throw new AgentException($"a model's agent runs inside a fence only, and none can be had here: {why}");
    }

    private Task TellAsync(AgentRun run, GatewayCall call) => WriteAsync(run, "model", call.Cost, string.Create(
        CultureInfo.InvariantCulture,
        $"{(call.Model.Length == 0 ? "a call" : call.Model)}: {(call.Says.Length == 0 ? $"{call.Usage.AllInput} tokens in, {call.Usage.Output} out" : $"{call.Status}, {call.Says}")}, {call.Took.TotalSeconds:0.0} s, {run.Phase}"));

    private Task TellAsync(AgentRun run, ToolCall call) => WriteAsync(run, "tool", 0, string.Create(
        CultureInfo.InvariantCulture, $"{call.Tool}({Cut(call.Arguments)}) {(call.IsError ? "refused" : $"answered {call.AnswerLength} characters")} in {call.Took.TotalSeconds:0.0} s, {run.Phase}"));

    private Task WriteAsync(AgentRun run, string act, decimal cost, string why) =>
        journal.AppendAsync(new JournalEntry { Incident = run.Brief.Incident.Id, At = clock.GetUtcNow(), Actor = Actor, Act = act, Why = why, CostUsd = cost }, CancellationToken.None);

    private static string Cut(string text) => text.Length > 160 ? $"{text[..160]}…" : text;
}

/// <summary>The two sockets of one run, gone with it.</summary>
public sealed class AgentDoors(DirectoryInfo folder, GatewayDoor model, ToolBroker tools) : IAsyncDisposable
{
    public GatewayDoor Model => model;

    public ToolBroker Tools => tools;

    public string ModelSocket => Path.Combine(folder.FullName, "model");

    public string ToolsSocket => Path.Combine(folder.FullName, "tools");

    /// <summary>Where an agent without source works.</summary>
    public string Empty => folder.CreateSubdirectory("empty").FullName;

    public async ValueTask DisposeAsync()
    {
        await model.DisposeAsync();
        await tools.DisposeAsync();
        folder.Delete(recursive: true);
    }
}
