using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Nightjar.Core.Policy;

/// <summary>A person who is signed in to the dashboard.</summary>
/// <param name="Id">For lists and revoking; not a secret.</param>
public sealed record Session(long Id, string Person, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

/// <param name="Token">The secret for the cookie; shown once, kept only as a hash.</param>
public sealed record SignedIn(string Token, Session Session);

/// <summary>One-time links and the sessions that they open. Secrets are kept as hashes: a stolen store signs nobody in.</summary>
public interface ISignIns
{
    /// <summary>The secret of a link that works once and only until its lifetime is over.</summary>
    Task<string> IssueLinkAsync(string person, TimeSpan lifetime, CancellationToken cancellationToken);

    /// <summary>Uses up the link and opens a session; null when it is unknown, used or too old.</summary>
    Task<SignedIn?> RedeemAsync(string link, TimeSpan sessionLifetime, CancellationToken cancellationToken);

    /// <summary>The session of this secret; null when it is unknown, revoked or too old.</summary>
    Task<Session?> FindAsync(string token, CancellationToken cancellationToken);

    /// <summary>The sessions that are alive, newest first.</summary>
    Task<IReadOnlyList<Session>> SessionsAsync(CancellationToken cancellationToken);

    /// <summary>False when there is no such session any more.</summary>
    Task<bool> RevokeAsync(long session, CancellationToken cancellationToken);
}

/// <summary>Secrets of 256 random bits, so an unsalted hash of them cannot be searched.</summary>
public static class SignInSecret
{
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
