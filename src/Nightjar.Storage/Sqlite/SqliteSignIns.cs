using Dapper;
using Nightjar.Core.Policy;

namespace Nightjar.Storage.Sqlite;

internal sealed class SqliteSignIns(SqliteFile file) : ISignIns
{
    public Task CreateLinkAsync(string tokenHash, string person, DateTimeOffset expires, CancellationToken cancellationToken) => file.WriteAsync(
        connection => connection.Execute(
            "INSERT INTO links (hash, person, expires_at) VALUES (@hash, @person, @expires)",
            new { hash = tokenHash, person = StoredText.Bounded(person), expires = expires.UtcTicks }),
        cancellationToken);

    public Task<string?> UseLinkAsync(string tokenHash, DateTimeOffset now, CancellationToken cancellationToken) => file.WriteAsync(
        connection =>
        {
            var person = connection.ExecuteScalar<string?>("DELETE FROM links WHERE hash = @hash AND expires_at > @now RETURNING person", new { hash = tokenHash, now = now.UtcTicks });
            connection.Execute("DELETE FROM links WHERE expires_at <= @now", new { now = now.UtcTicks });
            return person;
        },
        cancellationToken);

    public Task CreateSessionAsync(string tokenHash, string person, DateTimeOffset now, DateTimeOffset expires, CancellationToken cancellationToken) => file.WriteAsync(
        connection =>
        {
            connection.Execute("DELETE FROM sessions WHERE hash = @hash OR expires_at <= @now", new { hash = tokenHash, now = now.UtcTicks });
            return connection.Execute(
                "INSERT INTO sessions (hash, person, created_at, expires_at) VALUES (@hash, @person, @now, @expires)",
                new { hash = tokenHash, person = StoredText.Bounded(person), now = now.UtcTicks, expires = expires.UtcTicks });
        },
        cancellationToken);

    public Task<SignedIn?> FindSessionAsync(string tokenHash, DateTimeOffset now, CancellationToken cancellationToken) => file.ReadAsync(
        connection => connection.QuerySingleOrDefault<Row>(
            "SELECT person, created_at AS CreatedAt, expires_at AS ExpiresAt FROM sessions WHERE hash = @hash AND expires_at > @now",
            new { hash = tokenHash, now = now.UtcTicks })?.ToSignedIn(),
        cancellationToken);

    public Task RevokeAsync(string tokenHash, CancellationToken cancellationToken) => file.WriteAsync(
        connection => connection.Execute("DELETE FROM sessions WHERE hash = @hash", new { hash = tokenHash }),
        cancellationToken);

    private sealed record Row(string Person, long CreatedAt, long ExpiresAt)
    {
        public SignedIn ToSignedIn() => new(Person, Moments.At(CreatedAt), Moments.At(ExpiresAt));
    }
}
