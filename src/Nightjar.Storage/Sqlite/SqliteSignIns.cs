using Dapper;
using Nightjar.Core.Policy;

namespace Nightjar.Storage.Sqlite;

internal sealed class SqliteSignIns(SqliteFile file, TimeProvider clock) : ISignIns
{
    public async Task<string> IssueLinkAsync(string person, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        var secret = SignInSecret.New();
        await file.WriteAsync(
            connection => connection.Execute(
                "INSERT INTO links (hash, person, expires_at) VALUES (@hash, @person, @expires)",
                new { hash = SignInSecret.Hash(secret), person = StoredText.Bounded(person), expires = (clock.GetUtcNow() + lifetime).UtcTicks }),
            cancellationToken);
        return secret;
    }

    public Task<SignedIn?> RedeemAsync(string link, TimeSpan sessionLifetime, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        return file.WriteAsync(
            connection =>
            {
                var person = connection.ExecuteScalar<string?>(
                    "DELETE FROM links WHERE hash = @hash AND expires_at > @now RETURNING person",
                    new { hash = SignInSecret.Hash(link), now = now.UtcTicks });
                if (person is null)
                {
                    return null;
                }

                var secret = SignInSecret.New();
                var expires = now + sessionLifetime;
                var id = connection.ExecuteScalar<long>(
                    "INSERT INTO sessions (hash, person, created_at, expires_at) VALUES (@hash, @person, @now, @expires) RETURNING id",
                    new { hash = SignInSecret.Hash(secret), person, now = now.UtcTicks, expires = expires.UtcTicks });
                return new SignedIn(secret, new Session(id, person, now, expires));
            },
            cancellationToken);
    }

    public Task<Session?> FindAsync(string token, CancellationToken cancellationToken) => file.ReadAsync(
        connection => connection.QuerySingleOrDefault<Row>(
            "SELECT id, person, created_at AS CreatedAt, expires_at AS ExpiresAt FROM sessions WHERE hash = @hash AND expires_at > @now",
            new { hash = SignInSecret.Hash(token), now = clock.GetUtcNow().UtcTicks })?.ToSession(),
        cancellationToken);

    public Task<IReadOnlyList<Session>> SessionsAsync(CancellationToken cancellationToken) => file.ReadAsync<IReadOnlyList<Session>>(
        connection =>
        [
            .. connection.Query<Row>(
                "SELECT id, person, created_at AS CreatedAt, expires_at AS ExpiresAt FROM sessions WHERE expires_at > @now ORDER BY id DESC",
                new { now = clock.GetUtcNow().UtcTicks }).Select(row => row.ToSession()),
        ],
        cancellationToken);

    public Task<bool> RevokeAsync(long session, CancellationToken cancellationToken) => file.WriteAsync(
        connection => connection.Execute("DELETE FROM sessions WHERE id = @session", new { session }) > 0,
        cancellationToken);

    private sealed record Row(long Id, string Person, long CreatedAt, long ExpiresAt)
    {
        public Session ToSession() => new(Id, Person, Moments.At(CreatedAt), Moments.At(ExpiresAt));
    }
}
