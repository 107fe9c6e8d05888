using System.Collections.Immutable;
using System.Globalization;
using Nightjar.Core.Healing;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Core.Incidents;

/// <summary>
/// What we know of one problem. The stored row is the truth: every step of the loop replaces it whole, by compare-and-swap
/// on <see cref="Version"/>. Counts of repeats are not in here (see <see cref="Fold"/>): they change thousands of times a second.
/// </summary>
public sealed record Incident
{
    public required IncidentId Id { get; init; }

    public long Version { get; init; }

    public required ServiceName Service { get; init; }

    public required string Title { get; init; }

    public IncidentState State { get; init; } = IncidentState.Detected;

    public Severity Severity { get; init; } = Severity.Warning;

    public required DateTimeOffset OpenedAt { get; init; }

    public DateTimeOffset StateSince { get; init; }

    /// <summary>How it came to this state, in a sentence for people; empty at the beginning.</summary>
    public string Why { get; init; } = "";

    /// <summary>Moves from state to state so far.</summary>
    public int Moves { get; init; }

    /// <summary>The signal that opened it, or opened it again, as it was seen.</summary>
    public required Signal Trigger { get; init; }

    /// <summary>The first one is the identity that names branch, labels and report.</summary>
    public required ImmutableArray<OwnedFingerprint> Fingerprints { get; init; }

    /// <summary>Fingerprints that a person took out, of this incident or of the one it is a recurrence of: they are not folded in again.</summary>
    public ImmutableArray<string> SplitOff { get; init; } = [];

    /// <summary>
    /// 1 for the first attempt at this fingerprint; one more when it came back after it was closed, and one more when a merged
    /// fix did not hold. It is the <c>-2</c> of branch and report.
    /// </summary>
    public int Occurrence { get; init; } = 1;

    /// <summary>How often a merged fix did not hold.</summary>
    public int Reopened { get; init; }

    public IncidentId? RecurrenceOf { get; init; }

    /// <summary>Soon after it was healed it was seen again, and was opened again; null when it never was.</summary>
    public Comebacks? CameBack { get; init; }

    public ImmutableArray<Link> Links { get; init; } = [];

    /// <summary>The open incident of a service this one depends on: held back until that one ends.</summary>
    public IncidentId? HeldBy { get; init; }

    /// <summary>When the loop must look again; null when nothing is due.</summary>
    public DateTimeOffset? NextDue { get; init; }

    /// <summary>What it waits for, in words for people; null while it works.</summary>
    public string? Waiting { get; init; }

    /// <summary>Failed tries of the current stage.</summary>
    public int Attempts { get; init; }

    /// <summary>How often the breaker opened in a row: 0 closed, then 1 h, 2 h, 4 h … 24 h.</summary>
    public int BreakerTrips { get; init; }

    public Question? Question { get; init; }

    /// <summary>What a person said to the last action that was asked for.</summary>
    public HealAnswer? Answer { get; init; }

    public string? AcknowledgedBy { get; init; }

    /// <summary>The last inbox message that was taken in.</summary>
    public long InboxSeen { get; init; }

    /// <summary>How far healing is, and what was tried; null when nothing was.</summary>
    public HealProgress? Heal { get; init; }

    /// <summary>Fingerprints that came when it was past healing, or came back then: whether they can be healed is still to be seen.</summary>
    public ImmutableArray<string> LateSymptoms { get; init; } = [];

    /// <summary>Why it goes to investigation whatever healing does; null when nothing says so.</summary>
    public string? Escalated { get; init; }

    public Finding? Finding { get; init; }

    public ReviewRequest? Request { get; init; }

    /// <summary>Why it has no request yet though it shall have one; null otherwise.</summary>
    public string? RequestWaits { get; init; }

    public ProposedChange? Change { get; init; }

    /// <summary>The last deployment of the service that we were told of while this was open.</summary>
    public Deployment? Deployed { get; init; }

    public Verification? Verification { get; init; }

    public IncidentOutcome Outcome { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>When the record of the finished incident was written; the last step of all.</summary>
    public DateTimeOffset? LearnedAt { get; init; }

    public ImmutableArray<PhaseTime> Phases { get; init; } = [];

    public Fingerprint Fingerprint => Fingerprints[0].Fingerprint;

    /// <summary>When it was opened, or last opened again.</summary>
    public DateTimeOffset OpenSince => CameBack?.LastAt ?? OpenedAt;

    /// <summary>Names this stay in this state: the same when a step is run again after a kill, another when the state is entered again.</summary>
    public string Visit => Moves.ToString(CultureInfo.InvariantCulture);

    /// <summary>Another attempt at the same problem: on a branch of its own, with nothing of the one before, and nobody who took note of it.</summary>
    public Incident Anew() => this with { Occurrence = Occurrence + 1, Request = null, RequestWaits = null, AcknowledgedBy = null, Finding = null, Change = null, Verification = null, Deployed = null };

    public bool Owns(string hash) => Fingerprints.Any(f => f.Fingerprint.Hash == hash);

    public TimeSpan? PhaseDuration(string phase) =>
        Phases.Any(p => p.Phase == phase) ? Phases.Where(p => p.Phase == phase).Aggregate(TimeSpan.Zero, (sum, p) => sum + p.Duration) : null;
}

public sealed record Link(IncidentId To, string Why);

/// <summary>A question to a person; <paramref name="Back"/> is where the incident goes on when the answer is yes.</summary>
public sealed record Question(string Text, IncidentState Back, DateTimeOffset AskedAt)
{
    /// <summary>The action that is asked for, by its key: a no to it ends that action alone. Null for questions about the incident.</summary>
    public string? Action { get; init; }

    /// <summary>No answer by then is a no.</summary>
    public DateTimeOffset? Until { get; init; }
}
