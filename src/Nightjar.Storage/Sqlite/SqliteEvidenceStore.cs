using System.Globalization;
using Dapper;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;

namespace Nightjar.Storage.Sqlite;

internal sealed class SqliteEvidenceStore(SqliteFile file) : IEvidenceStore
{
    public Task<string> KeepAsync(IncidentId incident, EvidenceBundle bundle, CancellationToken cancellationToken)
    {
        var text = BundleFormat.Write(bundle);
        return file.WriteAsync(
            connection => Name(incident, connection.ExecuteScalar<long>(
                """
                INSERT INTO evidence (incident, part, bundle)
                VALUES (@incident, (SELECT COALESCE(MAX(part), 0) + 1 FROM evidence WHERE incident = @incident), @text)
                RETURNING part
                """,
                new { incident = incident.Value, text })),
            cancellationToken);
    }

    public Task<IReadOnlyList<(string Id, EvidenceBundle Bundle)>> ReadAsync(IncidentId incident, CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyList<(string, EvidenceBundle)>>(
        connection =>
        [
            .. connection.Query<(long Part, string Bundle)>("SELECT part, bundle FROM evidence WHERE incident = @id ORDER BY part", new { id = incident.Value })
                .Select(row => (Name(incident, row.Part), BundleFormat.Read(row.Bundle))),
        ],
        cancellationToken);

    private static string Name(IncidentId incident, long part) => string.Create(CultureInfo.InvariantCulture, $"{incident.Value}-{part}");
}
