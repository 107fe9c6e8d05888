using Nightjar.Core.Incidents;

namespace Nightjar.Core.Pipeline;

/// <summary>The seam to time: wake this incident then. Quartz in production, a fake clock in stories.</summary>
public interface IWakeUps
{
    /// <summary>The earliest wish wins: a step that finds nothing due wishes again. A time in the past means now.</summary>
    Task WakeAsync(IncidentId incident, DateTimeOffset at, CancellationToken cancellationToken);
}
