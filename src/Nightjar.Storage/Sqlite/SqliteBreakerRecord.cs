using Dapper;
using Nightjar.Core.Policy;

namespace Nightjar.Storage.Sqlite;

internal sealed class SqliteBreakerRecord(SqliteFile file) : IBreakerRecord
{
    public Task<BreakerState> GetAsync(CancellationToken cancellationToken) => file.ReadAsync(
        connection => connection.ExecuteScalar<string?>("SELECT value FROM settings WHERE name = 'breaker'") is { } value ? StoredJson.Read<BreakerState>(value) : new BreakerState(),
        cancellationToken);

    public Task SetAsync(BreakerState state, CancellationToken cancellationToken) => file.WriteAsync(
        connection => connection.Execute(
            "INSERT INTO settings (name, value) VALUES ('breaker', @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            new { value = StoredJson.Write(state with { Why = StoredText.Bounded(state.Why) }) }),
        cancellationToken);
}
