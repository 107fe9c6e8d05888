namespace Nightjar.Agents.Gateway;

/// <summary>
/// The most input tokens that a request can have. No token is shorter than a byte; where a request holds all of the one before, which
/// was counted by the provider, only what was put in is counted in bytes.
/// </summary>
internal sealed class InputBound
{
    /// <summary>Tokens that may be cut otherwise at the two ends of what is new.</summary>
    private const int Seams = 32;

    /// <summary>Of the largest picture that a model looks at, rounded up.</summary>
    private const int Picture = 5_000;

    /// <summary>What the provider puts before the tools; 804 is the most that it names.</summary>
    private const int OwnWords = 1_000;

    private readonly Lock gate = new();
    private byte[] before = [];
    private long counted;

    public long Of(ReadOnlySpan<byte> body, int pictures = 0)
    {
        var whole = body.Length + OwnWords + ((long)pictures * Picture);
        lock (gate)
        {
            if (before.Length == 0 || body.Length < before.Length)
            {
                return whole;
            }

            // Something that was taken out may have made it shorter than the sum of its parts (thinking that is left out, say).
            var head = body.CommonPrefixLength(before);
            var isHeld = body[^(before.Length - head)..].SequenceEqual(before.AsSpan(head));
            return isHeld ? Math.Min(whole, counted + (body.Length - before.Length) + Seams + ((long)pictures * Picture)) : whole;
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
