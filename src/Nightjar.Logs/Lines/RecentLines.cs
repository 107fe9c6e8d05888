using System.Collections.Immutable;
using Nightjar.Core.Evidence;
using Nightjar.Logs.Events;

namespace Nightjar.Logs.Lines;

/// <summary>The newest events of one service as they were written, in a ring: bounded in number and in bytes, whatever comes.</summary>
internal sealed class RecentLines
{
    public const int Most = 2_000;

    /// <summary>512 kB of text.</summary>
    public const int MostCharacters = 256 * 1024;

    private const int LongestLine = 1_000;

    /// <summary>Nothing before the first line: of hundreds of services many are silent.</summary>
    private LoggedLine[] ring = [];
    private int first;
    private int count;
    private int characters;

    public int Count => count;

    public int Characters => characters;

    public void Add(LogEvent line)
    {
        ring = ring.Length == 0 ? new LoggedLine[Most] : ring;
        var text = line.Raw.Length > LongestLine ? line.Raw[..LongestLine] : line.Raw;
        while (count == Most || (count > 0 && characters + text.Length > MostCharacters))
        {
            characters -= ring[first].Text.Length;
            first = (first + 1) % Most;
            count--;
        }

        ring[(first + count) % Most] = new LoggedLine(line.At, text);
        characters += text.Length;
        count++;
    }

    /// <summary>As many before the onset as after it; where one side has fewer, more of the other. In the order in which they came.</summary>
    public ImmutableArray<LoggedLine> Around(DateTimeOffset onset, int most = LogDigest.MostAround)
    {
        var at = 0;
        while (at < count && this[at].At < onset)
        {
            at++;
        }

        var from = Math.Max(0, Math.Min(at - (most / 2), count - most));
        return [.. Enumerable.Range(from, Math.Min(most, count - from)).Select(i => this[i])];
    }

    private LoggedLine this[int index] => ring[(first + index) % Most];
}
