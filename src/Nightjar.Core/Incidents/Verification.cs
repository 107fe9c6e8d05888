using Nightjar.Core.Evidence;

namespace Nightjar.Core.Incidents;

/// <summary>The proof that a fix held: from when it runs, against the rate that opened the incident.</summary>
public sealed record Verification
{
    /// <summary>The rate that the incident began with.</summary>
    public RateReading? Before { get; init; }

    public RateReading? After { get; init; }

    /// <summary>When the fix began to run, as far as is known.</summary>
    public DateTimeOffset? RunningSince { get; init; }

    /// <summary>How that is known: a deployment notice, the running version, or only the time since the merge.</summary>
    public string? KnownBy { get; init; }
}
