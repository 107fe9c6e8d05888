using System.Collections.Immutable;
using Dapper;
using Microsoft.Data.Sqlite;
using Nightjar.Core.Incidents;
using Nightjar.Core.Signals;

namespace Nightjar.Storage.Sqlite;

internal sealed class SqliteFolds(SqliteFile file) : IFolds
{
    public Task AddAsync(IReadOnlyList<Fold> folds, CancellationToken cancellationToken) =>
        folds.Count == 0 ? Task.CompletedTask : file.WriteAsync(connection => Add(connection, folds), cancellationToken);

    public Task<ImmutableArray<Fold>> ReadAsync(IncidentId incident, CancellationToken cancellationToken) => file.ReadAsync<ImmutableArray<Fold>>(
        connection =>
        [
            .. connection.Query<Row>(
                "SELECT incident, hash, kind, count, first_seen AS FirstSeen, last_seen AS LastSeen, samples FROM folds WHERE incident = @id ORDER BY first_seen, hash",
                new { id = incident.Value }).Select(ToFold),
        ],
        cancellationToken);

    public async Task<IReadOnlyDictionary<IncidentId, ImmutableArray<Fold>>> ReadManyAsync(IReadOnlyCollection<IncidentId> incidents, CancellationToken cancellationToken)
    {
        if (incidents.Count == 0)
        {
            return ImmutableDictionary<IncidentId, ImmutableArray<Fold>>.Empty;
        }

        // One JSON array instead of a parameter each: any number of them fits.
        var ids = StoredJson.Write(incidents.Select(i => i.Value));
        var rows = await file.ReadAsync(
            connection => connection.Query<Row>(
                "SELECT incident, hash, kind, count, first_seen AS FirstSeen, last_seen AS LastSeen, '[]' AS samples FROM folds WHERE incident IN (SELECT value FROM json_each(@ids)) ORDER BY first_seen, hash",
                new { ids }).AsList(),
            cancellationToken);
        return rows.GroupBy(r => r.Incident).ToDictionary(g => new IncidentId(g.Key), g => g.Select(ToFold).ToImmutableArray());
    }

    internal static void Add(SqliteConnection connection, IReadOnlyList<Fold> folds) => connection.Execute(
        """
        INSERT INTO folds (incident, hash, kind, count, first_seen, last_seen, samples)
        VALUES (@Incident, @Hash, @Kind, @Count, @FirstSeen, @LastSeen, @Samples)
        ON CONFLICT (incident, hash) DO UPDATE SET
            kind = excluded.kind,
            count = count + excluded.count,
            first_seen = MIN(first_seen, excluded.first_seen),
            last_seen = MAX(last_seen, excluded.last_seen),
            samples = CASE excluded.samples WHEN '[]' THEN samples ELSE excluded.samples END
        """,
        folds.Select(ToRow));

    private static Row ToRow(Fold fold) => new()
    {
        Incident = fold.Incident.Value,
        Hash = StoredText.Clean(fold.Hash),
        Kind = fold.Kind.ToString(),
        Count = fold.Count,
        FirstSeen = fold.FirstSeen.UtcTicks,
        LastSeen = fold.LastSeen.UtcTicks,
        Samples = fold.Samples.IsDefaultOrEmpty ? "[]" : StoredJson.Write(fold.Samples.TakeLast(Fold.MostSamples).Select(s => StoredText.Bounded(s, Fold.LongestSample))),
    };

    private static Fold ToFold(Row row) => new(
        new IncidentId(row.Incident), row.Hash, Enum.Parse<SignalKind>(row.Kind), row.Count, Moments.At(row.FirstSeen), Moments.At(row.LastSeen), StoredJson.Read<ImmutableArray<string>>(row.Samples));

    private sealed record Row
    {
        public long Incident { get; init; }

        public string Hash { get; init; } = "";

        public string Kind { get; init; } = "";

        public long Count { get; init; }

        public long FirstSeen { get; init; }

        public long LastSeen { get; init; }

        public string Samples { get; init; } = "";
    }
}
