using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using Nightjar.Core.Evidence;
using Nightjar.Core.Memory;

namespace Nightjar.Storage.Sqlite;

/// <summary>
/// The rows are the truth, the file is their copy for people and other programs. A row says whether its line is known to be in the file;
/// after a kill between the two, the line is looked for before it is appended. A file that was taken away is written anew.
/// </summary>
internal sealed class SqliteIncidentMemory(SqliteFile file, LinesFile lines) : IIncidentMemory, IDisposable
{
    /// <summary>Unlike elsewhere, nulls are written: readers of the file expect every field.</summary>
    private static readonly JsonSerializerOptions LineJson = new(BundleFormat.Json)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private readonly SemaphoreSlim appending = new(1);

    public async Task RememberAsync(IncidentRecord record, CancellationToken cancellationToken)
    {
        var line = JsonSerializer.Serialize(record with { RootCause = StoredText.Bounded(record.RootCause) }, LineJson);
        await file.WriteAsync(
            connection => connection.Execute(
                """
                INSERT INTO memory (incident, hash, service, at, line, in_file) VALUES (@incident, @hash, @service, @at, @line, 0)
                ON CONFLICT (incident) DO UPDATE SET hash = excluded.hash, service = excluded.service, at = excluded.at, line = excluded.line, in_file = 0
                WHERE at <> excluded.at
                """,
                new { incident = record.Incident, hash = StoredText.Clean(record.Hash), service = StoredText.Clean(record.Service), at = record.At.UtcTicks, line }),
            cancellationToken);
        await CatchUpAsync(cancellationToken);
    }

    public Task<IReadOnlyList<IncidentRecord>> SimilarAsync(string hash, string service, int limit, CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyList<IncidentRecord>>(
        connection =>
        [
            .. connection.Query<string>(
                "SELECT line FROM memory WHERE hash = @hash OR service = @service ORDER BY hash = @hash DESC, at DESC, incident DESC LIMIT @limit",
                new { hash = StoredText.Clean(hash), service = StoredText.Clean(service), limit = Math.Max(limit, 0) }).Select(StoredJson.Read<IncidentRecord>),
        ],
        cancellationToken);

    /// <summary>Brings the file up to the rows.</summary>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        await appending.WaitAsync(cancellationToken);
        try
        {
            var all = !lines.Exists;
            var rows = await file.ReadAsync(
                connection => connection.Query<(long Incident, string Line)>($"SELECT incident, line FROM memory {(all ? "" : "WHERE in_file = 0 ")}ORDER BY at, incident").ToList(),
                cancellationToken);
            if (rows.Count > 0)
            {
                lines.AppendMissing([.. rows.Select(row => row.Line)]);
                await file.WriteAsync(
                    connection => connection.Execute("UPDATE memory SET in_file = 1 WHERE incident = @Incident AND in_file = 0", rows.Select(row => new { row.Incident })),
                    cancellationToken);
            }
        }
        finally
        {
            appending.Release();
        }
    }

    public void Dispose() => appending.Dispose();
}
