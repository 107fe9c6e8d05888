using System.Security.Cryptography;
using Nightjar.Core.Incidents;
using Nightjar.Storage;
using Nightjar.Storage.Sqlite;

namespace Nightjar.Tests.Storage;

public sealed class SqliteDamageTests : SqliteRoom
{
    [Fact]
    public async Task A_file_with_broken_pages_is_refused_and_left_as_it_is()
    {
        await MakeStoreAsync();
        var bytes = File.ReadAllBytes(StorePath);
        bytes.AsSpan(4096 * 2, 4096 * 4).Fill(0xA5);
        File.WriteAllBytes(StorePath, bytes);

        await AssertRefusedAsync("damaged", "backup");
    }

    [Fact]
    public async Task A_file_with_a_broken_header_is_refused_and_left_as_it_is()
    {
        await MakeStoreAsync();
        var bytes = File.ReadAllBytes(StorePath);
        bytes.AsSpan(0, 16).Fill(0x20);
        File.WriteAllBytes(StorePath, bytes);

        await AssertRefusedAsync("damaged", "not a database");
    }

    [Fact]
    public async Task A_file_that_was_cut_short_is_refused_and_left_as_it_is()
    {
        await MakeStoreAsync();
        using (var file = File.OpenWrite(StorePath))
        {
            file.SetLength(file.Length / 2);
        }

        await AssertRefusedAsync("damaged");
    }

    [Fact]
    public async Task A_text_file_is_refused_and_left_as_it_is()
    {
        File.WriteAllText(StorePath, string.Join('\n', Enumerable.Repeat("services: # somebody's config", 500)));

        await AssertRefusedAsync("damaged", "not a database");
    }

    [Fact]
    public async Task A_database_of_another_program_is_refused_and_left_as_it_is()
    {
        Sql("CREATE TABLE bookmarks (url TEXT)");

        await AssertRefusedAsync("another program");
    }

    [Fact]
    public async Task A_store_of_a_newer_program_is_refused_and_left_as_it_is()
    {
        await MakeStoreAsync();
        Sql("INSERT INTO nightjar_migrations (number, name, applied_at) VALUES (999, '999-flying', '2030-01-01')");

        await AssertRefusedAsync("newer Nightjar", "999");
    }

    [Fact]
    public async Task An_empty_file_becomes_a_store()
    {
        File.WriteAllText(StorePath, "");

        await using var store = await OpenAsync();

        Assert.Equal(1, (await OpenIncidentAsync(store)).Id.Value);
    }

    [Fact]
    public async Task A_row_that_this_program_did_not_write_is_refused_and_names_what_to_do()
    {
        await MakeStoreAsync();
        Sql("UPDATE incidents SET record = '{\"id\":1}'");

        await using var store = await OpenAsync();

        var refused = await Assert.ThrowsAsync<StoreRefusedException>(() => store.Incidents.GetAsync(new IncidentId(1), Token));
        Assert.Contains("backup", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_of_a_killed_process_is_taken_in()
    {
        await using (var store = await OpenAsync())
        {
            await OpenIncidentAsync(store);

            // What a kill leaves: the file and its log, copied while both are in use.
            Directory.CreateDirectory(At("killed"));
            File.Copy(StorePath, At("killed/nightjar.db"));
            File.Copy(StorePath + "-wal", At("killed/nightjar.db-wal"));
        }

        await using var again = await SqliteStore.OpenAsync(At("killed/nightjar.db"), Clock, Token);

        Assert.Equal("Stock goes negative", (await again.Incidents.GetAsync(new IncidentId(1), Token))?.Title);
    }

    [Fact]
    public async Task Migrations_are_recorded_and_applied_once()
    {
        await MakeStoreAsync();
        await MakeStoreAsync();

        Assert.Equal(SqliteSchema.All.Count, Value<int>("SELECT COUNT(*) FROM nightjar_migrations"));
        Assert.Equal(Enumerable.Range(1, SqliteSchema.All.Count), SqliteSchema.All.Select(m => m.Number));
    }

    [Fact]
    public async Task A_store_is_for_its_owner_alone()
    {
        await using var store = await OpenAsync();

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(StorePath));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(StorePath + "-wal"));
        }
    }

    [Fact]
    public void The_library_in_use_is_told() => Assert.Matches(@"^3\.\d+\.\d+ \((the system's|bundled)\)$", SqliteStore.EngineVersion);

    private async Task MakeStoreAsync()
    {
        await using var store = await OpenAsync();
        var incident = await OpenIncidentAsync(store);
        var rows = Enumerable.Range(0, 100).Select(_ => Samples.Entry("note", Clock.Now, incident.Id) with { Why = new string('x', 1_000) });
        await store.Incidents.WriteAsync(incident, incident.Version, [.. rows], Token);
    }

    private async Task AssertRefusedAsync(params string[] words)
    {
        var before = SHA256.HashData(File.ReadAllBytes(StorePath));

        var refused = await Assert.ThrowsAsync<StoreRefusedException>(OpenAsync);

        Assert.All(words.Append(StorePath).Append("Nothing was changed"), word => Assert.Contains(word, refused.Message, StringComparison.Ordinal));
        Assert.Equal(before, SHA256.HashData(File.ReadAllBytes(StorePath)));
        await Assert.ThrowsAsync<StoreRefusedException>(OpenAsync); // and the lock was given back
    }
}
