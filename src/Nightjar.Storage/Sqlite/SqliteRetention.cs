using Dapper;
using Microsoft.Data.Sqlite;
using Nightjar.Core.Evidence;
using Nightjar.Core.Policy;

namespace Nightjar.Storage.Sqlite;

/// <summary>How many rows a pruning took away.</summary>
public sealed record Pruned(long Journal, long Rates, long HeldBack, long Figures);

/// <summary>Deletes what is older than its retention, in small transactions, so that nobody waits long for the writer.</summary>
internal static class SqliteRetention
{
    /// <summary>Rows of one transaction: some tens of milliseconds.</summary>
    private const int Batch = 5_000;

    /// <summary>Rates from before an open incident that its pages and its verification still look at.</summary>
    private static readonly TimeSpan BeforeAnIncident = TimeSpan.FromDays(1);

    public static async Task<Pruned> PruneAsync(SqliteFile file, DateTimeOffset now, RetentionOptions options, CancellationToken cancellationToken)
    {
        var keptSince = (now - options.Journal).UtcTicks;
        var journal = await RepeatAsync(file, connection => PruneJournal(connection, keptSince), cancellationToken);
        var rates = await RepeatAsync(file, connection => PruneRates(connection, (now - options.Rates).UtcTicks), cancellationToken);
        var heldBack = await RepeatAsync(file, connection => PruneHeldBack(connection, (now - options.HeldBack).UtcTicks), cancellationToken);
        var figures = await RepeatAsync(file, connection => PruneFigures(connection, isFine: true, (now - IContainerFigures.FineKept).UtcTicks), cancellationToken)
            + await RepeatAsync(file, connection => PruneFigures(connection, isFine: false, (now - options.Containers).UtcTicks), cancellationToken);
        await file.WriteAsync(connection => PruneExpired(connection, now.UtcTicks, keptSince), cancellationToken);
        return new Pruned(journal, rates, heldBack, figures);
    }

    private static async Task<long> RepeatAsync(SqliteFile file, Func<SqliteConnection, int> prune, CancellationToken cancellationToken)
    {
        long all = 0;
        int deleted;
        do
        {
            deleted = await file.WriteAsync(prune, cancellationToken);
            all += deleted;
        }
        while (deleted == Batch);
        return all;
    }

    private static int PruneJournal(SqliteConnection connection, long keptSince)
    {
        connection.Execute("INSERT OR REPLACE INTO settings (name, value) VALUES ('journal.kept-since', @keptSince)", new { keptSince });
        var deleted = connection.Execute(
            """
            DELETE FROM journal WHERE sequence IN (
                SELECT sequence FROM journal
                WHERE at < @keptSince AND NOT EXISTS (SELECT 1 FROM incidents WHERE id = journal.incident AND is_open = 1)
                LIMIT @Batch)
            """,
            new { keptSince, Batch });
        connection.Execute("DELETE FROM settings WHERE name = 'journal.kept-since'");
        return deleted;
    }

    private static int PruneRates(SqliteConnection connection, long keptSince) => connection.Execute(
        """
        WITH wanted AS (SELECT service, MIN(opened_at) - @before AS since FROM incidents WHERE is_open = 1 GROUP BY service)
        DELETE FROM rates WHERE (service, start) IN (
            SELECT service, start FROM rates
            WHERE start < @keptSince AND NOT EXISTS (SELECT 1 FROM wanted WHERE wanted.service = rates.service AND since <= rates.start)
            LIMIT @Batch)
        """,
        new { keptSince, before = BeforeAnIncident.Ticks, Batch });

    private static int PruneFigures(SqliteConnection connection, bool isFine, long keptSince) => connection.Execute(
        """
        DELETE FROM container_figures WHERE (container, is_fine, start) IN (
            SELECT container, is_fine, start FROM container_figures WHERE is_fine = @isFine AND start < @keptSince LIMIT @Batch)
        """,
        new { isFine, keptSince, Batch });

    private static int PruneHeldBack(SqliteConnection connection, long keptSince) => connection.Execute(
        """
        DELETE FROM held_back WHERE (hash, reason) IN (
            SELECT hash, reason FROM held_back
            WHERE last_seen < @keptSince AND NOT EXISTS (SELECT 1 FROM fingerprints WHERE fingerprints.hash = held_back.hash AND is_open = 1)
            LIMIT @Batch)
        """,
        new { keptSince, Batch });

    /// <summary>What ended by itself and has no history to keep.</summary>
    private static void PruneExpired(SqliteConnection connection, long now, long keptSince) => connection.Execute(
        "DELETE FROM links WHERE expires_at <= @now; DELETE FROM sessions WHERE expires_at <= @now; DELETE FROM cool_downs WHERE until <= @now; DELETE FROM pages WHERE is_over = 1 AND next_at IS NULL AND raised_at < @keptSince; DELETE FROM request_slots WHERE at < @keptSince; DELETE FROM agent_runs WHERE at < @keptSince; DELETE FROM runs WHERE started_at < @keptSince AND NOT EXISTS (SELECT 1 FROM incidents WHERE id = runs.incident AND is_open = 1); DELETE FROM heals WHERE at < @keptSince AND NOT EXISTS (SELECT 1 FROM incidents WHERE id = heals.incident AND is_open = 1)",
        new { now, keptSince });
}
