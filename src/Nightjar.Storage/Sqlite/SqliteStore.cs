using Dapper;
using Microsoft.Data.Sqlite;
using Nightjar.Core.Announcements;
using Nightjar.Core.Evidence;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Memory;
using Nightjar.Core.Policy;
using Nightjar.Core.Proposal;
using Nightjar.Core.Runs;
using Nightjar.Core.Signals;

namespace Nightjar.Storage.Sqlite;

/// <summary>
/// The embedded store: one SQLite file behind all of Core's store interfaces, held by one process at a time. Beside it lie
/// <c>incidents.jsonl</c>, the lock, and while it is open the log that SQLite writes first (<c>-wal</c>, <c>-shm</c>).
/// Every member throws <see cref="StoreUnavailableException"/> when the disk refuses.
/// </summary>
public sealed class SqliteStore : IAsyncDisposable
{
    private readonly SqliteFile file;
    private readonly StoreLock held;
    private readonly SqliteIncidentMemory memory;

    private SqliteStore(SqliteFile file, StoreLock held, TimeProvider clock)
    {
        this.file = file;
        this.held = held;
        memory = new SqliteIncidentMemory(file, new LinesFile(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(file.Path) ?? "", "incidents.jsonl")));
        var runs = new SqliteRuns(file);
        Runs = runs;
        Incidents = new SqliteIncidents(file, runs);
        Folds = new SqliteFolds(file);
        Inbox = new SqliteInbox(file, clock);
        Journal = new SqliteJournal(file);
        Ledger = new SqliteFingerprintLedger(file);
        Silences = new SqliteSilences(file, clock);
        Pause = new SqlitePauseSwitch(file);
        Rates = new SqliteRates(file);
        Figures = new SqliteContainerFigures(file);
        Requests = new SqliteRequestRecords(file);
        Evidence = new SqliteEvidenceStore(file);
        Marks = new SqliteWatchMarks(file);
        SignIns = new SqliteSignIns(file);
        Spend = new SqliteSpendLedger(file, clock);
        Slots = new SqliteRequestSlots(file);
        Pages = new SqlitePages(file);
        Breaker = new SqliteBreakerRecord(file);
        Heals = new SqliteHeals(file);
        Tallies = new SqliteAlertTallies(file);
        AgentRuns = new SqliteAgentRuns(file);
        LogMemory = new SqliteLogMemory(file, clock);
    }

    /// <summary>The SQLite library in use, such as <c>3.40.1 (the system's)</c>.</summary>
    public static string EngineVersion => SqliteEngine.Version;

    public string Path => file.Path;

    public IIncidents Incidents { get; }

    public IRuns Runs { get; }

    public IFolds Folds { get; }

    public IInbox Inbox { get; }

    public IJournal Journal { get; }

    public IFingerprintLedger Ledger { get; }

    public ISilences Silences { get; }

    public IPauseSwitch Pause { get; }

    public IRates Rates { get; }

    public IContainerFigures Figures { get; }

    public IRequestRecords Requests { get; }

    public IEvidenceStore Evidence { get; }

    public IWatchMarks Marks { get; }

    public IIncidentMemory Memory => memory;

    public ISignIns SignIns { get; }

    public ISpendLedger Spend { get; }

    public IRequestSlots Slots { get; }

    public IPages Pages { get; }

    public IBreakerRecord Breaker { get; }

    public IHeals Heals { get; }

    public IAlertTallies Tallies { get; }

    public IAgentRuns AgentRuns { get; }

    public ILogMemory LogMemory { get; }

    /// <summary>Opens the store, makes it when there is none, and brings it to this program's schema.</summary>
    /// <exception cref="StoreInUseException">Another process has it open.</exception>
    /// <exception cref="StoreRefusedException">Damaged, written by a newer program, or not a store; nothing was changed.</exception>
    /// <exception cref="StoreUnavailableException">The disk refuses.</exception>
    public static async Task<SqliteStore> OpenAsync(string path, TimeProvider clock, CancellationToken cancellationToken)
    {
        _ = SqliteEngine.Version;
        var full = System.IO.Path.GetFullPath(path);
        MakeFolder(full);
        var held = await StoreLock.TakeAsync(full, clock, cancellationToken);
        var file = new SqliteFile(full);
        try
        {
            Prepare(full, clock.GetUtcNow());
            var store = new SqliteStore(file, held, clock);
            await store.memory.CatchUpAsync(cancellationToken);
            return store;
        }
        catch
        {
            await file.DisposeAsync();
            held.Dispose();
            throw;
        }
    }

    /// <summary>Who has the store open now; null when nobody has.</summary>
    public static StoreHolder? FindHolder(string path) => StoreLock.FindHolder(System.IO.Path.GetFullPath(path));

    /// <summary>Copies a store to a new file, also while another process uses it.</summary>
    /// <exception cref="IOException">The target is there already (it is left alone), or cannot be written.</exception>
    /// <exception cref="StoreRefusedException">There is no sound store at the path.</exception>
    public static void Backup(string path, string target, CancellationToken cancellationToken)
    {
        _ = SqliteEngine.Version;
        var full = System.IO.Path.GetFullPath(path);
        if (!File.Exists(full))
        {
            throw new StoreRefusedException($"There is no store at {full}");
        }

        SqliteBackup.Make(full, System.IO.Path.GetFullPath(target), cancellationToken);
    }

    /// <summary>Tells who asks for the holder (<see cref="FindHolder"/>, a second daemon) where this one answers.</summary>
    public void Announce(string url, string version) => held.Announce(url, version);

    /// <summary>Copies the store as it is now to a new file, while it goes on being used.</summary>
    /// <exception cref="IOException">The target is there already (it is left alone), or cannot be written.</exception>
    public Task BackupAsync(string target, CancellationToken cancellationToken) =>
        Task.Run(() => Backup(file.Path, target, cancellationToken), cancellationToken);

    /// <summary>Deletes what is older than its retention and belongs to no open incident.</summary>
    public Task<Pruned> PruneAsync(DateTimeOffset now, RetentionOptions options, CancellationToken cancellationToken) =>
        SqliteRetention.PruneAsync(file, now, options, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await file.DisposeAsync();
        memory.Dispose();
        held.Dispose();
    }

    /// <summary>For its owner alone: a store holds raw log lines.</summary>
    internal static void CreatePrivately(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var created = new FileStream(path, options);
    }

    private static void MakeFolder(string path)
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path) ?? path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"The folder of the store {path} cannot be made: {e.Message}", e);
        }
    }

    private static void Prepare(string path, DateTimeOffset now)
    {
        try
        {
            if (!File.Exists(path))
            {
                CreatePrivately(path);
            }
            else if (new FileInfo(path).Length > 0)
            {
                SqliteSchema.Check(path);
            }

            using var connection = SqliteFile.Open(path, SqliteOpenMode.ReadWrite);
            RefuseWithoutLog(path, connection);
            SqliteSchema.Migrate(connection, now);
        }
        catch (SqliteException fault)
        {
            throw SqliteFaults.Translate(fault, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"The store {path} cannot be made: {e.Message}", e);
        }
    }

    /// <summary>Readers that wait for nobody, and backups under load, need SQLite's write-ahead log.</summary>
    private static void RefuseWithoutLog(string path, SqliteConnection connection)
    {
        if (connection.ExecuteScalar<string>("PRAGMA journal_mode") != "wal")
        {
            throw new StoreRefusedException($"The file system of {path} has no shared memory, which SQLite's log needs (a network share?). Put the store on a local disk.");
        }
    }
}
