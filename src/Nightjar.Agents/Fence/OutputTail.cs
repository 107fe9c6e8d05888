using System.Text;
using System.Text.RegularExpressions;

namespace Nightjar.Agents.Fence;

/// <summary>Keeps the end of what a process prints, however much that is.</summary>
internal sealed partial class OutputTail
{
    /// <summary>20 kB: some 250 lines, enough for the failures at the end of a test run.</summary>
    public const int Most = 20_000;

    private readonly Lock gate = new();
    private readonly byte[] ring = new byte[Most];
    private long written;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            var last = bytes.Length > Most ? bytes[^Most..] : bytes;
            written += bytes.Length - last.Length;
            var at = (int)(written % Most);
            var first = Math.Min(last.Length, Most - at);
            last[..first].CopyTo(ring.AsSpan(at));
            last[first..].CopyTo(ring);
            written += last.Length;
        }
    }

    /// <summary>Text without terminal colours and control characters; invalid UTF-8 is replaced.</summary>
    public string Read()
    {
        lock (gate)
        {
            var at = (int)(written % Most);
            var bytes = written <= Most ? ring.AsSpan(0, (int)written) : [.. ring.AsSpan(at), .. ring.AsSpan(0, at)];
            var text = Colour().Replace(Encoding.UTF8.GetString(bytes).ReplaceLineEndings("\n"), "");
            return Control().Replace(text, "");
        }
    }

    internal async Task PumpAsync(Stream stream)
    {
        var buffer = new byte[8192];
        try
        {
            while (await stream.ReadAsync(buffer, CancellationToken.None) is > 0 and var count)
            {
                Add(buffer.AsSpan(0, count));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The pipe went away with a killed process: what was read so far is the output.
        }
    }

    [GeneratedRegex(@"\x1b(?:\[[0-9;?]*[A-Za-z]|\][^\x07\x1b]*(?:\x07|\x1b\\))", RegexOptions.CultureInvariant)]
    private static partial Regex Colour();

    [GeneratedRegex(@"[\x00-\x08\x0b-\x1f\x7f]", RegexOptions.CultureInvariant)]
    private static partial Regex Control();
}
