using Nightjar.Core.Incidents;
using Nightjar.Core.Signals;
using Nightjar.Web.Look;

namespace Nightjar.Web.Incidents;

/// <summary>One incident as a list shows it.</summary>
public sealed record IncidentRow(long Number, string Service, string Title, string State, string Tone, Severity Severity, string Age, DateTimeOffset OpenedAt, long Signals)
{
    private const int LongestLine = 220;

    public string? Cause { get; init; }

    public string? Waits { get; init; }

    public string? Outcome { get; init; }

    public string? Acknowledged { get; init; }

    public int Occurrence { get; init; } = 1;

    public static IncidentRow Of(Incident incident, long signals, DateTimeOffset now) =>
        new(incident.Id.Value, incident.Service.Value, Words.Line(incident.Title, LongestLine), Words.State(incident.State), Words.Tone(incident.State), incident.Severity, Words.Span(now - incident.OpenedAt), incident.OpenedAt, signals)
        {
            Cause = incident.Finding?.RootCause,
            Waits = Waiting(incident),
            Outcome = incident.Outcome == IncidentOutcome.None ? null : Words.Outcome(incident.Outcome),
            Acknowledged = incident.AcknowledgedBy,
            Occurrence = incident.Occurrence,
        };

    /// <summary>What an incident waits for, in words; null while it works or when it is over.</summary>
    public static string? Waiting(Incident incident) => incident switch
    {
        { State: IncidentState.Resolved } => null,
        { Question.Text: { } question } => question,
        { HeldBy: { } holder } => $"Held back until {holder} ends",
        _ => incident.Waiting,
    };

    /// <summary>Whether nothing more happens until a person does something.</summary>
    public static bool NeedsPerson(Incident incident) => incident.State switch
    {
        IncidentState.NeedsHuman or IncidentState.InReview => true,
        IncidentState.GaveUp => incident.AcknowledgedBy is null && incident.Outcome != IncidentOutcome.ClosedUnmerged,
        _ => false,
    };
}
