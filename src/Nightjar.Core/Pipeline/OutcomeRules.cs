using System.Diagnostics;
using System.Globalization;
using Nightjar.Core.Incidents;
using Nightjar.Core.Proposal;

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
        GoOn o => Moved(o.Incident.Move(o.To, o.Why, now), now, stage),
        Again o => new StepResult(o.Incident with { NextDue = now, Waiting = null }, [Entry(o.Incident, stage, "again", o.Why, now)]),
        WaitUntil o => Waits(o, stage, now),
        Resume o => new StepResult(o.Incident with { NextDue = o.At, Waiting = o.Waiting }, [Entry(o.Incident, stage, "beside", o.Why, now)]),
        AskPerson o => Moved(Ask(o, now), now, stage),
        GiveUp o => Moved(o.Incident.Move(IncidentState.GaveUp, o.Why, now) with { Outcome = o.Outcome, EndedAt = now }, now, stage),
        Rest o => new StepResult(o.Incident with { NextDue = null, Waiting = null }, [Entry(o.Incident, stage, "rest", o.Why, now)]),
        _ => throw new UnreachableException(),
    };

    /// <summary>A run threw: again soon, then the breaker, then no more. What has ended cannot be given up: its last stage is tried for ever.</summary>
    public static StepResult Failed(Incident incident, string stage, string error, int tries, DateTimeOffset now)
    {
        var why = Quoting.Plain(error, IncidentMoves.LongestWhy);
        var attempts = incident.Attempts + 1;
        if (attempts < tries)
        {
            var again = now + (FirstRetry * Math.Pow(3, attempts - 1));
            var said = string.Create(CultureInfo.InvariantCulture, $"try {attempts} of {tries} failed: {why}");
            return new StepResult(incident with { Attempts = attempts, NextDue = again, Waiting = said }, [Entry(incident, stage, "failed", said, now)]);
        }

        if (incident.BreakerTrips >= BreakerHours.Length && incident.State.IsOpen())
        {
            return Moved(incident.Move(IncidentState.GaveUp, $"failed for more than a day: {why}", now) with { Outcome = IncidentOutcome.GivenUp, EndedAt = now }, now, stage);
        }

        var hours = BreakerHours[Math.Min(incident.BreakerTrips, BreakerHours.Length - 1)];
        var tripped = string.Create(CultureInfo.InvariantCulture, $"{tries} tries failed, the breaker is open for {hours} h: {why}");
        return new StepResult(
            incident with { Attempts = 0, BreakerTrips = Math.Min(incident.BreakerTrips + 1, BreakerHours.Length), NextDue = now.AddHours(hours), Waiting = tripped },
            [Entry(incident, stage, "breaker", tripped, now)]);
    }

    private static Incident Ask(AskPerson ask, DateTimeOffset now) =>
        ask.Incident.Move(IncidentState.NeedsHuman, ask.Text, now) with { Question = new Question(ask.Text, ask.Back, now) { Action = ask.Action, Until = ask.Until }, Waiting = "an answer from a person" };

    private static StepResult Moved(Incident next, DateTimeOffset due, string stage) =>
        new(next with { NextDue = due }, [Entry(next, stage, "state", $"{next.State}: {next.Why}", next.StateSince)]);

    /// <summary>
    /// Waiting for the same thing again is not worth a row. A wait for a turn is no success: failed tries stay counted, as they do for what is healed
    /// beside a state whose stage fails.
    /// </summary>
    private static StepResult Waits(WaitUntil outcome, string stage, DateTimeOffset now)
    {
        var why = Quoting.Plain(outcome.Why, IncidentMoves.LongestWhy);
        var next = outcome.Incident with { NextDue = outcome.At, Waiting = why };
        next = outcome.IsForTurn || StageList.IsHealedBeside(next) ? next : next with { Attempts = 0, BreakerTrips = 0 };
        return new StepResult(next, why == outcome.Incident.Waiting ? [] : [Entry(next, stage, "wait", why, now)]);
    }

    private static JournalEntry Entry(Incident incident, string stage, string act, string why, DateTimeOffset now) =>
        new() { Incident = incident.Id, At = now, Actor = stage, Act = act, Why = why };
}
