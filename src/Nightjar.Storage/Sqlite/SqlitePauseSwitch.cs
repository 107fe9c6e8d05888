using Dapper;
using Nightjar.Core.Policy;

namespace Nightjar.Storage.Sqlite;

internal sealed class SqlitePauseSwitch(SqliteFile file) : IPauseSwitch
{
    public Task<Pause?> GetAsync(CancellationToken cancellationToken) => file.ReadAsync(
        connection => connection.ExecuteScalar<string?>("SELECT value FROM settings WHERE name = 'pause'") is { } value ? StoredJson.Read<Pause>(value) : null,
        cancellationToken);

    public Task SetAsync(Pause? pause, CancellationToken cancellationToken) => file.WriteAsync(
        connection =>
        {
            connection.Execute("DELETE FROM settings WHERE name = 'pause'");
            if (pause is not null)
            {
                var value = StoredJson.Write(pause with { By = StoredText.Bounded(pause.By), Why = StoredText.Bounded(pause.Why) });
                connection.Execute("INSERT INTO settings (name, value) VALUES ('pause', @value)", new { value });
            }
        },
        cancellationToken);
}
