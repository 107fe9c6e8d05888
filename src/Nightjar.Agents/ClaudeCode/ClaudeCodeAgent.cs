using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Nightjar.Agents.Broker;
using Nightjar.Agents.BuiltIn;
using Nightjar.Core.Evidence;
using Nightjar.Core.Healing;
using Nightjar.Core.Investigation;
using Nightjar.Core.Memory;
using Nightjar.Core.Proposal;

namespace Nightjar.Agents.ClaudeCode;

/// <summary>
/// The Claude Code program as the agent, in two phases that share nothing but what Nightjar hands over. It runs fenced, with no key,
/// no network and no shell: the gateway is its way to the model, the broker its way to everything else.
/// </summary>
public sealed partial class ClaudeCodeAgent(
    ClaudeCodeOptions options, AgentRoom room, BuiltInInvestigator builtIn, ICodeRepositories repositories, IServiceCheck checks, IRates rates, IIncidentMemory memory, HotFixes fixes, ILogger<ClaudeCodeAgent> logger) : IAgent
{
    private static readonly string[] Reading = ["Read", "Grep", "Glob"];

    private static readonly string[] Writing = [.. Reading, "Edit", "Write"];

    private readonly Prompts prompts = new(options.Prompts);

    public string Name => "claude-code";

    public bool CallsModel => true;

    public async Task<Finding> InvestigateAsync(Brief brief, CancellationToken cancellationToken)
    {
        var hypotheses = await builtIn.InvestigateAsync(brief, cancellationToken);
        var remembered = await EvidenceTools.SimilarAsync(memory, brief, cancellationToken);
        var message = await prompts.InvestigateAsync(brief, hypotheses, remembered, cancellationToken);
        await using var source = brief.Code is null ? null : await repositories.CloneAsync(brief.Service, brief.Service.Repository?.BaseBranch ?? "main", cancellationToken);
        Finding? best = null;
        foreach (var model in options.Models.TakeWhile(_ => best is null || best.Confidence < options.Sure))
        {
            var answer = new FindingTool(brief, $"claude-code ({model})", hypotheses.Evidence);
            var run = new AgentRun(brief, "investigate", model, source?.Path, IsReadOnly: true, Reading, "dontAsk", [.. new EvidenceTools(brief, rates, memory).All, .. ExecTool.For(fixes, brief), answer.Tool]);
            await RunAsync(run, message, new Submission("submit_finding", () => answer.Accepted is not null, () => answer.Refused > 1, MayDecline: false), cancellationToken);
            best = answer.Accepted is { } found && (best is null || found.Confidence >= best.Confidence) ? found : best;
        }

        return best ?? throw new AgentException("the agent ended without a finding");
    }

    public async Task<ProposalAttempt> ProposeAsync(Brief brief, Finding finding, IPrivateClone clone, CancellationToken cancellationToken)
    {
        var tools = new ChangeTools(brief.Service, clone, checks);
        var run = new AgentRun(brief, "propose", options.Models[^1], clone.Path, IsReadOnly: false, Writing, "acceptEdits", [.. tools.All]);
        var said = await RunAsync(run, Prompts.Propose(brief, finding, brief.Request ?? RequestBody.OfFinding(finding)), new Submission("submit_change", () => tools.Accepted is not null, () => tools.Refused > 1, MayDecline: true), cancellationToken);
        return tools.Accepted is { } change
            ? new ProposalAttempt { Change = change, Why = $"{Name} wrote a change", Tried = [$"{Name} ({run.Model}): {change.Subject}"] }
            : new ProposalAttempt { Why = $"{Name} changed nothing. It said: {Quoting.Plain(said, 600)}", Tried = [$"{Name} ({run.Model}): no change"] };
    }

    private async Task<string> RunAsync(AgentRun run, string message, Submission submission, CancellationToken cancellationToken)
    {
        var program = await CliProgram.FindAsync(options.Program, cancellationToken) ?? throw new AgentException($"the program {options.Program} is not there: npm install -g @anthropic-ai/claude-code@{ClaudeCodeOptions.TestedVersion}, or set agent.program");
        await using var transcript = Transcript.Open(options.Transcripts, run.Brief.Incident.Id, run.Phase);
        var id = string.Create(CultureInfo.InvariantCulture, $"{run.Brief.Incident.Id.Value}/{run.Phase}-{transcript.Attempt}");
        await using var doors = await room.OpenAsync(run, id, cancellationToken);
        var system = await prompts.SystemAsync(run.Phase, cancellationToken);
        var task = new CliTask(
            message, await prompts.RepairAsync(submission.Tool, cancellationToken), [.. run.BuiltIns, .. run.Tools.Select(t => $"mcp__{ToolBroker.Name}__{t.Name}")],
            submission.IsAccepted, submission.IsHopeless, submission.MayDecline);
        Began(id, program.Version, run.Model);
        if (program.Version != ClaudeCodeOptions.TestedVersion)
        {
            OtherVersion(program.Version, ClaudeCodeOptions.TestedVersion);
        }

        try
        {
            await using var session = await room.StartAsync(run, doors, new CliCommand(program, options, Arguments(run, system)), cancellationToken);
            return await new CliRun(session, transcript, options.Timeout, room.Clock).RunAsync(task, cancellationToken);
        }
        catch (AgentException) when (doors.Model.OverCap is { } cap)
        {
            throw new NeedsPersonException($"The agent was stopped: {cap}. Shall it go on? It can when the day is over, or when agent.budget was raised and Nightjar started again.");
        }
        catch (AgentException e) when (doors.Model.Trouble is { } trouble)
        {
            throw new AgentException($"{e.Message} ({trouble})", e);
        }
        finally
        {
            Ended(id, doors.Model.Calls, doors.Tools.Calls, doors.Model.Spent);
        }
    }

    private ImmutableArray<string> Arguments(AgentRun run, string system) =>
    [
        "-p", "--input-format", "stream-json", "--output-format", "stream-json", "--verbose",
        "--model", run.Model, "--max-turns", options.MaxTurns.ToString(CultureInfo.InvariantCulture),
        "--tools", string.Join(',', run.BuiltIns), "--allowedTools", $"mcp__{ToolBroker.Name}", "--permission-mode", run.PermissionMode,
        "--setting-sources", "", "--strict-mcp-config", "--mcp-config", Servers(), "--disable-slash-commands", "--no-session-persistence",
        "--system-prompt", system,
    ];

    private string Servers() => JsonSerializer.Serialize(new
    {
        mcpServers = new Dictionary<string, object> { [ToolBroker.Name] = new { command = options.Bridge[0], args = options.Bridge.Skip(1).Append(AgentRoom.ToolsInside) } },
    });

    /// <summary>The tool that ends a run, and what came of it so far.</summary>
    private sealed record Submission(string Tool, Func<bool> IsAccepted, Func<bool> IsHopeless, bool MayDecline);

    [LoggerMessage(4220, LogLevel.Information, "Run {Run} began (Claude Code {Version}, {Model})")]
    private partial void Began(string run, string version, string model);

    [LoggerMessage(4221, LogLevel.Information, "Run {Run} ended: {Calls} calls of the model, {ToolCalls} of tools, ${Cost}")]
    private partial void Ended(string run, int calls, int toolCalls, decimal cost);

    [LoggerMessage(4222, LogLevel.Warning, "Claude Code is version {Version}; Nightjar was tried with {Tested}")]
    private partial void OtherVersion(string version, string tested);
}
