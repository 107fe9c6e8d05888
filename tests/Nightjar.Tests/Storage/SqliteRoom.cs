using Dapper;
using Microsoft.Data.Sqlite;
using Nightjar.Core.Incidents;
using Nightjar.Storage.Sqlite;
using Nightjar.Testing;

namespace Nightjar.Tests.Storage;

/// <summary>A folder with a SQLite store in it, and the means to harm it.</summary>
public abstract class SqliteRoom : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nightjar-store-");

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected FakeClock Clock { get; } = new();

    protected string StorePath => At("nightjar.db");

    public void Dispose()
    {
        folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    protected string At(string name) => Path.Combine(folder.FullName, name);

    protected Task<SqliteStore> OpenAsync() => SqliteStore.OpenAsync(StorePath, Clock, Token);

    protected Task<Incident> OpenIncidentAsync(SqliteStore store, string hash = "aaaaaaaa") =>
        store.Incidents.OpenAsync(Samples.Incident(hash, "shop", Clock.Now), Samples.Fold(hash, Clock.Now), Samples.Entry("open", Clock.Now), Token);

    /// <summary>Another program's hand in the file.</summary>
    protected void Sql(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={StorePath};Pooling=False");
        connection.Open();
        connection.Execute(sql);
    }

    protected T? Value<T>(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={StorePath};Pooling=False");
        connection.Open();
        return connection.ExecuteScalar<T>(sql);
    }
}
