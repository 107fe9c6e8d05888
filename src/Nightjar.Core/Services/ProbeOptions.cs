namespace Nightjar.Core.Services;

/// <summary>How old a time in a JSON answer may be.</summary>
/// <param name="Field">Names of fields with dots between them, and positions in lists: <c>data.items.0.updatedAt</c>.</param>
public sealed record Freshness(string Field, TimeSpan MaxAge);

/// <summary>When answers that are right come too late.</summary>
public sealed record SlowAnswers
{
    /// <summary>An answer that takes longer is slow; null judges by the trend alone.</summary>
    public TimeSpan? Over { get; init; }

    /// <summary>Slow ones of the last <see cref="Of"/> that make it a problem; as few again as half of them end it.</summary>
    public int Times { get; init; } = 3;

    public int Of { get; init; } = 5;

    /// <summary>How many times its usual time the median of the last <see cref="Of"/> may take; null does not look at the trend.</summary>
    public double? Factor { get; init; }
}

/// <summary>When the certificate of an https probe is told to run out.</summary>
public sealed record CertificateOptions
{
    public bool IsWatched { get; init; } = true;

    public TimeSpan Warn { get; init; } = TimeSpan.FromDays(14);

    public TimeSpan Critical { get; init; } = TimeSpan.FromDays(3);
}
