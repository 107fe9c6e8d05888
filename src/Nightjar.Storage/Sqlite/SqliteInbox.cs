using Dapper;
using Nightjar.Core.Incidents;

namespace Nightjar.Storage.Sqlite;

internal sealed class SqliteInbox(SqliteFile file, TimeProvider clock) : IInbox
{
    /// <summary>A fingerprint or a signal travels in the text: cut, it could not be read.</summary>
    public Task PostAsync(IncidentId incident, InboxKind kind, string actor, string text, CancellationToken cancellationToken) => file.WriteAsync(
        connection => connection.Execute(
            "INSERT INTO inbox (incident, kind, actor, text, at) VALUES (@incident, @kind, @actor, @text, @at)",
            new { incident = incident.Value, kind = kind.ToString(), actor = StoredText.Bounded(actor), text = StoredText.Bounded(text, StoredText.LongestData), at = clock.GetUtcNow().UtcTicks }),
        cancellationToken);

    public Task<IReadOnlyList<InboxMessage>> ReadAsync(IncidentId incident, long after, CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyList<InboxMessage>>(
        connection =>
        [
            .. connection.Query<Row>(
                "SELECT sequence, kind, actor, text, at FROM inbox WHERE incident = @id AND sequence > @after ORDER BY sequence",
                new { id = incident.Value, after }).Select(row => new InboxMessage(row.Sequence, incident, Enum.Parse<InboxKind>(row.Kind), row.Actor, row.Text, Moments.At(row.At))),
        ],
        cancellationToken);

    private sealed record Row(long Sequence, string Kind, string Actor, string Text, long At);
}
