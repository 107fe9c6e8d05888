using Nightjar.Core.Signals;

namespace Nightjar.Core.Incidents;

/// <summary>How often a problem came back soon after it was healed.</summary>
public sealed record Comebacks(int Count, DateTimeOffset LastAt);

/// <summary>A healed problem was seen again, as intake tells its incident.</summary>
/// <param name="Signal">What was seen.</param>
/// <param name="Hash">Under which of its fingerprints.</param>
/// <param name="HeldBy">An open incident of a service that this one depends on.</param>
public sealed record Comeback(Signal Signal, string Hash, IncidentId? HeldBy)
{
    /// <summary>Frames that travel with it: the ones that name a cause are on top.</summary>
    private const int MostFrames = 24;

    public static Comeback Of(Signal signal, string hash, IncidentId? heldBy) => new(signal with { Frames = [.. signal.Frames.Take(MostFrames)] }, hash, heldBy);
}
