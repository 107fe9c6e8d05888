using System.Security.Cryptography;
using System.Text;

namespace Nightjar.Connectors.GitHub;

/// <summary>An answer that may be the same the next time.</summary>
/// <param name="Tag">Its entity tag (RFC 9110, section 8.8.3).</param>
internal sealed record KnownAnswer(string Tag, byte[] Body, Uri? Next);

/// <summary>The last answers by address, so that what did not change is neither sent nor counted again.</summary>
internal sealed class KnownAnswers
{
    /// <summary>Bytes: room for a few hundred requests with their comments.</summary>
    private const long Most = 16 * 1024 * 1024;

    /// <summary>An answer of more than this is asked for again.</summary>
    private const int Largest = 1024 * 1024;

    private readonly Lock gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, KnownAnswer Answer)>> byKey = [];
    private readonly LinkedList<(string Key, KnownAnswer Answer)> byUse = [];
    private long held;

    public KnownAnswer? Find(Uri url, string token)
    {
        lock (gate)
        {
            if (!byKey.TryGetValue(Key(url, token), out var node))
            {
                return null;
            }

            byUse.Remove(node);
            byUse.AddFirst(node);
            return node.Value.Answer;
        }
    }

    public void Keep(Uri url, string token, KnownAnswer answer)
    {
        if (answer.Body.Length > Largest)
        {
            return;
        }

        lock (gate)
        {
            var key = Key(url, token);
            if (byKey.TryGetValue(key, out var before))
            {
                Drop(before);
            }

            byKey[key] = byUse.AddFirst((key, answer));
            held += answer.Body.Length;
            while (held > Most && byUse.Last is { } oldest)
            {
                Drop(oldest);
            }
        }
    }

    /// <summary>Another token may see other things.</summary>
    private static string Key(Uri url, string token) => $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)).AsSpan(0, 8))} {url.AbsoluteUri}";

    private void Drop(LinkedListNode<(string Key, KnownAnswer Answer)> node)
    {
        byUse.Remove(node);
        byKey.Remove(node.Value.Key);
        held -= node.Value.Answer.Body.Length;
    }
}
