namespace Nightjar.Core.Incidents;

/// <summary>How an incident ended.</summary>
public enum IncidentOutcome
{
    None,
    OverByItself,
    Healed,
    Merged,
    MergedModified,
    MergedUnverified,
    ClosedUnmerged,
    GivenUp,
    Joined,

    /// <summary>Proven gone, without a merge of ours.</summary>
    MendedByHand,
}
