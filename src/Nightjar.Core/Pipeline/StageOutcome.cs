using Nightjar.Core.Incidents;

namespace Nightjar.Core.Pipeline;

/// <summary>What happens next to an incident. A stage returns it; only the loop acts on it.</summary>
/// <param name="Incident">The incident with what the stage learned; its state is still the one the stage was given.</param>
public abstract record StageOutcome(Incident Incident, string Why);

/// <summary>Go on to another state, at once.</summary>
public sealed record GoOn(Incident Incident, IncidentState To, string Why) : StageOutcome(Incident, Why);

/// <summary>Look again at a time, or as soon as something comes in.</summary>
public sealed record WaitUntil(Incident Incident, DateTimeOffset At, string Why) : StageOutcome(Incident, Why)
{
    /// <summary>True when nothing was tried yet: the stage waits for its turn.</summary>
    public bool IsForTurn { get; init; }
}

/// <summary>Something was done in between: the state waits again for what it waited for.</summary>
public sealed record Resume(Incident Incident, DateTimeOffset At, string Waiting, string Why) : StageOutcome(Incident, Why);

/// <summary>Write down what is known so far, then run the same stage again at once.</summary>
public sealed record Again(Incident Incident, string Why) : StageOutcome(Incident, Why);

/// <summary>Ask a person; a yes leads to <paramref name="Back"/>.</summary>
public sealed record AskPerson(Incident Incident, string Text, IncidentState Back) : StageOutcome(Incident, Text)
{
    /// <summary>The action that is asked for, by its key; null for questions about the incident.</summary>
    public string? Action { get; init; }

    /// <summary>No answer by then is a no.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>Stop trying.</summary>
public sealed record GiveUp(Incident Incident, IncidentOutcome Outcome, string Why) : StageOutcome(Incident, Why);

/// <summary>Nothing is left to do for this incident.</summary>
public sealed record Rest(Incident Incident, string Why) : StageOutcome(Incident, Why);
