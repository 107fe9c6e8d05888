namespace Nightjar.Core.Services;

/// <summary>What the alerts of others last said, for whoever must not take silence for health. Kept over restarts.</summary>
public interface IAlertAnswers
{
    /// <summary>Null when no alert of that name ever came for the service.</summary>
    Task<AlertStanding?> StandingAsync(ServiceName service, string alert, CancellationToken cancellationToken);
}

/// <summary>How an alert stands: firing while any one of its instances is.</summary>
/// <param name="Since">When the first of those that fire began, or when the last one was resolved.</param>
public sealed record AlertStanding(bool IsFiring, DateTimeOffset Since);
