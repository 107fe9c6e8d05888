using Dapper;
using Microsoft.Data.Sqlite;
using Nightjar.Core.Incidents;

namespace Nightjar.Storage.Sqlite;

internal sealed class SqliteIncidents(SqliteFile file, SqliteRuns runs) : IIncidents
{
    /// <summary>Most rows of one list, whatever is asked for.</summary>
    private const int LongestList = 1_000;

    public Task<Incident> OpenAsync(Incident draft, Fold first, JournalEntry entry, CancellationToken cancellationToken) => file.WriteAsync(
        connection =>
        {
            if (Owner(connection, draft) is { } owner)
            {
                SqliteFolds.Add(connection, [first with { Incident = owner }]);
                return Find(connection, owner) ?? throw new InvalidOperationException($"Incident {owner} owns a fingerprint and is not there");
            }

            // Incidents are never deleted and there is one writer, so the next number is the highest and one.
            var id = new IncidentId(connection.ExecuteScalar<long>("SELECT COALESCE(MAX(id), 0) + 1 FROM incidents"));
            var incident = draft with { Id = id };
            connection.Execute(
                """
                INSERT INTO incidents (id, service, state, is_open, version, next_due, opened_at, ended_at, record)
                VALUES (@Id, @Service, @State, @IsOpen, @Version, @NextDue, @OpenedAt, @EndedAt, @Record)
                """,
                new Row(incident));
            OwnFingerprints(connection, incident);
            SqliteFolds.Add(connection, [first with { Incident = id }]);
            SqliteJournal.Append(connection, entry with { Incident = id });
            runs.Keep(connection, incident);
            return incident;
        },
        cancellationToken);

    public Task<Incident?> GetAsync(IncidentId id, CancellationToken cancellationToken) => file.ReadAsync(connection => Find(connection, id), cancellationToken);

    public Task<bool> WriteAsync(Incident incident, long expectedVersion, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken) => file.WriteAsync(
        connection =>
        {
            var next = incident with { Version = expectedVersion + 1 };
            var changed = connection.Execute(
                """
                UPDATE incidents SET service = @Service, state = @State, is_open = @IsOpen, version = @Version, next_due = @NextDue,
                    opened_at = @OpenedAt, ended_at = @EndedAt, record = @Record
                WHERE id = @Id AND version = @Version - 1
                """,
                new Row(next));
            if (changed == 0)
            {
                return false;
            }

            OwnFingerprints(connection, next);
            foreach (var entry in entries)
            {
                SqliteJournal.Append(connection, entry);
            }

            runs.Keep(connection, next);
            return true;
        },
        cancellationToken);

    public Task<IReadOnlyList<Incident>> ListAsync(IncidentQuery query, CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyList<Incident>>(
        connection =>
        {
            // Only the conditions that are asked for, so that each list can use its index.
            var where = string.Concat(
                query.Open is null ? "" : " AND is_open = @open",
                query.Service is null ? "" : " AND service = @service",
                query.Before is null ? "" : " AND id < @before");
            var records = connection.Query<string>(
                $"SELECT record FROM incidents WHERE 1{where} ORDER BY id DESC LIMIT @limit",
                new { open = query.Open, service = query.Service is { } s ? StoredText.Clean(s.Value) : null, before = query.Before, limit = Math.Clamp(query.Limit, 0, LongestList) });
            return [.. records.Select(StoredJson.Read<Incident>)];
        },
        cancellationToken);

    public Task<IReadOnlyList<(IncidentId Id, DateTimeOffset Due)>> DueAsync(CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyList<(IncidentId, DateTimeOffset)>>(
        connection => [.. connection.Query<(long Id, long Due)>(
            """
            SELECT id, next_due AS due FROM incidents WHERE next_due IS NOT NULL
            UNION ALL
            SELECT id, 0 FROM incidents WHERE next_due IS NULL
                AND EXISTS (SELECT 1 FROM inbox WHERE inbox.incident = incidents.id AND inbox.sequence > COALESCE(json_extract(record, '$.inboxSeen'), 0))
            ORDER BY due, id
            """).Select(row => (new IncidentId(row.Id), Moments.At(row.Due)))],
        cancellationToken);

    public Task<Incident?> LatestAsync(string hash, CancellationToken cancellationToken) => file.ReadAsync(
        connection => connection.ExecuteScalar<string?>(
            "SELECT record FROM incidents WHERE id = (SELECT incident FROM fingerprints WHERE hash = @hash ORDER BY is_open DESC, incident DESC LIMIT 1)",
            new { hash = StoredText.Clean(hash) }) is { } record ? StoredJson.Read<Incident>(record) : null,
        cancellationToken);

    private static Incident? Find(SqliteConnection connection, IncidentId id) =>
        connection.ExecuteScalar<string?>("SELECT record FROM incidents WHERE id = @id", new { id = id.Value }) is { } record ? StoredJson.Read<Incident>(record) : null;

    /// <summary>The other open incident that owns a fingerprint of this one.</summary>
    private static IncidentId? Owner(SqliteConnection connection, Incident incident)
    {
        foreach (var hash in Hashes(incident))
        {
            if (connection.ExecuteScalar<long?>("SELECT incident FROM fingerprints WHERE hash = @hash AND is_open = 1", new { hash }) is { } owner)
            {
                return new IncidentId(owner);
            }
        }

        return null;
    }

    private static void OwnFingerprints(SqliteConnection connection, Incident incident)
    {
        connection.Execute("DELETE FROM fingerprints WHERE incident = @id", new { id = incident.Id.Value });
        if (incident.State.IsOpen())
        {
            foreach (var hash in Hashes(incident))
            {
                RefuseTaken(connection, hash);
            }
        }

        connection.Execute(
            "INSERT INTO fingerprints (hash, incident, is_open) VALUES (@hash, @id, @isOpen)",
            Hashes(incident).Select(hash => new { hash, id = incident.Id.Value, isOpen = incident.State.IsOpen() }));
    }

    private static void RefuseTaken(SqliteConnection connection, string hash)
    {
        if (connection.ExecuteScalar<long?>("SELECT incident FROM fingerprints WHERE hash = @hash AND is_open = 1", new { hash }) is { } owner)
        {
            throw new FingerprintTakenException(hash, new IncidentId(owner));
        }
    }

    private static IEnumerable<string> Hashes(Incident incident) => incident.Fingerprints.Select(f => StoredText.Clean(f.Fingerprint.Hash)).Distinct(StringComparer.Ordinal);

    private sealed class Row(Incident incident)
    {
        public long Id => incident.Id.Value;

        public string Service => StoredText.Clean(incident.Service.Value);

        public string State => incident.State.ToString();

        public bool IsOpen => incident.State.IsOpen();

        public long Version => incident.Version;

        public long? NextDue => incident.NextDue?.UtcTicks;

        public long OpenedAt => incident.OpenedAt.UtcTicks;

        public long? EndedAt => incident.EndedAt?.UtcTicks;

        public string Record => StoredJson.Write(incident);
    }
}
