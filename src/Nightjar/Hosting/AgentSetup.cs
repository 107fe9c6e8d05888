using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nightjar.Agents.BuiltIn;
using Nightjar.Agents.ClaudeCode;
using Nightjar.Agents.Fence;
using Nightjar.Agents.Gateway;
using Nightjar.Cli;
using Nightjar.Configuration;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Policy;

namespace Nightjar.Hosting;

/// <summary>Which agent works, and why that one.</summary>
/// <param name="IsReady">False when it was asked for and lacks something.</param>
internal sealed record AgentPlan(bool IsClaudeCode, string Says, bool IsReady = true)
{
    public static AgentPlan Of(NightjarOptions all)
    {
        var (options, fence) = (all.Agent, all.Fence);
        if (all.Conduct.DryRun && options.Kind != AgentKind.BuiltIn)
        {
            return new(false, "the built-in investigator, because a dry run calls no model");
        }

        if (options.Kind == AgentKind.BuiltIn)
        {
            return new(false, "the built-in investigator, which needs no model");
        }

        string[] missing = [.. new[] { MissingKey(options), MissingProgram(options), MissingFence(fence) }.OfType<string>()];
        return options.Kind == AgentKind.ClaudeCode || missing.Length == 0
            ? new(true, $"Claude Code with {string.Join(", then ", options.AllModels)}{(missing.Length == 0 ? "" : $"; it cannot work yet: {string.Join("; ", missing)}")}", missing.Length == 0)
            : new(false, $"the built-in investigator, because for Claude Code {string.Join("; ", missing)}");
    }

    private static string? MissingKey(AgentOptions options) => options.Auth switch
    {
        AgentAuth.Credentials => File.Exists(options.Credentials) ? null : $"there is no credentials file {options.Credentials}",
        AgentAuth.ApiKey => AgentSetup.Key(options) is { Length: > 0 } ? null : "there is no key (set ANTHROPIC_API_KEY, or agent.keyFile)",
    };

    private static string? MissingProgram(AgentOptions options) =>
        CliProgram.Locate(options.Program) is null ? $"there is no program {options.Program} (npm install -g @anthropic-ai/claude-code@{ClaudeCodeOptions.TestedVersion}, or set agent.program)" : null;

    private static string? MissingFence(FenceChoice fence) =>
        fence == FenceChoice.None || CliProgram.Locate("bwrap") is not null ? null : "there is no fence (install bubblewrap)";
}

/// <summary>Puts the agent together with its fence, its gateway and its broker.</summary>
internal static class AgentSetup
{
    public static IServiceCollection AddAgent(this IServiceCollection services, NightjarOptions options) => services
        .AddSingleton(AgentPlan.Of(options))
        .AddSingleton<BuiltInInvestigator>()
        .AddSingleton(s => new ModelGateway(s.GetRequiredService<ISpendLedger>(), Rules(options.Agent), Access(options.Agent, s.GetRequiredService<TimeProvider>()), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILoggerFactory>()))
        .AddSingleton(s => Room(options, s))
        .AddSingleton(ClaudeCode(options))
        .AddSingleton<ClaudeCodeAgent>()
        .AddSingleton<IAgent>(s => s.GetRequiredService<AgentPlan>().IsClaudeCode ? s.GetRequiredService<ClaudeCodeAgent>() : s.GetRequiredService<BuiltInInvestigator>());

    /// <summary>Null when there is none.</summary>
    public static string? Key(AgentOptions options) =>
        (options.Key is { File: { } file } ? Content(file) : options.Key?.Reveal() ?? Environment.GetEnvironmentVariable("ANTHROPIC_API_KEY"))?.Trim();

    /// <summary>Read each time: a key is changed without a restart. Null when the file is gone.</summary>
    private static string? Content(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static GatewayRules Rules(AgentOptions options) => new()
    {
        Upstream = options.Url,
        Models = options.AllModels,
        MostOutput = options.MaxOutput,
        Caps = options.Budget,
        Prices = new PriceTable(options.Prices, options.RefuseUnknownPrice),
    };

    public static IModelAccess Access(AgentOptions options, TimeProvider clock) => options.Auth switch
    {
        AgentAuth.Credentials => new OAuthCredentials(options.Credentials, OAuthCredentials.Tokens, new HttpClient(), clock),
        AgentAuth.ApiKey => new ApiKey(options.Key?.File is { } file ? $"the file {file}" : options.Key is not null ? "agent.key" : "the variable ANTHROPIC_API_KEY", () => Key(options)),
    };

    /// <summary>A model's agent runs without a fence only where the configuration says so in so many words.</summary>
    private static AgentRoom Room(NightjarOptions options, IServiceProvider parts)
    {
        var clock = parts.GetRequiredService<TimeProvider>();
        return new AgentRoom(FenceSetup.For(options.Fence, clock), options.Fence == FenceChoice.None ? new NoFence(clock) : null, parts.GetRequiredService<ModelGateway>(), parts.GetRequiredService<IJournal>(), clock, parts.GetRequiredService<ILoggerFactory>());
    }

    private static ClaudeCodeOptions ClaudeCode(NightjarOptions options)
    {
        // shared/Microsoft.NETCore.App/10.0.0/ lies below the folder of dotnet itself.
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var agent = options.Agent;
        return new ClaudeCodeOptions
        {
            Models = agent.AllModels,
            MaxTurns = agent.MaxTurns,
            Timeout = agent.Timeout,
            Program = agent.Program,
            Transcripts = StateFiles.Transcripts(options.State),
            Prompts = agent.Prompts ?? OwnPrompts(),
            Bridge = [Path.Combine(dotnet, "dotnet"), Path.Combine(AppContext.BaseDirectory, "nightjar.dll"), Bridge.Verb],
            BridgeReads = [dotnet, AppContext.BaseDirectory],
        };
    }

    private static string OwnPrompts() => Path.Combine(AppContext.BaseDirectory, "prompts");
}
