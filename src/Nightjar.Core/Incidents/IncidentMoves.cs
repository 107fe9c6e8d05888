using System.Collections.Frozen;
using Nightjar.Core.Proposal;
using static Nightjar.Core.Incidents.IncidentState;

namespace Nightjar.Core.Incidents;

/// <summary>The legal moves between states. Nobody else assigns <see cref="Incident.State"/>.</summary>
public static class IncidentMoves
{
    /// <summary>Reasons may quote an error from outside; more than this is in the log.</summary>
    public const int LongestWhy = 1_000;

    private static readonly FrozenDictionary<IncidentState, IncidentState[]> Moves = new Dictionary<IncidentState, IncidentState[]>
    {
        [Detected] = [IncidentState.Healing, Investigating, Resolved, NeedsHuman, GaveUp, Suppressed],
        [IncidentState.Healing] = [Investigating, Verifying, Resolved, NeedsHuman, GaveUp, Suppressed],
        [Investigating] = [Proposing, InReview, Resolved, NeedsHuman, GaveUp, Suppressed],
        [Proposing] = [InReview, Investigating, NeedsHuman, GaveUp, Suppressed],
        [InReview] = [Verifying, Proposing, NeedsHuman, GaveUp, Suppressed],
        [Verifying] = [Resolved, Investigating, NeedsHuman, GaveUp, Suppressed],
        [NeedsHuman] = [Detected, IncidentState.Healing, Investigating, Proposing, InReview, Verifying, Resolved, GaveUp, Suppressed],
        [Suppressed] = [Detected, Resolved, GaveUp],
        [GaveUp] = [Detected],
        [Resolved] = [Detected],
    }.ToFrozenDictionary();

    /// <summary>True for the states in which an incident takes up signals and work.</summary>
    public static bool IsOpen(this IncidentState state) => state is not (Resolved or GaveUp);

    public static bool IsLegal(IncidentState from, IncidentState to) => Moves[from].Contains(to);

    /// <summary>The incident in its new state, in which nothing has failed or waits yet.</summary>
    /// <param name="why">For people; cut, and secrets masked.</param>
    /// <exception cref="InvalidOperationException">The move is not legal: a defect of the caller.</exception>
    public static Incident Move(this Incident incident, IncidentState to, string why, DateTimeOffset now)
    {
        if (!IsLegal(incident.State, to))
        {
            throw new InvalidOperationException($"Incident {incident.Id} cannot go from {incident.State} to {to}");
        }

        return incident with
        {
            State = to,
            StateSince = now,
            Why = Quoting.Plain(why, LongestWhy),
            Moves = incident.Moves + 1,
            Attempts = 0,
            BreakerTrips = 0,
            Question = null,
            Waiting = null,
        };
    }
}
