using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Core.Signals.Cluster.Ahead;

namespace Nightjar.Connectors.Kubernetes.Ahead;

/// <summary>
/// Tells one digest of what is weak in a cluster: the same one while nothing changes, and another one when something did, a day later at
/// the earliest. It is of the lowest severity: nobody is called, and nothing is done about it.
/// </summary>
internal sealed class DigestTeller(string cluster)
{
    /// <summary>A list that changes by the hour is not read.</summary>
    private static readonly TimeSpan KeepsFor = TimeSpan.FromDays(1);

    private ImmutableArray<string> lines = [];
    private DateTimeOffset madeAt;

    /// <summary>The signal that keeps the digest open, or opens another; null when nothing is weak.</summary>
    public Signal? Tell(ImmutableArray<Weakness> found, DateTimeOffset now)
    {
        var fresh = LookAhead.Digest(found);
        if (fresh.IsEmpty || lines.IsEmpty || now - madeAt >= KeepsFor)
        {
            (lines, madeAt) = (fresh, now);
        }

        return lines.IsEmpty ? null : Signal(cluster, lines, now);
    }

    /// <summary>Known by what it says: the digest of a restarted Nightjar is the one that is open.</summary>
    public static Signal Signal(string cluster, ImmutableArray<string> lines, DateTimeOffset now) => new()
    {
        Kind = SignalKind.Finding,
        Service = new ServiceName(cluster),
        At = now,
        Source = $"look-ahead:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', lines))).AsSpan(0, 4))}",
        Condition = "look-ahead",
        Severity = Severity.Info,
        Message = string.Create(CultureInfo.InvariantCulture, $"{lines.Length} kinds of things to mend before they break: {string.Join("; ", lines)}"),
        Samples = [.. Pages(lines)],
    };

    /// <summary>Few samples are kept of a signal, each of some length.</summary>
    private static IEnumerable<string> Pages(ImmutableArray<string> lines)
    {
        var page = new StringBuilder();
        foreach (var line in lines)
        {
            if (page.Length > 0 && page.Length + line.Length >= Fold.LongestSample)
            {
                yield return page.ToString();
                page.Clear();
            }

            page.Append(page.Length > 0 ? "\n" : "").Append(line);
        }

        if (page.Length > 0)
        {
            yield return page.ToString();
        }
    }
}
