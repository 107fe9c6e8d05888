using Dapper;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;

namespace Nightjar.Storage.Sqlite;

internal sealed class SqliteHeals(SqliteFile file) : IHeals
{
    private const string Columns = "incident, key, service, playbook, action, workload, at, \"end\", ended_at AS EndedAt, is_escalated AS IsEscalated";

    private const string Failed = "('Ineffective', 'Failed', 'RolledBack')";

    public Task<IReadOnlyList<HealRow>> SinceAsync(DateTimeOffset since, CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyList<HealRow>>(
        connection => [.. connection.Query<Row>($"SELECT {Columns} FROM heals WHERE at > @since ORDER BY at, incident, key", new { since = since.UtcTicks }).Select(r => r.ToRow())],
        cancellationToken);

    public Task<HealRow> BeginAsync(HealRow row, CancellationToken cancellationToken) => file.WriteAsync(
        connection =>
        {
            var values = new { incident = row.Incident.Value, key = StoredText.Clean(row.Key), service = StoredText.Clean(row.Service.Value), playbook = StoredText.Clean(row.Playbook), action = StoredText.Clean(row.Action), workload = row.Workload is { } workload ? StoredText.Bounded(workload) : null, at = row.At.UtcTicks, end = row.End.ToString() };
            connection.Execute("INSERT INTO heals (incident, key, service, playbook, action, workload, at, \"end\") VALUES (@incident, @key, @service, @playbook, @action, @workload, @at, @end) ON CONFLICT DO NOTHING", values);
            return connection.QuerySingle<Row>($"SELECT {Columns} FROM heals WHERE incident = @incident AND key = @key", values).ToRow();
        },
        cancellationToken);

    public Task EndAsync(IncidentId incident, string key, HealEnd end, DateTimeOffset at, CancellationToken cancellationToken) => file.WriteAsync(
        connection => connection.Execute("UPDATE heals SET \"end\" = @end, ended_at = @at WHERE incident = @incident AND key = @key AND ended_at IS NULL", new { incident = incident.Value, key = StoredText.Clean(key), end = end.ToString(), at = at.UtcTicks }),
        cancellationToken);

    public Task EscalatedAsync(ServiceName service, CancellationToken cancellationToken) => file.WriteAsync(
        connection => connection.Execute($"UPDATE heals SET is_escalated = 1 WHERE service = @service AND is_escalated = 0 AND \"end\" IN {Failed}", new { service = StoredText.Clean(service.Value) }),
        cancellationToken);

    public Task<IReadOnlyList<StrategyRecord>> StrategiesAsync(ServiceName? service, CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyList<StrategyRecord>>(
        connection => [.. connection.Query<Counts>(
            $"""
            SELECT service, playbook, action, SUM("end" = 'Verified') AS verified, SUM("end" IN {Failed}) AS failed FROM heals
            WHERE "end" IN ('Verified', 'Ineffective', 'Failed', 'RolledBack') AND (@service IS NULL OR service = @service)
            GROUP BY service, playbook, action ORDER BY verified DESC, failed, service, playbook, action
            """,
            new { service = service is { } name ? StoredText.Clean(name.Value) : null }).Select(c => new StrategyRecord(new ServiceName(c.Service), c.Playbook, c.Action, (int)c.Verified, (int)c.Failed))],
        cancellationToken);

    public Task<HealFigures> FiguresAsync(DateTimeOffset since, CancellationToken cancellationToken) => file.ReadAsync(
        connection =>
        {
            var values = new { since = since.UtcTicks };
            var healed = connection.ExecuteScalar<int>("SELECT COUNT(DISTINCT heals.incident) FROM heals JOIN incidents ON incidents.id = heals.incident WHERE \"end\" = 'Verified' AND opened_at > @since AND incidents.is_open = 0 AND json_extract(record, '$.outcome') = 'healed'", values);
            var ended = connection.ExecuteScalar<int>("SELECT COUNT(*) FROM incidents WHERE is_open = 0 AND opened_at > @since", values);
            var unhealed = connection.ExecuteScalar<int>($"SELECT COUNT(*) FROM incidents WHERE is_open = 1 AND (SELECT \"end\" FROM heals WHERE heals.incident = incidents.id AND (\"end\" = 'Verified' OR \"end\" IN {Failed}) ORDER BY at DESC LIMIT 1) IN {Failed}");
            return new HealFigures(ended, healed, unhealed);
        },
        cancellationToken);

    public Task<HealStop?> GetStopAsync(CancellationToken cancellationToken) => file.ReadAsync(
        connection => connection.ExecuteScalar<string?>("SELECT value FROM settings WHERE name = 'healing-stop'") is { } value ? StoredJson.Read<HealStop>(value) : null,
        cancellationToken);

    public Task SetStopAsync(HealStop stop, CancellationToken cancellationToken) => file.WriteAsync(
        connection => connection.Execute(
            "INSERT INTO settings (name, value) VALUES ('healing-stop', @value) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            new { value = StoredJson.Write(stop with { Why = StoredText.Bounded(stop.Why) }) }),
        cancellationToken);

    /// <summary>By properties, because SQLite names no type for a sum without rows.</summary>
    private sealed class Counts
    {
        public string Service { get; init; } = "";

        public string Playbook { get; init; } = "";

        public string Action { get; init; } = "";

        public long Verified { get; init; }

        public long Failed { get; init; }
    }

    private sealed record Row(long Incident, string Key, string Service, string Playbook, string Action, string? Workload, long At, string End, long? EndedAt, long IsEscalated)
    {
        public HealRow ToRow() => new()
        {
            Incident = new IncidentId(Incident),
            Key = Key,
            Service = new ServiceName(Service),
            Playbook = Playbook,
            Action = Action,
            Workload = Workload,
            At = Moments.At(At),
            End = Enum.Parse<HealEnd>(End),
            EndedAt = EndedAt is { } ended ? Moments.At(ended) : null,
            IsEscalated = IsEscalated == 1,
        };
    }
}
