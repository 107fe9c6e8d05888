using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Core.Evidence;

/// <summary>Failures among all, over a span of time. <see cref="Rate"/> is 0 when there was no traffic: look at <see cref="Total"/>.</summary>
public sealed record RateReading(DateTimeOffset From, DateTimeOffset To, long Errors, long Total, RateUnit Of)
{
    public double Rate => Total == 0 ? 0 : (double)Errors / Total;
}

/// <summary>Failures and traffic of one service in one slice of time; what the store keeps.</summary>
/// <param name="Start">Start of the slice, aligned to <see cref="Slice"/>.</param>
public sealed record RateBucket(ServiceName Service, DateTimeOffset Start, long Errors, long Total, RateUnit Of)
{
    /// <summary>Ten seconds: fine enough for a sparkline, and 8,640 rows a service and day when there is traffic.</summary>
    public static readonly TimeSpan Slice = TimeSpan.FromSeconds(10);
}

/// <summary>The error rates of the past, kept by the store.</summary>
public interface IRates
{
    /// <summary>
    /// Adds to what is already there for the same service and slice, and sets the marks that say how far was counted (see
    /// <see cref="IWatchMarks"/>): both or neither, so that after a kill no line is counted twice.
    /// </summary>
    Task AddAsync(IReadOnlyList<RateBucket> buckets, IReadOnlyDictionary<string, string> marks, CancellationToken cancellationToken);

    /// <summary>Sum over the slices that start in [from, to). Of is Lines when any slice counted lines.</summary>
    Task<RateReading> ReadAsync(ServiceName service, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);

    /// <summary>The slices that start in [from, to), oldest first; slices without traffic are absent.</summary>
    Task<IReadOnlyList<RateBucket>> SeriesAsync(ServiceName service, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);
}
