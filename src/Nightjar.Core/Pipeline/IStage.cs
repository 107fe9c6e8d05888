using Nightjar.Core.Incidents;

namespace Nightjar.Core.Pipeline;

/// <summary>
/// One stage of an incident's way. It may be run again from its start at any time (a kill, a lost turn), so every outside
/// effect goes through <see cref="Effects"/>.
/// </summary>
public interface IStage
{
    /// <summary>For the journal and for people: <c>triage</c>, <c>investigate</c>.</summary>
    string Name { get; }

    /// <summary>The states in which the loop runs it.</summary>
    IReadOnlyList<IncidentState> States { get; }

    /// <summary>True when it only writes down what is: it goes on while everything is paused.</summary>
    bool OnlyRecords => false;

    /// <summary>True when an agent works in it: it waits while all agent work is stopped.</summary>
    bool IsAgentWork => false;

    Task<StageOutcome> RunAsync(StageContext context, CancellationToken cancellationToken);

    /// <summary>Told after a run threw, before the next try; for marks that others see.</summary>
    Task FailedAsync(StageContext context, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>What a stage is given.</summary>
/// <param name="Incident">As it stands, with the inbox already taken in.</param>
/// <param name="News">The inbox messages that were new to this step, oldest first.</param>
public sealed record StageContext(Incident Incident, IReadOnlyList<InboxMessage> News, Effects Effects, DateTimeOffset Now);
