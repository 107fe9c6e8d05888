namespace Nightjar.Core.Services;

/// <summary>What the probes, and others who look at one thing again and again, last saw: for whoever must not take silence for health.</summary>
public interface IProbeAnswers
{
    /// <summary>When the probe was last answered as it should be; null when it was not since this program started.</summary>
    DateTimeOffset? LastWell(ServiceName service, string probe);
}
