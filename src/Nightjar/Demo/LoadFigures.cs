using System.Collections.Immutable;

namespace Nightjar.Demo;

/// <summary>What the customers saw so far.</summary>
/// <param name="Failures">Answers of 500 and above, and requests that got no answer at all.</param>
/// <param name="Unreachable">Of the failures, those without an answer: the shop was down.</param>
/// <param name="Statuses">How often each status was answered.</param>
/// <param name="Recent">The last ten seconds alone.</param>
/// <param name="Stock">Of the contended product, as the shop last said; null before it did.</param>
internal sealed record LoadFigures(
    long Requests, long Failures, long Unreachable, ImmutableSortedDictionary<int, long> Statuses, RecentLoad Recent, int? Stock);

internal sealed record RecentLoad(long Requests, long Failures, TimeSpan Span)
{
    /// <summary>Share of failures, 0 to 1; 0 without requests.</summary>
    public double ErrorRate => Requests == 0 ? 0 : (double)Failures / Requests;

    public double RequestsPerSecond => Span > TimeSpan.Zero ? Requests / Span.TotalSeconds : 0;
}
