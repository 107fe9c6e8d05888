using System.Collections.Concurrent;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Nightjar.Storage.Sqlite;

/// <summary>
/// The one file: a single writer behind a lock, readers that see the last commit and wait for nobody. The work itself is
/// synchronous, because SQLite is; a write holds its thread for one disk sync, a few milliseconds.
/// </summary>
internal sealed class SqliteFile(string path) : IAsyncDisposable
{
    /// <summary>Idle readers kept open; more run when asked for and are closed after use. Each holds a 2 MB page cache at most.</summary>
    private const int MostIdleReaders = 4;

    /// <summary>How long another program (a backup, the sqlite3 shell) may hold the file before a call fails.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim writing = new(1);
    private readonly ConcurrentBag<SqliteConnection> idleReaders = [];
    private SqliteConnection? writer;
    private volatile bool disposed;

    public string Path => path;

    /// <summary>Runs in one transaction that is on disk when the task ends, or was not done at all.</summary>
    public async Task<T> WriteAsync<T>(Func<SqliteConnection, T> write, CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            writer ??= Open(path, SqliteOpenMode.ReadWrite);
            return InTransaction(writer, write);
        }
        catch (SqliteException fault)
        {
            DropWriter(fault);
            throw SqliteFaults.Translate(fault, path);
        }
        finally
        {
            writing.Release();
        }
    }

    public Task WriteAsync(Action<SqliteConnection> write, CancellationToken cancellationToken) =>
        WriteAsync(connection =>
        {
            write(connection);
            return true;
        }, cancellationToken);

    public Task<T> ReadAsync<T>(Func<SqliteConnection, T> read, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        try
        {
            return Task.FromResult(Read(read));
        }
        catch (SqliteException fault)
        {
            return Task.FromException<T>(SqliteFaults.Translate(fault, path));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await writing.WaitAsync();
        try
        {
            disposed = true;
            while (idleReaders.TryTake(out var reader))
            {
                await reader.DisposeAsync();
            }

            // Closed last: closing the last connection moves the log into the file and removes it.
            if (writer is not null)
            {
                await writer.DisposeAsync();
                writer = null;
            }
        }
        finally
        {
            writing.Release();
        }
    }

    /// <summary>A connection with every setting that the store relies on.</summary>
    internal static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        var text = new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = (int)Patience.TotalSeconds };
        var connection = new SqliteConnection(text.ToString());
        try
        {
            connection.Open();
            connection.Execute($"PRAGMA busy_timeout = {(int)Patience.TotalMilliseconds}; PRAGMA foreign_keys = ON");
            if (mode != SqliteOpenMode.ReadOnly)
            {
                connection.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// By SQL instead of the driver's transaction object: on a full disk SQLite rolls back by itself, and that object then fails for
    /// having nothing to roll back, which would hide the cause.
    /// </summary>
    internal static T InTransaction<T>(SqliteConnection connection, Func<SqliteConnection, T> write)
    {
        connection.Execute("BEGIN IMMEDIATE");
        try
        {
            var result = write(connection);
            connection.Execute("COMMIT");
            return result;
        }
        finally
        {
            if (IsInTransaction(connection))
            {
                connection.Execute("ROLLBACK");
            }
        }
    }

    private static bool IsInTransaction(SqliteConnection connection) => SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) == 0;

    private T Read<T>(Func<SqliteConnection, T> read)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        var reader = idleReaders.TryTake(out var idle) ? idle : OpenReader();
        var keep = false;
        try
        {
            var result = read(reader);
            keep = !disposed && idleReaders.Count < MostIdleReaders;
            return result;
        }
        finally
        {
            if (keep)
            {
                idleReaders.Add(reader);
            }
            else
            {
                reader.Dispose();
            }
        }
    }

    private SqliteConnection OpenReader()
    {
        var reader = Open(path, SqliteOpenMode.ReadWrite);
        reader.Execute("PRAGMA query_only = ON");
        return reader;
    }

    private void DropWriter(SqliteException fault)
    {
        if (writer is not null && (SqliteFaults.SpoilsConnection(fault) || IsInTransaction(writer)))
        {
            writer.Dispose();
            writer = null;
        }
    }
}
