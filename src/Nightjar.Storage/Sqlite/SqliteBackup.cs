using Dapper;
using Microsoft.Data.Sqlite;
using Nightjar.Core.Incidents;

namespace Nightjar.Storage.Sqlite;

/// <summary>A copy of the store as it is at one moment, made while it is in use.</summary>
internal static class SqliteBackup
{
    /// <exception cref="IOException">The target is there already (it is left alone), or cannot be written.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be read, or the disk of the target is full.</exception>
    public static void Make(string store, string target, CancellationToken cancellationToken)
    {
        RefuseExisting(target);

        // Under another name until it is whole: half a backup must not look like one.
        var partial = $"{target}.{Guid.NewGuid():N}.partial";
        try
        {
            Copy(store, partial);
            cancellationToken.ThrowIfCancellationRequested();
            RefuseExisting(target);
            File.Move(partial, target, overwrite: false);
        }
        catch (SqliteException fault)
        {
            throw SqliteFaults.Translate(fault, $"{store} (being copied to {target})");
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static void Copy(string store, string partial)
    {
        SqliteStore.CreatePrivately(partial);
        using var source = SqliteFile.Open(store, SqliteOpenMode.ReadWrite);
        using var copy = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = partial, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        copy.Open();
        source.BackupDatabase(copy);

        // One file, without the log that WAL would put beside it.
        copy.Execute("PRAGMA journal_mode = DELETE");
        if (copy.ExecuteScalar<string>("PRAGMA quick_check(1)") is not "ok" and var says)
        {
            throw new StoreRefusedException($"The copy of {store} is not sound ({says}); it was thrown away. Look at the disk.");
        }
    }

    private static void RefuseExisting(string target)
    {
        if (Path.Exists(target))
        {
            throw new IOException($"{target} is there already; a backup overwrites nothing. Name a new file.");
        }
    }
}
