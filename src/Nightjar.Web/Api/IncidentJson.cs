using System.Collections.Immutable;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;
using Nightjar.Core.Signals;
using Nightjar.Web.Incidents;

namespace Nightjar.Web.Api;

/// <summary>An incident as the API tells it; numbers and names are plain.</summary>
internal sealed record IncidentJson
{
    public required long Number { get; init; }

    public required string Service { get; init; }

    public required string Title { get; init; }

    public required IncidentState State { get; init; }

    public required Severity Severity { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    public required DateTimeOffset StateSince { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public required string Fingerprint { get; init; }

    public required long Signals { get; init; }

    public int Occurrence { get; init; }

    public long? RecurrenceOf { get; init; }

    /// <summary>How often it came back soon after it was healed.</summary>
    public int CameBack { get; init; }

    public bool NeedsPerson { get; init; }

    public string? Waiting { get; init; }

    public QuestionJson? Question { get; init; }

    public string? AcknowledgedBy { get; init; }

    public IncidentOutcome Outcome { get; init; }

    /// <summary>What was tried to heal it, oldest first.</summary>
    public ImmutableArray<TriedAction> Tried { get; init; } = [];

    public Finding? Finding { get; init; }

    public ReviewRequest? Request { get; init; }

    public ProposedChange? Change { get; init; }

    public Verification? Verification { get; init; }

    public ImmutableArray<FingerprintJson> Fingerprints { get; init; } = [];

    public static IncidentJson Of(Incident incident, ImmutableArray<Fold> folds) => new()
    {
        Number = incident.Id.Value,
        Service = incident.Service.Value,
        Title = incident.Title,
        State = incident.State,
        Severity = incident.Severity,
        OpenedAt = incident.OpenedAt,
        StateSince = incident.StateSince,
        EndedAt = incident.EndedAt,
        Fingerprint = incident.Fingerprint.Hash,
        Signals = folds.Sum(f => f.Count),
        Occurrence = incident.Occurrence,
        RecurrenceOf = incident.RecurrenceOf?.Value,
        CameBack = incident.CameBack?.Count ?? 0,
        NeedsPerson = IncidentRow.NeedsPerson(incident),
        Waiting = IncidentRow.Waiting(incident),
        Question = incident.Question is { } question ? new QuestionJson(question.Text, question.Back, question.AskedAt, question.AskedAt.UtcTicks) : null,
        AcknowledgedBy = incident.AcknowledgedBy,
        Outcome = incident.Outcome,
        Tried = incident.Heal?.Tried ?? [],
        Finding = incident.Finding,
        Request = incident.Request,
        Change = incident.Change,
        Verification = incident.Verification,
        Fingerprints = [.. incident.Fingerprints.Select(f => FingerprintJson.Of(f, folds.FirstOrDefault(x => x.Hash == f.Fingerprint.Hash)))],
    };
}

/// <param name="Asked">Send it back with an answer, so that it never meets another question.</param>
internal sealed record QuestionJson(string Text, IncidentState Back, DateTimeOffset AskedAt, long Asked);

internal sealed record FingerprintJson(string Hash, string Subject, string ErrorClass, string Why, DateTimeOffset Since, long Count, DateTimeOffset? FirstSeen, DateTimeOffset? LastSeen, ImmutableArray<string> Samples)
{
    public static FingerprintJson Of(OwnedFingerprint owned, Fold? fold) =>
        new(owned.Fingerprint.Hash, owned.Subject, owned.ErrorClass, owned.Why, owned.Since, fold?.Count ?? 0, fold?.FirstSeen, fold?.LastSeen, fold?.Samples ?? []);
}

/// <summary>A row of the journal; <see cref="Sequence"/> is where to go on reading.</summary>
internal sealed record EntryJson(long Sequence, long? Incident, DateTimeOffset At, string Actor, string Act, JournalStep Step, string? Key, string Why, decimal CostUsd)
{
    public static EntryJson Of(JournalEntry entry) =>
        new(entry.Sequence, entry.Incident?.Value, entry.At, entry.Actor, entry.Act, entry.Step, entry.Key, entry.Why, entry.CostUsd);
}
