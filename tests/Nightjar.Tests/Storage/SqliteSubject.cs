using Nightjar.Storage.Sqlite;

namespace Nightjar.Tests.Storage;

/// <summary>The SQLite store in a folder of its own.</summary>
public sealed class SqliteSubject : StoreSubject
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nightjar-store-");

    public string Path => System.IO.Path.Combine(folder.FullName, "nightjar.db");

    public override async Task<OpenStore> OpenAsync(TimeProvider clock)
    {
        var store = await SqliteStore.OpenAsync(Path, clock, CancellationToken.None);
        return new OpenStore
        {
            Incidents = store.Incidents,
            Runs = store.Runs,
            Folds = store.Folds,
            Inbox = store.Inbox,
            Journal = store.Journal,
            Ledger = store.Ledger,
            Silences = store.Silences,
            Pause = store.Pause,
            Rates = store.Rates,
            Requests = store.Requests,
            Evidence = store.Evidence,
            Marks = store.Marks,
            Memory = store.Memory,
            SignIns = store.SignIns,
            Spend = store.Spend,
            Slots = store.Slots,
            Pages = store.Pages,
            Breaker = store.Breaker,
            Figures = store.Figures,
            Heals = store.Heals,
            Tallies = store.Tallies,
            AgentRuns = store.AgentRuns,
            LogMemory = store.LogMemory,
            Prune = (now, options) => store.PruneAsync(now, options, CancellationToken.None),
            Close = store.DisposeAsync,
        };
    }

    public override ValueTask DisposeAsync()
    {
        folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }
}

public sealed class SqliteIncidentsTests : IncidentsContract<SqliteSubject>;

public sealed class SqliteRunsTests : RunsContract<SqliteSubject>;

public sealed class SqliteFoldsTests : FoldsContract<SqliteSubject>;

public sealed class SqliteJournalTests : JournalContract<SqliteSubject>;

public sealed class SqliteSmallRecordsTests : SmallRecordsContract<SqliteSubject>;

public sealed class SqliteRatesTests : RatesContract<SqliteSubject>;

public sealed class SqliteFiguresTests : FiguresContract<SqliteSubject>;

public sealed class SqliteSpendTests : SpendContract<SqliteSubject>;

public sealed class SqliteHealingTests : HealingContract<SqliteSubject>;

public sealed class SqliteGuardsTests : GuardsContract<SqliteSubject>;

public sealed class SqliteRequestRecordsTests : RequestRecordsContract<SqliteSubject>;

public sealed class SqliteLearningTests : LearningContract<SqliteSubject>;

public sealed class SqliteSignInsTests : SignInsContract<SqliteSubject>;

public sealed class SqliteRetentionTests : RetentionContract<SqliteSubject>;
