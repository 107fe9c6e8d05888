using Nightjar.Core.Signals;

namespace Nightjar.Core.Incidents;

/// <summary>A fingerprint that belongs to an incident, and why it was put there.</summary>
public sealed record OwnedFingerprint(Fingerprint Fingerprint, string Subject, string ErrorClass, string? Workload, DateTimeOffset Since, string Why)
{
    /// <summary>A person said that it is the same problem: that holds when they come back, too.</summary>
    public bool ByPerson { get; init; }

    /// <summary>What kind of trouble it is, as its signal said; null when that said none.</summary>
    public string? Condition { get; init; }
}
