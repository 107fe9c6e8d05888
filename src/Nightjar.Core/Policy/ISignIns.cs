namespace Nightjar.Core.Policy;

/// <summary>
/// One-time sign-in links and the sessions that they become. Only hashes of tokens come in here, so that a copy of the store
/// opens no door.
/// </summary>
public interface ISignIns
{
    Task CreateLinkAsync(string tokenHash, string person, DateTimeOffset expires, CancellationToken cancellationToken);

    /// <summary>The person the link was made for, the first time it is used before it expires; null otherwise.</summary>
    Task<string?> UseLinkAsync(string tokenHash, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Replaces a session with the same hash, which is how its end moves on.</summary>
    /// <param name="now">When the person signed in: becomes <see cref="SignedIn.CreatedAt"/>.</param>
    Task CreateSessionAsync(string tokenHash, string person, DateTimeOffset now, DateTimeOffset expires, CancellationToken cancellationToken);

    /// <summary>The session, unless it expired or was revoked.</summary>
    Task<SignedIn?> FindSessionAsync(string tokenHash, DateTimeOffset now, CancellationToken cancellationToken);

    Task RevokeAsync(string tokenHash, CancellationToken cancellationToken);
}

/// <summary>Somebody who is signed in.</summary>
public sealed record SignedIn(string Person, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);
