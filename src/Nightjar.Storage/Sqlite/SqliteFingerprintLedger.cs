using Dapper;
using Nightjar.Core.Incidents;

namespace Nightjar.Storage.Sqlite;

internal sealed class SqliteFingerprintLedger(SqliteFile file) : IFingerprintLedger
{
    public Task CoolDownAsync(string hash, DateTimeOffset until, string why, CancellationToken cancellationToken) => file.WriteAsync(
        connection => connection.Execute(
            "INSERT INTO cool_downs (hash, until, why) VALUES (@hash, @until, @why) ON CONFLICT (hash) DO UPDATE SET until = excluded.until, why = excluded.why",
            new { hash = StoredText.Clean(hash), until = until.UtcTicks, why = StoredText.Bounded(why) }),
        cancellationToken);

    public Task<IReadOnlyDictionary<string, DateTimeOffset>> CoolingAsync(DateTimeOffset now, CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyDictionary<string, DateTimeOffset>>(
        connection => connection.Query<(string Hash, long Until)>("SELECT hash, until FROM cool_downs WHERE until > @now", new { now = now.UtcTicks })
            .ToDictionary(row => row.Hash, row => Moments.At(row.Until), StringComparer.Ordinal),
        cancellationToken);

    public Task AddHeldBackAsync(IReadOnlyList<HeldBack> rows, CancellationToken cancellationToken) => rows.Count == 0 ? Task.CompletedTask : file.WriteAsync(
        connection => connection.Execute(
            """
            INSERT INTO held_back (hash, reason, subject, count, first_seen, last_seen) VALUES (@hash, @reason, @subject, @count, @first, @last)
            ON CONFLICT (hash, reason) DO UPDATE SET
                subject = excluded.subject,
                count = count + excluded.count,
                first_seen = MIN(first_seen, excluded.first_seen),
                last_seen = MAX(last_seen, excluded.last_seen)
            """,
            rows.Select(row => new
            {
                hash = StoredText.Clean(row.Hash),
                reason = StoredText.Bounded(row.Reason),
                subject = StoredText.Bounded(row.Subject),
                count = row.Count,
                first = row.FirstSeen.UtcTicks,
                last = row.LastSeen.UtcTicks,
            })),
        cancellationToken);

    public Task<IReadOnlyList<HeldBack>> HeldBackAsync(int limit, CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyList<HeldBack>>(
        connection =>
        [
            .. connection.Query<Row>(
                "SELECT hash, subject, reason, count, first_seen AS FirstSeen, last_seen AS LastSeen FROM held_back ORDER BY last_seen DESC, hash, reason LIMIT @limit",
                new { limit = Math.Max(limit, 0) }).Select(row => new HeldBack(row.Hash, row.Subject, row.Reason, row.Count, Moments.At(row.FirstSeen), Moments.At(row.LastSeen))),
        ],
        cancellationToken);

    private sealed record Row(string Hash, string Subject, string Reason, long Count, long FirstSeen, long LastSeen);
}
