using Dapper;
using Microsoft.Data.Sqlite;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;
using Nightjar.Storage.Sqlite;

namespace Nightjar.Tests.Storage;

/// <summary>A disk that refuses for a while.</summary>
public sealed class SqliteTroubleTests : SqliteRoom
{
    [Fact]
    public async Task A_full_disk_stops_writing_and_not_reading_until_there_is_room()
    {
        await (await OpenAsync()).DisposeAsync();
        await using var file = new SqliteFile(StorePath);
        var journal = new SqliteJournal(file);
        await file.WriteAsync(connection => connection.Execute("PRAGMA max_page_count = 1"), Token); // takes the size it has as the least
        var written = 0;

        var full = await Assert.ThrowsAsync<StoreUnavailableException>(async () =>
        {
            for (; ; written++)
            {
                await journal.AppendAsync(Samples.Entry("note", Clock.Now) with { Data = new string('x', 100_000) }, Token);
            }
        });

        Assert.Contains("is full", full.Message, StringComparison.Ordinal);
        Assert.Contains("make room", full.Message, StringComparison.Ordinal);
        Assert.Equal(written, (await journal.ReadAsync(null, 0, 1_000, Token)).Count);

        await file.WriteAsync(connection => connection.Execute("PRAGMA max_page_count = 100000"), Token);
        await journal.AppendAsync(Samples.Entry("again", Clock.Now), Token);
        Assert.Equal(written + 1, (await journal.ReadAsync(null, 0, 1_000, Token)).Count);
    }

    [Fact]
    public async Task A_step_that_the_full_disk_stopped_left_nothing_behind()
    {
        await (await OpenAsync()).DisposeAsync();
        await using var file = new SqliteFile(StorePath);
        var incidents = new SqliteIncidents(file, new SqliteRuns(file));
        var incident = await incidents.OpenAsync(Samples.Incident("aaaaaaaa", "shop", Clock.Now), Samples.Fold("aaaaaaaa", Clock.Now), Samples.Entry("open", Clock.Now), Token);
        await file.WriteAsync(connection => connection.Execute("PRAGMA max_page_count = 1"), Token);
        var entries = Enumerable.Range(0, 50).Select(_ => Samples.Entry("big", Clock.Now, incident.Id) with { Data = new string('x', 100_000) }).ToList();

        await Assert.ThrowsAsync<StoreUnavailableException>(() => incidents.WriteAsync(incident with { Title = "New" }, 0, entries, Token));

        Assert.Equal("Stock goes negative", (await incidents.GetAsync(incident.Id, Token))?.Title);
        Assert.Single(await new SqliteJournal(file).ReadAsync(incident.Id, 0, 100, Token));

        await file.WriteAsync(connection => connection.Execute("PRAGMA max_page_count = 100000"), Token);
        Assert.True(await incidents.WriteAsync(incident with { Title = "New" }, 0, entries, Token));
    }

    [Fact]
    public async Task A_store_that_became_read_only_says_so_and_goes_on_afterwards()
    {
        await (await OpenAsync()).DisposeAsync();
        await using var file = new SqliteFile(StorePath);
        var journal = new SqliteJournal(file);
        await file.WriteAsync(connection => connection.Execute("PRAGMA query_only = ON"), Token);

        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => journal.AppendAsync(Samples.Entry("note", Clock.Now), Token));
        Assert.Contains("writable", refused.Message, StringComparison.Ordinal);

        await journal.AppendAsync(Samples.Entry("note", Clock.Now), Token); // by a fresh connection, which has no such setting
        Assert.Single(await journal.ReadAsync(null, 0, 10, Token));
    }

    [Fact]
    public async Task Counts_whose_mark_could_not_be_moved_are_not_kept_either()
    {
        await using var store = await OpenAsync();
        var shop = new ServiceName("shop");
        var counted = new RateBucket(shop, Clock.GetUtcNow(), 1, 2, RateUnit.Requests);
        Sql("CREATE TRIGGER torn BEFORE INSERT ON marks BEGIN SELECT RAISE(ABORT, 'killed here'); END");
        await Assert.ThrowsAsync<InvalidOperationException>(() => store.Rates.AddAsync([counted], new Dictionary<string, string> { ["a"] = "1" }, Token));
        Assert.Equal(0, (await store.Rates.ReadAsync(shop, Clock.GetUtcNow(), Clock.GetUtcNow().AddHours(1), Token)).Total);

        Sql("DROP TRIGGER torn");
        await store.Rates.AddAsync([counted], new Dictionary<string, string> { ["a"] = "1" }, Token);
        Assert.Equal(2, (await store.Rates.ReadAsync(shop, Clock.GetUtcNow(), Clock.GetUtcNow().AddHours(1), Token)).Total);
    }

    [Theory]
    [InlineData(SqliteFaults.Busy)]
    [InlineData(SqliteFaults.Locked)]
    [InlineData(SqliteFaults.ReadOnly)]
    [InlineData(SqliteFaults.InputOutput)]
    [InlineData(SqliteFaults.Corrupt)]
    [InlineData(SqliteFaults.Full)]
    [InlineData(SqliteFaults.CannotOpen)]
    [InlineData(SqliteFaults.NotADatabase)]
    public async Task After_any_trouble_of_the_disk_the_next_write_is_tried_afresh(int code)
    {
        await (await OpenAsync()).DisposeAsync();
        await using var file = new SqliteFile(StorePath);
        var journal = new SqliteJournal(file);

        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => file.WriteAsync(
            connection =>
            {
                SqliteJournal.Append(connection, Samples.Entry("lost", Clock.Now));
                throw new SqliteException("simulated", code);
            },
            Token));
        await journal.AppendAsync(Samples.Entry("kept", Clock.Now), Token);

        Assert.Contains(StorePath, refused.Message, StringComparison.Ordinal);
        Assert.Equal(["kept"], (await journal.ReadAsync(null, 0, 10, Token)).Select(e => e.Act));
        Assert.IsType<StoreUnavailableException>(await Record.ExceptionAsync(() => file.ReadAsync<int>(_ => throw new SqliteException("simulated", code), Token)));
    }

    [Fact]
    public async Task A_transaction_that_the_full_disk_ended_by_itself_still_names_the_cause()
    {
        await (await OpenAsync()).DisposeAsync();
        await using var file = new SqliteFile(StorePath);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => file.WriteAsync(
            connection =>
            {
                connection.Execute("ROLLBACK");
                throw new SqliteException("simulated", SqliteFaults.Full);
            },
            Token));
    }

    [Fact]
    public async Task What_was_written_is_on_disk_and_references_are_held()
    {
        await (await OpenAsync()).DisposeAsync();
        await using var file = new SqliteFile(StorePath);

        var settings = await file.WriteAsync(connection => new[] { "synchronous", "journal_mode", "foreign_keys" }.Select(name => connection.ExecuteScalar<string>($"PRAGMA {name}")).ToList(), Token);

        Assert.Equal(["2", "wal", "1"], settings);
    }

    [Fact]
    public async Task A_reader_writes_nothing()
    {
        await (await OpenAsync()).DisposeAsync();
        await using var file = new SqliteFile(StorePath);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => file.ReadAsync(connection => connection.Execute("DELETE FROM settings"), Token));
    }

    [Fact]
    public async Task Readers_do_not_wait_for_a_writer()
    {
        await using var store = await OpenAsync();
        await OpenIncidentAsync(store);
        using var other = new SqliteConnection($"Data Source={StorePath};Pooling=False");
        other.Open();
        other.Execute("BEGIN IMMEDIATE; DELETE FROM folds");

        Assert.Single(await store.Folds.ReadAsync(new IncidentId(1), Token));

        other.Execute("ROLLBACK");
    }

    [Fact]
    public async Task A_folder_that_cannot_be_is_said_in_words()
    {
        File.WriteAllText(At("file"), "");

        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => SqliteStore.OpenAsync(At("file/below/nightjar.db"), Clock, Token));

        Assert.Contains(At("file/below"), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_journal_refuses_changes_from_whoever_holds_the_file()
    {
        await using var store = await OpenAsync();
        await store.Journal.AppendAsync(Samples.Entry("note", Clock.Now), Token);
        await store.Journal.AppendAsync(Samples.Entry("note", Clock.Now), Token);

        string[] attempts =
        [
            "UPDATE journal SET why = 'nothing happened'",
            "DELETE FROM journal",
            "DELETE FROM journal WHERE sequence = 1",
            "REPLACE INTO journal (sequence, at, actor, act, step, why, cost_usd) VALUES (1, 0, 'x', 'x', 'Note', 'x', '0')",
            "INSERT INTO journal (sequence, at, actor, act, step, why, cost_usd) VALUES (1, 0, 'x', 'x', 'Note', 'x', '0') ON CONFLICT DO UPDATE SET why = 'x'",
        ];
        Assert.All(attempts, sql => Assert.Contains("append-only", Assert.Throws<SqliteException>(() => Sql(sql)).Message, StringComparison.Ordinal));
        Assert.All(await store.Journal.ReadAsync(null, 0, 10, Token), row => Assert.Equal("because", row.Why));
        Assert.Equal(2, (await store.Journal.ReadAsync(null, 0, 10, Token)).Count);

        await store.PruneAsync(Clock.Now, new(), Token);
        Assert.Throws<SqliteException>(() => Sql("DELETE FROM journal")); // retention leaves no door open
    }

    [Fact]
    public async Task Not_even_retention_deletes_rows_of_an_open_incident()
    {
        await using var store = await OpenAsync();
        var incident = await OpenIncidentAsync(store);

        Assert.Throws<SqliteException>(() => Sql($"INSERT INTO settings (name, value) VALUES ('journal.kept-since', '{long.MaxValue}'); DELETE FROM journal WHERE incident = 1"));

        await store.Incidents.WriteAsync(incident with { State = IncidentState.Resolved }, 0, [], Token);
        Sql("DELETE FROM journal WHERE incident = 1");
        Assert.Empty(await store.Journal.ReadAsync(incident.Id, 0, 10, Token));
    }

    [Fact]
    public async Task Not_even_raw_sql_makes_two_open_incidents_of_one_fingerprint()
    {
        await using var store = await OpenAsync();
        await OpenIncidentAsync(store);
        await OpenIncidentAsync(store, "bbbbbbbb");

        Assert.Contains("UNIQUE", Assert.Throws<SqliteException>(() => Sql("INSERT INTO fingerprints (hash, incident, is_open) VALUES ('aaaaaaaa', 2, 1)")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_owner_of_a_fingerprint_and_the_rows_of_an_effect_are_found_by_index()
    {
        await using var store = await OpenAsync();

        string Plan(string sql)
        {
            using var connection = new SqliteConnection($"Data Source={StorePath};Pooling=False");
            connection.Open();
            return string.Join('\n', connection.Query("EXPLAIN QUERY PLAN " + sql).Select(row => (string)row.detail));
        }

        Assert.DoesNotContain("SCAN", Plan("SELECT incident FROM fingerprints WHERE hash = 'a' ORDER BY is_open DESC, incident DESC LIMIT 1"), StringComparison.Ordinal);
        Assert.DoesNotContain("SCAN", Plan("SELECT * FROM journal WHERE key = 'k' ORDER BY sequence"), StringComparison.Ordinal);
        Assert.DoesNotContain("SCAN", Plan("SELECT * FROM journal WHERE incident = 1 AND sequence > 5 ORDER BY sequence LIMIT 10"), StringComparison.Ordinal);
        Assert.DoesNotContain("SCAN", Plan("SELECT * FROM inbox WHERE incident = 1 AND sequence > 5 ORDER BY sequence"), StringComparison.Ordinal);
    }
}
