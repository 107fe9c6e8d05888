using System.Diagnostics;
using System.Globalization;
using Nightjar.Core.Incidents;

namespace Nightjar.Core.Pipeline;

/// <summary>An incident after a step, and the journal rows that go with it.</summary>
internal sealed record StepResult(Incident Incident, IReadOnlyList<JournalEntry> Entries);

/// <summary>What the answer of a stage does to the incident; the one switch over outcomes.</summary>
internal static class OutcomeRules
{
    /// <summary>Pause of the breaker: 1 h, 2 h, 4 h, 8 h, 16 h, 24 h; a further trip gives up.</summary>
    private static readonly int[] BreakerHours = [1, 2, 4, 8, 16, 24];

    /// <summary>First pause between tries; three times as long after each: 10 s, 30 s, 90 s.</summary>
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(10);

    public static StepResult Apply(StageOutcome outcome, string stage, DateTimeOffset now) => outcome switch
    {
        GoOn o => Moved(o.Incident.Move(o.To, now) with { BreakerTrips = 0 }, now, stage, o.Why),
        WaitUntil o => Waits(o.Incident with { NextDue = o.At, Waiting = o.Why, Attempts = 0, BreakerTrips = 0 }, outcome.Incident, stage, now),
        AskPerson o => Moved(Ask(o.Incident, o.Text, o.Back, now), now, stage, o.Text),
        GiveUp o => Moved(o.Incident.Move(IncidentState.GaveUp, now) with { Outcome = o.Outcome, EndedAt = now }, now, stage, o.Why),
        Rest o => new StepResult(o.Incident with { NextDue = null, Waiting = null }, [Entry(o.Incident, stage, "rest", o.Why, now)]),
        _ => throw new UnreachableException(),
    };

    /// <summary>A run threw: again soon, then the breaker, then no more.</summary>
    public static StepResult Failed(Incident incident, string stage, string why, int tries, DateTimeOffset now)
    {
        var attempts = incident.Attempts + 1;
        if (attempts < tries)
        {
            var again = now + (FirstRetry * Math.Pow(3, attempts - 1));
            var said = string.Create(CultureInfo.InvariantCulture, $"try {attempts} of {tries} failed: {why}");
            return new StepResult(incident with { Attempts = attempts, NextDue = again, Waiting = said }, [Entry(incident, stage, "failed", said, now)]);
        }

        if (incident.BreakerTrips >= BreakerHours.Length)
        {
            return Moved(incident.Move(IncidentState.GaveUp, now) with { Outcome = IncidentOutcome.GivenUp, EndedAt = now }, now, stage, $"failed for more than a day: {why}");
        }

        var hours = BreakerHours[incident.BreakerTrips];
        var tripped = string.Create(CultureInfo.InvariantCulture, $"{tries} tries failed, the breaker is open for {hours} h: {why}");
        return new StepResult(
            incident with { Attempts = 0, BreakerTrips = incident.BreakerTrips + 1, NextDue = now.AddHours(hours), Waiting = tripped },
            [Entry(incident, stage, "breaker", tripped, now)]);
    }

    public static Incident Ask(Incident incident, string text, IncidentState back, DateTimeOffset now) =>
        incident.Move(IncidentState.NeedsHuman, now) with { Question = new Question(text, back, now), Waiting = "an answer from a person" };

    private static StepResult Moved(Incident next, DateTimeOffset? due, string stage, string why) =>
        new(next with { NextDue = due }, [Entry(next, stage, "state", $"{next.State}: {why}", next.StateSince)]);

    /// <summary>Waiting for the same thing again is not worth a row.</summary>
    private static StepResult Waits(Incident next, Incident before, string stage, DateTimeOffset now) =>
        new(next, next.Waiting == before.Waiting ? [] : [Entry(next, stage, "wait", next.Waiting ?? "", now)]);

    private static JournalEntry Entry(Incident incident, string stage, string act, string why, DateTimeOffset now) =>
        new() { Incident = incident.Id, At = now, Actor = stage, Act = act, Why = why };
}
