using Dapper;
using Microsoft.Data.Sqlite;
using Nightjar.Core.Announcements;
using Nightjar.Core.Incidents;

namespace Nightjar.Storage.Sqlite;

internal sealed class SqlitePages(SqliteFile file) : IPages
{
    /// <summary>Standing pages of one list; more is not read by anybody.</summary>
    private const int MostStanding = 1_000;

    public Task<bool> RaiseAsync(Page page, CancellationToken cancellationToken) => file.WriteAsync(
        connection => !connection.ExecuteScalar<bool>("SELECT EXISTS (SELECT 1 FROM pages WHERE is_over = 0 AND incident IS NOT NULL AND incident = @Incident AND cause = @Cause)", new Row(page))
            && connection.Execute("INSERT INTO pages (key, incident, cause, raised_at, is_over, next_at, record) VALUES (@Key, @Incident, @Cause, @RaisedAt, @IsOver, @NextAt, @Record) ON CONFLICT DO NOTHING", new Row(page)) > 0,
        cancellationToken);

    public Task<IReadOnlyList<Page>> DueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        ListAsync("SELECT record FROM pages WHERE next_at <= @now ORDER BY next_at LIMIT @limit", new { now = now.UtcTicks, limit }, cancellationToken);

    public Task<IReadOnlyList<Page>> StandingAsync(IncidentId? incident, CancellationToken cancellationToken) =>
        ListAsync(incident is null ? "SELECT record FROM pages WHERE is_over = 0 ORDER BY raised_at LIMIT @MostStanding" : "SELECT record FROM pages WHERE is_over = 0 AND incident = @id ORDER BY raised_at LIMIT @MostStanding", new { id = incident?.Value, MostStanding }, cancellationToken);

    public Task<Page?> ChangeAsync(string key, Func<Page, Page> change, CancellationToken cancellationToken) => file.WriteAsync(
        connection =>
        {
            if (Find(connection, key) is not { } before)
            {
                return null;
            }

            var after = change(before);
            if (after != before)
            {
                connection.Execute("UPDATE pages SET is_over = @IsOver, next_at = @NextAt, record = @Record WHERE key = @Key", new Row(after));
            }

            return (Page?)after;
        },
        cancellationToken);

    private static Page? Find(SqliteConnection connection, string key) =>
        connection.ExecuteScalar<string?>("SELECT record FROM pages WHERE key = @key", new { key = StoredText.Clean(key) }) is { } record ? StoredJson.Read<Page>(record) : null;

    private Task<IReadOnlyList<Page>> ListAsync(string sql, object values, CancellationToken cancellationToken) =>
        file.ReadAsync<IReadOnlyList<Page>>(connection => [.. connection.Query<string>(sql, values).Select(StoredJson.Read<Page>)], cancellationToken);

    private sealed class Row(Page page)
    {
        public string Key => StoredText.Clean(page.Wish.Key);

        public long? Incident => page.Wish.Incident?.Value;

        public string Cause => StoredText.Clean(page.Wish.Cause);

        public long RaisedAt => page.RaisedAt.UtcTicks;

        public bool IsOver => page.Over is not null;

        public long? NextAt => page.NextAt?.UtcTicks;

        public string Record => StoredJson.Write(page with { Wish = page.Wish with { Title = StoredText.Bounded(page.Wish.Title), Text = StoredText.Bounded(page.Wish.Text) } });
    }
}
