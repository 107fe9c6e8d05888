using Nightjar.Core.Announcements;
using Nightjar.Core.Evidence;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Memory;
using Nightjar.Core.Policy;
using Nightjar.Core.Proposal;
using Nightjar.Core.Runs;
using Nightjar.Core.Signals;
using Nightjar.Testing;

namespace Nightjar.Tests.Storage;

/// <summary>One kind of store, empty at first, that can be closed and opened again. The contracts run on each.</summary>
public abstract class StoreSubject : IAsyncDisposable
{
    public abstract Task<OpenStore> OpenAsync(TimeProvider clock);

    public abstract ValueTask DisposeAsync();
}

/// <summary>An open store, as the contracts see it.</summary>
public sealed record OpenStore
{
    public required IIncidents Incidents { get; init; }

    public required IRuns Runs { get; init; }

    public required IFolds Folds { get; init; }

    public required IInbox Inbox { get; init; }

    public required IJournal Journal { get; init; }

    public required IFingerprintLedger Ledger { get; init; }

    public required ISilences Silences { get; init; }

    public required IPauseSwitch Pause { get; init; }

    public required IRates Rates { get; init; }

    public required IRequestRecords Requests { get; init; }

    public required IEvidenceStore Evidence { get; init; }

    public required IWatchMarks Marks { get; init; }

    public required IIncidentMemory Memory { get; init; }

    public required ISignIns SignIns { get; init; }

    public required ISpendLedger Spend { get; init; }

    public required IRequestSlots Slots { get; init; }

    public required IPages Pages { get; init; }

    public required IBreakerRecord Breaker { get; init; }

    public required IContainerFigures Figures { get; init; }

    public required IHeals Heals { get; init; }

    public required IAlertTallies Tallies { get; init; }

    public required IAgentRuns AgentRuns { get; init; }

    public required ILogMemory LogMemory { get; init; }

    public required Func<DateTimeOffset, RetentionOptions, Task> Prune { get; init; }

    public required Func<ValueTask> Close { get; init; }
}

/// <summary>What all contracts share: a fresh store a test, and text that nobody would write.</summary>
public abstract class StoreContract<TSubject> : IAsyncLifetime
    where TSubject : StoreSubject, new()
{
    /// <summary>Quotes, SQL, markup, paths, control characters, a right-to-left mark, an emoji.</summary>
    protected const string Hostile = "'; DROP TABLE incidents; --\" \\ \r\n\t\u0001\0 <script>alert(1)</script> ../../etc/passwd $(rm -rf /) `id` %s {0} @id :x ?1 \u202E ü 日本 😀";

    protected static readonly IReadOnlyDictionary<string, string> NoMarks = new Dictionary<string, string>();

    private readonly TSubject subject = new();
    private OpenStore? store;

    protected FakeClock Clock { get; } = new();

    protected OpenStore Store => store ?? throw new InvalidOperationException("Not open");

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>What a store may make of text: NUL becomes U+FFFD, because PostgreSQL holds none.</summary>
    protected static string Kept(string text) => text.Replace('\0', '\uFFFD');

    public async ValueTask InitializeAsync() => store = await subject.OpenAsync(Clock);

    public async ValueTask DisposeAsync()
    {
        if (store is not null)
        {
            await store.Close();
        }

        await subject.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected async Task ReopenAsync()
    {
        await Store.Close();
        store = await subject.OpenAsync(Clock);
    }

    protected Task<Incident> OpenIncidentAsync(string hash = "aaaaaaaa", string service = "shop") =>
        Store.Incidents.OpenAsync(Samples.Incident(hash, service, Clock.Now), Samples.Fold(hash, Clock.Now), Samples.Entry("open", Clock.Now), Token);
}
