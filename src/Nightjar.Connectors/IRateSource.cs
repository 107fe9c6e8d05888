using System.Collections.Immutable;
using Nightjar.Core.Evidence;

namespace Nightjar.Connectors;

/// <summary>A store that counts requests or lines by service. Each question throws <see cref="SourceException"/> when there is no answer to it.</summary>
internal interface IRateSource
{
    /// <summary>What is counted.</summary>
    Core.Services.RateUnit Of { get; }

    /// <summary>Sums over the window [from, to), one for each service that had any traffic: a service that is absent is unknown, not well.</summary>
    Task<IReadOnlyList<SourceCount>> WindowAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);

    /// <summary>The same stretch in pieces as fine as the store can tell; they do not overlap.</summary>
    Task<IReadOnlyList<SourceCount>> SeriesAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);

    /// <summary>The kinds of error of one service in the window; empty when the store knows none.</summary>
    Task<ImmutableArray<ErrorGroup>> KindsAsync(string service, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);

    /// <summary>Looks at everything that the questions need.</summary>
    Task<SourceCheck> CheckAsync(CancellationToken cancellationToken);

    /// <summary>What people should know of the last answers; null when there is nothing.</summary>
    string? Remark { get; }
}

/// <summary>Failures among all of one service, as the store calls it.</summary>
/// <param name="Share">The share of failures where the store knows it finer than the rounded counts tell.</param>
internal sealed record SourceCount(string Service, DateTimeOffset From, DateTimeOffset To, long Errors, long Total, decimal? Share = null);

/// <summary>Whether a source can be asked.</summary>
/// <param name="WhatToDo">Null when all is well.</param>
public sealed record SourceCheck(string Source, bool IsUsable, string Says, string? WhatToDo = null);

/// <summary>There is no answer; the message says why, in words for people and without secrets.</summary>
internal sealed class SourceException : Exception
{
    public SourceException(string says)
        : base(says)
    {
    }

    public SourceException(string says, Exception inner)
        : base(says, inner)
    {
    }

    public SourceException()
    {
    }
}
