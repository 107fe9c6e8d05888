using Nightjar.Storage;
using Nightjar.Storage.Sqlite;

namespace Nightjar.Tests.Storage;

public sealed class SqliteBackupTests : SqliteRoom
{
    [Fact]
    public async Task A_backup_made_under_load_is_a_whole_store()
    {
        await using var store = await OpenAsync();
        var incident = await OpenIncidentAsync(store);
        using var stop = new CancellationTokenSource();
        var load = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    await store.Journal.AppendAsync(Samples.Entry("note", Clock.Now, incident.Id), Token);
                }
            },
            Token);

        await store.BackupAsync(At("backup.db"), Token);
        SqliteStore.Backup(StorePath, At("second.db"), Token);
        await stop.CancelAsync();
        await load;

        await using var copy = await SqliteStore.OpenAsync(At("backup.db"), Clock, Token);
        var rows = await copy.Journal.ReadAsync(incident.Id, 0, int.MaxValue, Token);
        Assert.Equal(Enumerable.Range(1, rows.Count).Select(i => (long)i), rows.Select(r => r.Sequence));
        Assert.Equal(incident.Title, (await copy.Incidents.GetAsync(incident.Id, Token))?.Title);
        Assert.True(File.Exists(At("second.db")));
        Assert.Empty(Directory.GetFiles(At("."), "*.partial*"));
    }

    [Fact]
    public async Task What_is_there_is_never_overwritten()
    {
        await using var store = await OpenAsync();
        File.WriteAllText(At("precious.db"), "photos");

        var refused = await Assert.ThrowsAsync<IOException>(() => store.BackupAsync(At("precious.db"), Token));
        await Assert.ThrowsAsync<IOException>(() => store.BackupAsync(StorePath, Token));

        Assert.Contains("overwrites nothing", refused.Message, StringComparison.Ordinal);
        Assert.Equal("photos", File.ReadAllText(At("precious.db")));
    }

    [Fact]
    public async Task A_backup_to_nowhere_and_one_of_nothing_fail_and_leave_nothing()
    {
        await using var store = await OpenAsync();

        await Assert.ThrowsAnyAsync<IOException>(() => store.BackupAsync(At("no/such/folder.db"), Token));
        Assert.Throws<StoreRefusedException>(() => SqliteStore.Backup(At("none.db"), At("copy.db"), Token));

        Assert.False(File.Exists(At("none.db")));
        Assert.False(File.Exists(At("copy.db")));
    }

    [Fact]
    public async Task A_backup_is_one_file_for_its_owner_alone()
    {
        await using var store = await OpenAsync();
        await store.BackupAsync(At("backup.db"), Token);

        Assert.Equal([At("backup.db")], Directory.GetFiles(At("."), "backup.db*").Select(Path.GetFullPath));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(At("backup.db")));
        }
    }
}
