namespace Nightjar.Core.Incidents;

public enum IncidentState
{
    Detected,
    Healing,
    Investigating,
    Proposing,
    InReview,
    Verifying,
    Resolved,

    /// <summary>Asked a person, waiting for the answer.</summary>
    NeedsHuman,

    /// <summary>Tried as often as is sensible, or a person said so.</summary>
    GaveUp,

    /// <summary>Silenced, or in a maintenance window.</summary>
    Suppressed,
}
