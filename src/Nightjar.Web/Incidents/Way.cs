using System.Collections.Immutable;
using Nightjar.Core.Incidents;

namespace Nightjar.Web.Incidents;

internal sealed record WayStep(string Name, bool IsBehind, bool IsHere);

/// <summary>How far an incident has come, as the few steps that people think in.</summary>
internal static class Way
{
    private static readonly ImmutableArray<string> Names = ["Seen", "Cause", "Fix", "Review", "Proof", "Resolved"];

    public static ImmutableArray<WayStep> Of(Incident incident)
    {
        var here = Index(incident);
        return [.. Names.Select((name, i) => new WayStep(name, i < here && IsDone(incident, i), i == here))];
    }

    /// <summary>A step that was passed over was not done: an incident that ended by itself has no fix.</summary>
    private static bool IsDone(Incident incident, int step) => step switch
    {
        0 => true,
        1 => incident.Finding?.Suspect is not null,
        2 => incident.Change?.FixCommit is not null,
        3 => incident.Request?.MergedAt is not null,
        4 => incident.Outcome is IncidentOutcome.Merged or IncidentOutcome.MergedModified or IncidentOutcome.Healed,
        _ => incident.State == IncidentState.Resolved,
    };

    private static int Index(Incident incident) => incident.State switch
    {
        IncidentState.NeedsHuman or IncidentState.GaveUp => Furthest(incident),
        var state => Index(state),
    };

    private static int Index(IncidentState state) => state switch
    {
        IncidentState.Detected or IncidentState.Healing or IncidentState.Suppressed => 0,
        IncidentState.Investigating => 1,
        IncidentState.Proposing => 2,
        IncidentState.InReview => 3,
        IncidentState.Verifying => 4,
        IncidentState.Resolved => 5,
        IncidentState.NeedsHuman or IncidentState.GaveUp => 0,
    };

    private static int Furthest(Incident incident) => incident switch
    {
        { Request.MergedAt: not null } => 4,
        { Change.FixCommit: not null } => 3,
        { Finding: not null } => 2,
        { Request: not null } => 1,
        _ => 0,
    };
}
