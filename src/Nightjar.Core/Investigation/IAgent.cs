using Nightjar.Core.Diagnosis;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;

namespace Nightjar.Core.Investigation;

/// <summary>
/// Finds causes and writes fixes. Two phases that share nothing but what Nightjar hands over. An agent never touches a
/// code host, a branch or the store.
/// </summary>
public interface IAgent
{
    /// <summary>Shown to people: <c>built-in</c>, <c>claude-code</c>.</summary>
    string Name { get; }

    /// <summary>Whether a model works in it, which costs: then only so many runs may begin within an hour.</summary>
    bool CallsModel => false;

    /// <summary>Phase 1, read-only.</summary>
    Task<Finding> InvestigateAsync(Brief brief, CancellationToken cancellationToken);

    /// <summary>
    /// Phase 2: changes files of the private clone, and says what it did. Null when it has nothing to propose; the reason is in
    /// the outcome. It does not commit: the gate and the commit are Nightjar's.
    /// </summary>
    Task<ProposalAttempt> ProposeAsync(Brief brief, Finding finding, IPrivateClone clone, CancellationToken cancellationToken);
}

/// <summary>Everything an agent is told.</summary>
public sealed record Brief
{
    public required Incident Incident { get; init; }

    public required Service Service { get; init; }

    public required EvidenceBundle Evidence { get; init; }

    /// <summary>The code at the commit that is believed to run; null when the service has no repository.</summary>
    public ICodeSnapshot? Code { get; init; }

    /// <summary>What the rules of diagnosis make of the evidence.</summary>
    public CauseRanking Causes { get; init; } = CauseRanking.None;

    /// <summary>For phase 2: the body of the draft request as it stands, with what people wrote into it; null when there is no request.</summary>
    public string? Request { get; init; }
}

/// <summary>What phase 2 came to: a change in the clone, or the reason why there is none.</summary>
public sealed record ProposalAttempt
{
    public DraftChange? Change { get; init; }

    public required string Why { get; init; }

    /// <summary>What was tried and how it ended, for the report.</summary>
    public IReadOnlyList<string> Tried { get; init; } = [];
}

/// <summary>A change as its author describes it; the diff itself is in the clone.</summary>
/// <param name="Origin">Who wrote the code that the check would run.</param>
public sealed record DraftChange(string Subject, string Summary, string Risk, string Tests, CodeOrigin Origin);

/// <summary>Whether code about to be executed was already in the repository, or comes from a model.</summary>
public enum CodeOrigin
{
    HeldByRepository,
    WrittenByModel,
}

/// <summary>An agent's run did not come to a valid end; it is tried again. The message says what went wrong and what to do.</summary>
public sealed class AgentException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A stage cannot go on by trying again: a person is asked, and the stage is entered again when they say yes.</summary>
public sealed class NeedsPersonException(string question) : Exception(question);
