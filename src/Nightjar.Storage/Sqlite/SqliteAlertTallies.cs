using Dapper;
using Nightjar.Core.Healing;
using Nightjar.Core.Services;

namespace Nightjar.Storage.Sqlite;

internal sealed class SqliteAlertTallies(SqliteFile file) : IAlertTallies
{
    public Task<AlertTally> GetAsync(ServiceName service, string type, CancellationToken cancellationToken) => file.ReadAsync(
        connection => connection.ExecuteScalar<string?>("SELECT record FROM alert_tallies WHERE service = @service AND type = @type", new { service = StoredText.Clean(service.Value), type = StoredText.Clean(type) }) is { } record ? StoredJson.Read<AlertTally>(record) : new AlertTally(),
        cancellationToken);

    public Task SetAsync(ServiceName service, string type, AlertTally tally, CancellationToken cancellationToken) => file.WriteAsync(
        connection => connection.Execute(
            "INSERT INTO alert_tallies (service, type, record) VALUES (@service, @type, @record) ON CONFLICT (service, type) DO UPDATE SET record = excluded.record",
            new { service = StoredText.Clean(service.Value), type = StoredText.Clean(type), record = StoredJson.Write(tally) }),
        cancellationToken);

    public Task<IReadOnlyList<(ServiceName Service, string Type, AlertTally Tally)>> ListAsync(CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyList<(ServiceName, string, AlertTally)>>(
        connection => [.. connection.Query<Row>("SELECT service, type, record FROM alert_tallies ORDER BY service, type").Select(r => (new ServiceName(r.Service), r.Type, StoredJson.Read<AlertTally>(r.Record)))],
        cancellationToken);

    private sealed record Row(string Service, string Type, string Record);
}
