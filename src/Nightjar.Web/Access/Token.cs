using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Nightjar.Web.Access;

/// <summary>Secrets handed to people and browsers. Only their hash is kept.</summary>
internal static class Token
{
    /// <summary>32 random bytes are 43 characters; anything much longer is not one of ours.</summary>
    private const int Longest = 200;

    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Sha256, in hex. No salt: the token itself is random.</summary>
    public static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    public static bool IsPlausible(string? token) => token is { Length: > 0 and <= Longest };

    /// <summary>Takes the same time for every wrong answer of any length.</summary>
    public static bool Same(string given, string expected) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(expected)));
}
