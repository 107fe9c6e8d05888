using System.Globalization;
using System.Reflection;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Nightjar.Storage.Sqlite;

/// <summary>Whether a file is a sound store of ours, and the numbered migrations that bring it up to date.</summary>
internal static class SqliteSchema
{
    private const string Folder = "Nightjar.Storage.Sqlite.Migrations.";

    private const string Recorded = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'nightjar_migrations')";

    /// <summary>In order; the number is what the file name begins with.</summary>
    internal static readonly IReadOnlyList<Migration> All = Embedded();

    /// <summary>Looks at a file without changing a byte of it.</summary>
    /// <exception cref="StoreRefusedException">Damaged, newer than this program, or not ours.</exception>
    public static void Check(string path)
    {
        try
        {
            using var connection = SqliteFile.Open(path, SqliteOpenMode.ReadOnly);
            var faults = connection.Query<string>("PRAGMA quick_check(3)").ToList();
            if (faults is not ["ok"])
            {
                throw Damaged(path, string.Join("; ", faults), null);
            }

            CheckVersion(path, connection);
        }
        catch (SqliteException fault) when (fault.SqliteErrorCode is SqliteFaults.Corrupt or SqliteFaults.NotADatabase)
        {
            throw Damaged(path, fault.Message, fault);
        }
    }

    public static void Migrate(SqliteConnection connection, DateTimeOffset now)
    {
        connection.Execute("CREATE TABLE IF NOT EXISTS nightjar_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)");
        var applied = Latest(connection);
        foreach (var migration in All.Where(m => m.Number > applied))
        {
            SqliteFile.InTransaction(connection, _ =>
            {
                connection.Execute(migration.Sql);
                return connection.Execute(
                    "INSERT INTO nightjar_migrations (number, name, applied_at) VALUES (@Number, @Name, @at)",
                    new { migration.Number, migration.Name, at = now.ToString("O", CultureInfo.InvariantCulture) });
            });
        }
    }

    private static void CheckVersion(string path, SqliteConnection connection)
    {
        if (connection.ExecuteScalar<bool>(Recorded))
        {
            var found = Latest(connection);
            if (found > All[^1].Number)
            {
                throw new StoreRefusedException(
                    $"The store {path} was written by a newer Nightjar (schema {found}, this program knows {All[^1].Number}). Nothing was changed. Run that program version, or name another store.");
            }
        }
        else if (connection.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM sqlite_master)"))
        {
            throw new StoreRefusedException($"{path} is a database of another program, not a store of Nightjar. Nothing was changed. Name another file.");
        }
    }

    private static long Latest(SqliteConnection connection) => connection.ExecuteScalar<long?>("SELECT MAX(number) FROM nightjar_migrations") ?? 0;

    private static StoreRefusedException Damaged(string path, string says, Exception? fault) =>
        new($"The store {path} is damaged ({says}). Nothing was changed or moved. Stop every program that uses it, put {path}, {path}-wal and {path}-shm aside, and copy a backup to {path}; what can still be read of the old file, `sqlite3 {path} .recover` prints.", fault);

    private static List<Migration> Embedded()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames().Where(n => n.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(n => ReadOne(assembly, n))];
    }

    private static Migration ReadOne(Assembly assembly, string resource)
    {
        using var stream = assembly.GetManifestResourceStream(resource) ?? throw new InvalidOperationException($"{resource} is missing from the program");
        using var reader = new StreamReader(stream);
        var name = resource[Folder.Length..^".sql".Length];
        return new Migration(int.Parse(name.AsSpan(0, 3), CultureInfo.InvariantCulture), name, reader.ReadToEnd());
    }

    internal sealed record Migration(int Number, string Name, string Sql);
}
