namespace Nightjar.Agents.Gateway;

/// <summary>
/// The most input tokens that a request can have. No token is shorter than a byte; where a request repeats the one before, which
/// was counted by the provider, only what is new is counted in bytes.
/// </summary>
internal sealed class InputBound
{
    /// <summary>Tokens that may be cut otherwise at the two ends of what is new.</summary>
    private const int Seams = 32;

    private readonly Lock gate = new();
    private byte[] before = [];
    private long counted;

    public long Of(ReadOnlySpan<byte> body)
    {
        lock (gate)
        {
            if (before.Length == 0)
            {
                return body.Length;
            }

            var head = body.CommonPrefixLength(before);
            var most = Math.Min(body.Length, before.Length) - head;
            var tail = 0;
            while (tail < most && body[^(tail + 1)] == before[^(tail + 1)])
            {
                tail++;
            }

            return Math.Min(body.Length, counted + (body.Length - head - tail) + Seams);
        }
    }

    /// <summary>The provider has counted this request.</summary>
    public void Counted(byte[] body, long tokens)
    {
        lock (gate)
        {
            (before, counted) = (body, tokens);
        }
    }
}
