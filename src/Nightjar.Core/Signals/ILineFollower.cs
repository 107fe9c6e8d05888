namespace Nightjar.Core.Signals;

/// <summary>Reads lines of services that come and go while we run, as those of the catalogue are read.</summary>
public interface ILineFollower
{
    /// <summary>Until it is cancelled.</summary>
    Task FollowAsync(ILineSource source, CancellationToken cancellationToken);
}
