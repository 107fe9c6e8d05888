using Nightjar.Core.Incidents;

namespace Nightjar.Core.Announcements;

/// <summary>Why somebody is paged for an incident, and when that is over.</summary>
internal static class PageCause
{
    public const string Breaker = "breaker";
    public const string Question = "question";
    public const string GaveUp = "gave-up";
    public const string Reopened = "reopened";

    /// <summary>Why it is over; null while it is not.</summary>
    public static string? IsOver(string cause, Incident incident) => cause switch
    {
        // An incident that was given up has nobody left but the person who takes note.
        GaveUp => incident.State != IncidentState.GaveUp ? "it is worked on again" : incident.AcknowledgedBy is { } by ? $"acknowledged by {by}" : null,
        _ when !incident.State.IsOpen() => $"ended: {incident.Outcome}",
        Breaker => incident.BreakerTrips == 0 ? "it goes on" : null,
        Question => incident.State != IncidentState.NeedsHuman ? "answered" : null,
        Reopened => incident.State is IncidentState.InReview or IncidentState.Verifying ? "there is another fix" : null,
        _ => null,
    };
}
