using Dapper;
using Nightjar.Core.Policy;

namespace Nightjar.Storage.Sqlite;

internal sealed class SqliteSilences(SqliteFile file, TimeProvider clock) : ISilences
{
    public Task<Silence> AddAsync(string? service, string? hash, DateTimeOffset until, string by, string why, CancellationToken cancellationToken) => file.WriteAsync(
        connection =>
        {
            var silence = new Silence(0, service is null ? null : StoredText.Clean(service), hash is null ? null : StoredText.Clean(hash), until, StoredText.Bounded(by), StoredText.Bounded(why), clock.GetUtcNow());
            var id = connection.ExecuteScalar<long>(
                "INSERT INTO silences (service, hash, until, by, why, created_at) VALUES (@Service, @Hash, @until, @By, @Why, @at) RETURNING id",
                new { silence.Service, silence.Hash, until = until.UtcTicks, silence.By, silence.Why, at = silence.CreatedAt.UtcTicks });
            return silence with { Id = id };
        },
        cancellationToken);

    public Task<IReadOnlyList<Silence>> ActiveAsync(DateTimeOffset now, CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyList<Silence>>(
        connection =>
        [
            .. connection.Query<Row>(
                "SELECT id, service, hash, until, by, why, created_at AS CreatedAt FROM silences WHERE until > @now ORDER BY id",
                new { now = now.UtcTicks }).Select(row => new Silence(row.Id, row.Service, row.Hash, Moments.At(row.Until), row.By, row.Why, Moments.At(row.CreatedAt))),
        ],
        cancellationToken);

    public Task<bool> EndAsync(long id, DateTimeOffset now, CancellationToken cancellationToken) => file.WriteAsync(
        connection => connection.Execute("UPDATE silences SET until = @now WHERE id = @id AND until > @now", new { id, now = now.UtcTicks }) > 0,
        cancellationToken);

    private sealed record Row(long Id, string? Service, string? Hash, long Until, string By, string Why, long CreatedAt);
}
