using Nightjar.Core.Incidents;
using Nightjar.Core.Services;

namespace Nightjar.Core.Policy;

/// <summary>Most that agents may spend, in US dollars. A call that could pass one of them is not made.</summary>
public sealed record SpendCaps
{
    /// <summary>One run: one attempt at one phase.</summary>
    public decimal Run { get; init; } = 2;

    public decimal Incident { get; init; } = 5;

    /// <summary>One service in one day (UTC).</summary>
    public decimal ServiceDay { get; init; } = 20;

    /// <summary>Everything in one day (UTC).</summary>
    public decimal Day { get; init; } = 50;
}

/// <summary>What money is spent for.</summary>
/// <param name="Run">One attempt at one phase; unique.</param>
/// <param name="Incident">Null for work that belongs to none.</param>
public sealed record SpendPurpose(string Run, IncidentId? Incident, ServiceName Service);

/// <summary>Tokens of one call, as the provider counts them.</summary>
public sealed record TokenUsage(long Input, long Output, long CacheWrite, long CacheWriteHour, long CacheRead)
{
    public static readonly TokenUsage None = new(0, 0, 0, 0, 0);

    /// <summary>Everything that was read by the model, cached or not.</summary>
    public long AllInput => Input + CacheWrite + CacheWriteHour + CacheRead;
}

/// <summary>
/// The money that agents spend. The worst case of a call is reserved before it is made and settled after it, on disk both times:
/// what was reserved and never settled (a kill) counts as spent.
/// </summary>
public interface ISpendLedger
{
    /// <exception cref="StoreUnavailableException">The disk refuses: nothing is reserved, and nothing may be spent.</exception>
    Task<Reservation> ReserveAsync(SpendPurpose purpose, SpendCaps caps, string model, decimal worstCase, CancellationToken cancellationToken);

    /// <param name="cost">What it came to; may be more than was reserved when the provider counts otherwise than we do.</param>
    Task SettleAsync(long reservation, decimal cost, TokenUsage usage, CancellationToken cancellationToken);

    Task<SpendFigures> FiguresAsync(IncidentId? incident, CancellationToken cancellationToken);
}

/// <summary>The answer to a wish to spend.</summary>
/// <param name="Refusal">Which cap is in the way, for people; null when the money is reserved.</param>
public sealed record Reservation(long Id, string? Refusal);

/// <summary>Spent and reserved, in US dollars.</summary>
public sealed record SpendFigures(decimal Today, decimal Incident);
