namespace Nightjar.Core.Incidents;

/// <summary>
/// What was held back instead of opening an incident: a reason, a count and a span for each, so nothing is dropped silently.
/// Also where a fingerprint cools down after its request was closed unmerged.
/// </summary>
public interface IFingerprintLedger
{
    Task CoolDownAsync(string hash, DateTimeOffset until, string why, CancellationToken cancellationToken);

    /// <summary>Every cool-down that ends after <paramref name="now"/>.</summary>
    Task<IReadOnlyDictionary<string, DateTimeOffset>> CoolingAsync(DateTimeOffset now, CancellationToken cancellationToken);

    Task AddHeldBackAsync(IReadOnlyList<HeldBack> rows, CancellationToken cancellationToken);

    Task<IReadOnlyList<HeldBack>> HeldBackAsync(int limit, CancellationToken cancellationToken);
}

/// <summary>Signals that did not open an incident, by fingerprint and reason.</summary>
public sealed record HeldBack(string Hash, string Subject, string Reason, long Count, DateTimeOffset FirstSeen, DateTimeOffset LastSeen);
