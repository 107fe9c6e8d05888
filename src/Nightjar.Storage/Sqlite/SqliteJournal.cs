using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using Nightjar.Core.Incidents;

namespace Nightjar.Storage.Sqlite;

internal sealed class SqliteJournal(SqliteFile file) : IJournal
{
    private const string Columns = "SELECT sequence, incident, at, actor, act, step, key, why, data, cost_usd AS CostUsd FROM journal";

    public Task AppendAsync(JournalEntry entry, CancellationToken cancellationToken) => file.WriteAsync(connection => Append(connection, entry), cancellationToken);

    public Task<IReadOnlyList<JournalEntry>> FindAsync(string key, CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyList<JournalEntry>>(
        connection => [.. connection.Query<Row>($"{Columns} WHERE key = @key ORDER BY sequence", new { key = StoredText.Clean(key) }).Select(ToEntry)],
        cancellationToken);

    public Task<IReadOnlyList<JournalEntry>> ReadAsync(IncidentId? incident, long after, int limit, CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyList<JournalEntry>>(
        connection =>
        [
            .. connection.Query<Row>(
                $"{Columns} WHERE {(incident is null ? "" : "incident = @incident AND ")}sequence > @after ORDER BY sequence LIMIT @limit",
                new { incident = incident?.Value, after, limit = Math.Max(limit, 0) }).Select(ToEntry),
        ],
        cancellationToken);

    internal static void Append(SqliteConnection connection, JournalEntry entry)
    {
        var isTooLong = entry.Data?.Length > StoredText.LongestData;
        connection.Execute(
            """
            INSERT INTO journal (incident, at, actor, act, step, key, why, data, cost_usd)
            VALUES (@incident, @at, @actor, @act, @step, @key, @why, @data, @cost)
            """,
            new
            {
                incident = entry.Incident?.Value,
                at = entry.At.UtcTicks,
                actor = StoredText.Bounded(entry.Actor),
                act = StoredText.Bounded(entry.Act),
                step = entry.Step.ToString(),
                key = entry.Key is null ? null : StoredText.Clean(entry.Key),
                why = StoredText.Bounded(isTooLong ? $"(result of {entry.Data?.Length} characters left out) {entry.Why}" : entry.Why),
                data = entry.Data is null || isTooLong ? null : StoredText.Clean(entry.Data),
                cost = entry.CostUsd.ToString(CultureInfo.InvariantCulture),
            });
    }

    private static JournalEntry ToEntry(Row row) => new()
    {
        Sequence = row.Sequence,
        Incident = row.Incident is { } id ? new IncidentId(id) : null,
        At = Moments.At(row.At),
        Actor = row.Actor,
        Act = row.Act,
        Step = Enum.Parse<JournalStep>(row.Step),
        Key = row.Key,
        Why = row.Why,
        Data = row.Data,
        CostUsd = decimal.Parse(row.CostUsd, CultureInfo.InvariantCulture),
    };

    private sealed record Row(long Sequence, long? Incident, long At, string Actor, string Act, string Step, string? Key, string Why, string? Data, string CostUsd);
}
