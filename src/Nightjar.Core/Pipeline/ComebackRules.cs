using System.Globalization;
using Nightjar.Core.Incidents;

namespace Nightjar.Core.Pipeline;

/// <summary>What becomes of an incident whose healed problem was seen again, and of symptoms that come when it is past healing.</summary>
internal static class ComebackRules
{
    /// <summary>Ended as healed it is opened again; a symptom that was healed beside it is late once more. Otherwise it was told twice.</summary>
    public static (Incident Next, string Said) TakeIn(Incident incident, string text, DateTimeOffset now)
    {
        if (InboxText.Read<Comeback>(text) is not { } comeback)
        {
            return (incident, "told that it came back, but not how");
        }

        var count = (incident.CameBack?.Count ?? 0) + 1;
        var said = string.Create(CultureInfo.InvariantCulture, $"came back, time {count}: {comeback.Signal.Message}");
        var next = Seen(incident, comeback, now) with { CameBack = new Comebacks(count, now) };
        return incident switch
        {
            { State: IncidentState.Resolved, Outcome: IncidentOutcome.Healed } => (OpenAgain(next, comeback).Move(IncidentState.Detected, said, now), said),
            { Heal: { IsOver: true, Beside: { } beside } heal } when beside.Symptom == comeback.Hash && incident.State.IsOpen() => (Late(next with { Heal = heal with { Beside = null } }, comeback.Hash), said),
            _ => (incident, "told that it came back, but it is worked on"),
        };
    }

    /// <summary>A fingerprint came: past healing, whether it can be healed all the same is looked at.</summary>
    public static Incident Late(Incident incident, string hash) =>
        IsPastHealing(incident) && incident.Fingerprints.Any(f => f.Fingerprint.Hash == hash && f.Condition is not null) && !incident.LateSymptoms.Contains(hash)
            ? incident with { LateSymptoms = incident.LateSymptoms.Add(hash) } : incident;

    private static bool IsPastHealing(Incident incident) => incident.State.IsOpen() && incident.State is not (IncidentState.Detected or IncidentState.Suppressed or IncidentState.Healing);

    /// <summary>Of one workload the last trouble counts: it may end otherwise than the first time.</summary>
    private static Incident Seen(Incident incident, Comeback comeback, DateTimeOffset now) => incident with
    {
        Severity = comeback.Signal.Severity > incident.Severity ? comeback.Signal.Severity : incident.Severity,
        Fingerprints = [.. incident.Fingerprints.Select(f => f.Fingerprint.Hash == comeback.Hash ? f with { Condition = comeback.Signal.Condition ?? f.Condition, Since = now } : f)],
    };

    private static Incident OpenAgain(Incident incident, Comeback comeback) => incident.Anew() with
    {
        Trigger = comeback.Signal,
        HeldBy = comeback.HeldBy,
        Heal = incident.Heal?.Over(),
        Escalated = null,
        LateSymptoms = [],
        Outcome = IncidentOutcome.None,
        EndedAt = null,
        LearnedAt = null,
    };
}
