using Dapper;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;

namespace Nightjar.Storage.Sqlite;

internal sealed class SqliteRequestSlots(SqliteFile file) : IRequestSlots
{
    public Task<IReadOnlyList<RequestSlot>> SinceAsync(DateTimeOffset since, CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyList<RequestSlot>>(
        connection => [.. connection.Query<Row>("SELECT incident, occurrence, at FROM request_slots WHERE at > @since ORDER BY at", new { since = since.UtcTicks }).Select(r => new RequestSlot(new IncidentId(r.Incident), (int)r.Occurrence, Moments.At(r.At)))],
        cancellationToken);

    public Task TakeAsync(RequestSlot slot, CancellationToken cancellationToken) => file.WriteAsync(
        connection => connection.Execute("INSERT INTO request_slots (incident, occurrence, at) VALUES (@incident, @Occurrence, @at) ON CONFLICT DO NOTHING", new { incident = slot.Incident.Value, slot.Occurrence, at = slot.At.UtcTicks }),
        cancellationToken);

    private sealed record Row(long Incident, long Occurrence, long At);
}
