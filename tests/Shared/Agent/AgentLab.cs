using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Agents.BuiltIn;
using Nightjar.Agents.ClaudeCode;
using Nightjar.Agents.Fence;
using Nightjar.Agents.Gateway;
using Nightjar.Connectors.Git;
using Nightjar.Core.Evidence;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Demo.Model;
using Nightjar.Storage.Sqlite;

namespace Nightjar.Testing;

/// <summary>
/// One incident of a small service, and Claude Code to work on it: the real program in the real fence, with the real gateway, broker,
/// git and store. Only the model is scripted.
/// </summary>
internal sealed class AgentLab : IAsyncDisposable
{
    public const string File = "stock.py";

    /// <summary>What a test that looks for the real key would find, if it could be found.</summary>
    public const string Key = "sk-ant-canary-0123456789abcdefghijklmnop";

    public const string Faulty = "def take(shelf, n):\n    left = shelf.count - n\n    shelf.count = left\n    return left\n";

    private static readonly DateTimeOffset Onset = new(2026, 5, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly ModelGateway gateway;
    private Incident? incident;

    private AgentLab(AgentLabPlan plan, string folder, SqliteStore store, ScriptedModel model, ModelGateway gateway)
    {
        this.gateway = gateway;
        (Plan, Folder, Store, Model) = (plan, folder, store, model);
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        Repositories = new GitRepositories(Path.Combine(folder, "state", "git"), TimeProvider.System, NullLogger<GitRepositories>.Instance);
        Service = new Service { Name = new ServiceName("shop"), Repository = new RepositoryLocation(Repository), Check = new CheckCommand("sh check.sh") };
        Options = new ClaudeCodeOptions
        {
            Models = [$"claude-sonnet-4-6-{Sign}"],
            MaxTurns = plan.MaxTurns,
            Timeout = plan.Timeout,
            Program = Program ?? "claude",
            Transcripts = Path.Combine(folder, "state", "audit"),
            Prompts = Path.Combine(AppContext.BaseDirectory, "prompts"),
            Bridge = [Path.Combine(dotnet, "dotnet"), Path.Combine(AppContext.BaseDirectory, "nightjar.dll"), "bridge"],
            BridgeReads = [dotnet, AppContext.BaseDirectory],
        };
        Room = new AgentRoom([plan.Fence], null, gateway, store.Journal, TimeProvider.System, NullLoggerFactory.Instance);
        var checks = new ServiceCheck([plan.Fence], new NoFence(TimeProvider.System), _ => [Path.Combine(folder, "state", "git", "mirrors")], NullLogger<ServiceCheck>.Instance);
        Agent = new ClaudeCodeAgent(Options, Room, new BuiltInInvestigator(NullLogger<BuiltInInvestigator>.Instance), Repositories, checks, store.Rates, store.Memory, new HotFixes(new Hands([], []), store.Heals, store.Silences, store.Pause, store.Journal, new Conduct(), new HealOptions(), TimeProvider.System), NullLogger<ClaudeCodeAgent>.Instance);
    }

    /// <summary>The program of the tested version: on the PATH, or where <c>./nightjar test</c> keeps it. Null when it is not here.</summary>
    public static string? Program { get; } = CliProgram.Locate("claude") ?? CliProgram.Locate(Path.Combine(Cache, "nightjar", $"claude-code-{ClaudeCodeOptions.TestedVersion}", "node_modules", ".bin", "claude"));

    public AgentLabPlan Plan { get; }

    public string Folder { get; }

    /// <summary>Is in the command line of everything that is run here.</summary>
    public string Sign => Plan.Sign;

    public SqliteStore Store { get; }

    public ScriptedModel Model { get; }

    public GitRepositories Repositories { get; }

    public Service Service { get; }

    public ClaudeCodeOptions Options { get; }

    public AgentRoom Room { get; }

    public ClaudeCodeAgent Agent { get; }

    private string Repository => Path.Combine(Folder, "shop");

    private static string Cache => Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } set ? set : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");

    /// <param name="folder">Empty; with a repository <c>shop</c> in it that the caller has made.</param>
    public static async Task<AgentLab> OpenAsync(string folder, AgentLabPlan plan, Func<ModelRequest, ModelTurn> script)
    {
        Directory.CreateDirectory(Path.Combine(folder, "state"));
        var store = await SqliteStore.OpenAsync(Path.Combine(folder, "state", "nightjar.db"), TimeProvider.System, CancellationToken.None);
        var model = await ScriptedModel.StartAsync(script, CancellationToken.None);
        var rules = new GatewayRules { Upstream = plan.Upstream ?? model.Address, Models = [$"claude-sonnet-4-6-{plan.Sign}"], Caps = plan.Caps, LongestSilence = plan.LongestSilence };
        return new AgentLab(plan, folder, store, model, new ModelGateway(store.Spend, rules, new ApiKey("the test", () => Key), TimeProvider.System, NullLoggerFactory.Instance));
    }

    /// <summary>The brief of an incident whose trigger says this.</summary>
    public async Task<Brief> BriefAsync(string message = "count is -1")
    {
        var frame = new StackFrame("take", File, 2, IsOwnCode: true);
        var trigger = new Signal { Kind = SignalKind.ErrorRate, Service = Service.Name, At = Onset, ErrorClass = "NegativeStock", Message = message, Frames = [frame], Samples = [message] };
        return new Brief
        {
            Service = Service,
            Code = await Repositories.SnapshotAsync(Service, CancellationToken.None),
            Evidence = new EvidenceBundle
            {
                Service = Service.Name,
                Onset = Onset,
                TakenAt = Onset.AddMinutes(2),
                Trigger = trigger,
                Logs = new LogDigest { From = Onset.AddMinutes(-5), To = Onset.AddMinutes(2), Lines = 100, Errors = 40, ErrorGroups = [new ErrorGroup("NegativeStock", message, 40, Onset, Onset.AddMinutes(2), [frame], message)] },
            },
            Incident = incident ??= await IncidentAsync(trigger),
        };
    }

    private Task<Incident> IncidentAsync(Signal trigger)
    {
        var fingerprint = Fingerprint.Of(trigger, FingerprintStrategy.Evidence);
        return Store.Incidents.OpenAsync(
            new Incident
            {
                Id = new IncidentId(0),
                Service = Service.Name,
                Title = "shop",
                OpenedAt = Onset,
                StateSince = Onset,
                Trigger = trigger,
                Fingerprints = [new OwnedFingerprint(fingerprint, "shop", trigger.ErrorClass, null, Onset, "first")],
            },
            new Fold(new IncidentId(0), fingerprint.Hash, trigger.Kind, 1, Onset, Onset, []),
            new JournalEntry { At = Onset, Actor = "a test", Act = "opened", Why = "a test" },
            CancellationToken.None);
    }

    public static Finding Finding { get; } = new() { By = "a test", RootCause = "take takes more than there is", Place = new CodePlace(File, 2, "take"), Confidence = 0.9 };

    public string TranscriptOf(string phase, int attempt = 1) => Path.Combine(Options.Transcripts, "1", $"{phase}-{attempt}.jsonl");

    public async Task<IReadOnlyList<JournalEntry>> JournalAsync() => await Store.Journal.ReadAsync(new IncidentId(1), 0, 1_000, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        gateway.Dispose();
        await Model.DisposeAsync();
        await Store.DisposeAsync();
    }
}

/// <summary>What is different in one lab.</summary>
internal sealed record AgentLabPlan
{
    public string Sign { get; init; } = $"lab{Guid.NewGuid():n}";

    public int MaxTurns { get; init; } = 20;

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);

    public SpendCaps Caps { get; init; } = new();

    public TimeSpan LongestSilence { get; init; } = TimeSpan.FromSeconds(30);

    public IFence Fence { get; init; } = new BubblewrapFence(TimeProvider.System);

    /// <summary>Instead of the scripted model.</summary>
    public Uri? Upstream { get; init; }
}
