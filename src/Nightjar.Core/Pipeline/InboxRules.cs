using System.Globalization;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Proposal;

namespace Nightjar.Core.Pipeline;

/// <summary>What came of taking in the inbox.</summary>
/// <param name="Moved">True when a message changed the state: the stage of the new state runs in the next step.</param>
internal sealed record Taken(Incident Incident, IReadOnlyList<JournalEntry> Entries, bool Moved);

/// <summary>What each inbox message does, whatever the stage. Messages that only wake a stage change nothing here.</summary>
internal static class InboxRules
{
    public static Taken TakeIn(Incident incident, IReadOnlyList<InboxMessage> news, DateTimeOffset now)
    {
        var next = incident;
        var entries = new List<JournalEntry>();
        foreach (var message in news)
        {
            var (after, said) = Take(next, message, now);
            next = after with { InboxSeen = message.Sequence };
            entries.Add(new JournalEntry { Incident = incident.Id, At = now, Actor = message.Actor, Act = ActOf(message.Kind), Why = Quoting.Plain(said, IncidentMoves.LongestWhy) });
        }

        return new Taken(next, entries, next.Moves != incident.Moves);
    }

    private static (Incident Next, string Said) Take(Incident incident, InboxMessage message, DateTimeOffset now) => message.Kind switch
    {
        InboxKind.Acknowledge => (incident with { AcknowledgedBy = message.Actor }, $"acknowledged{Reason(message)}"),
        InboxKind.Approve => Answer(incident, message, now),
        InboxKind.Reject => Refuse(incident, message, now),
        InboxKind.GiveUp => End(incident, message, now),
        InboxKind.Retry => Retry(incident, now),
        InboxKind.Split => Split(incident, message),
        InboxKind.Join => Join(incident, message, now),
        InboxKind.FingerprintFolded => Fold(incident, message),
        InboxKind.Deployed => (incident with { Deployed = new Deployment(message.Text, message.Actor, message.At) }, $"told that {message.Text} runs"),
        InboxKind.Released => (incident with { HeldBy = null }, message.Text),
        InboxKind.RequestMerged => (incident, "told that the request was merged"),
        InboxKind.RequestClosed => (incident, "told that the request was closed"),
        InboxKind.RequestChanged => (incident, $"told of the request{Reason(message)}"),
        InboxKind.Escalated => Escalate(incident, message, now),
        InboxKind.CameBack => ComebackRules.TakeIn(incident, message.Text, now),
    };

    private static (Incident, string) Answer(Incident incident, InboxMessage message, DateTimeOffset now) =>
        incident is { State: IncidentState.NeedsHuman, Question: { } question }
            ? Moved(Answered(incident, question, true, message.Actor), question.Back, $"yes to: {question.Text}{Reason(message)}", now)
            : (incident, "approved, but nothing was asked");

    private static (Incident, string) Refuse(Incident incident, InboxMessage message, DateTimeOffset now) =>
        incident is { State: IncidentState.NeedsHuman, Question: { Action: not null } asked } ? Moved(Answered(incident, asked, false, message.Actor), asked.Back, $"no to: {asked.Text}{Reason(message)}", now)
            : incident is { State: IncidentState.NeedsHuman, Question: { } question }
            ? Ended(incident with { AcknowledgedBy = message.Actor }, IncidentOutcome.GivenUp, $"no to: {question.Text}{Reason(message)}", now)
            : (incident, "rejected, but nothing was asked");

    /// <summary>What was said to the action that was asked for; the stage that asked goes by it.</summary>
    public static Incident Answered(Incident incident, Question question, bool isYes, string by) =>
        question.Action is not { } key ? incident
            : incident with { Answer = new HealAnswer(key, isYes, by), Heal = incident.Heal is { } heal ? heal with { Answer = new HealAnswer(key, isYes, by) } : null };

    /// <summary>Before and while it is healed it changes the way; after that it is only noted.</summary>
    private static (Incident, string) Escalate(Incident incident, InboxMessage message, DateTimeOffset now) => incident switch
    {
        { State: IncidentState.NeedsHuman, Question: { Action: not null } question } => Moved(incident with { Escalated = message.Text }, question.Back, message.Text, now),
        { State: IncidentState.Detected or IncidentState.Suppressed or IncidentState.Healing } => (incident with { Escalated = message.Text }, message.Text),
        _ => (incident, $"{message.Text}; it is past healing already"),
    };

    private static (Incident, string) End(Incident incident, InboxMessage message, DateTimeOffset now) =>
        incident.State.IsOpen()
            ? Ended(incident with { AcknowledgedBy = message.Actor }, IncidentOutcome.GivenUp, $"given up by {message.Actor}{Reason(message)}", now)
            : (incident, "given up, but it had ended");

    private static (Incident, string) Retry(Incident incident, DateTimeOffset now) =>
        incident.State switch
        {
            // A fix that is in review stays there: to have another one, its request is closed.
            IncidentState.NeedsHuman => Moved(incident, incident.Question?.Back is IncidentState.InReview ? IncidentState.InReview : IncidentState.Investigating, "asked to try again", now),
            IncidentState.GaveUp => Moved(incident with { AcknowledgedBy = null, Outcome = IncidentOutcome.None, EndedAt = null, LearnedAt = null, Heal = null, Escalated = null }, IncidentState.Detected, "asked to try again", now),
            _ => (incident with { Attempts = 0, BreakerTrips = 0 }, "asked to try again now"),
        };

    private static (Incident, string) Split(Incident incident, InboxMessage message) =>
        incident.Fingerprints.Length > 1 && incident.Fingerprints.FirstOrDefault(f => f.Fingerprint.Hash == message.Text) is { } owned
            ? (incident with { Fingerprints = incident.Fingerprints.Remove(owned), SplitOff = incident.SplitOff.Add(message.Text) }, $"fingerprint {message.Text} split off: its next signal opens an incident of its own")
            : (incident, $"asked to split off {message.Text}, which is not a second fingerprint of this incident");

    private static (Incident, string) Join(Incident incident, InboxMessage message, DateTimeOffset now) =>
        incident.State.IsOpen() && long.TryParse(message.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var other) && other != incident.Id.Value
            ? Ended(incident with { Links = incident.Links.Add(new Link(new IncidentId(other), "joined into it")) }, IncidentOutcome.Joined, $"joined into #{other}", now)
            : (incident, $"asked to join {message.Text}, which is not possible");

    private static (Incident, string) Fold(Incident incident, InboxMessage message) =>
        InboxText.Read<OwnedFingerprint>(message.Text) is { } owned && incident.Fingerprints.All(f => f.Fingerprint.Hash != owned.Fingerprint.Hash)
            ? (ComebackRules.Late(incident with { Fingerprints = incident.Fingerprints.Add(owned), SplitOff = incident.SplitOff.Remove(owned.Fingerprint.Hash) }, owned.Fingerprint.Hash), $"{owned.Subject} is the same problem: {owned.Why}")
            : (incident, "a fingerprint that it has already");

    private static (Incident, string) Moved(Incident incident, IncidentState to, string why, DateTimeOffset now) => (incident.Move(to, why, now), why);

    private static (Incident, string) Ended(Incident incident, IncidentOutcome outcome, string why, DateTimeOffset now) =>
        Moved(incident with { Outcome = outcome, EndedAt = now }, IncidentState.GaveUp, why, now);

    private static string Reason(InboxMessage message) => message.Text.Length == 0 ? "" : $" ({message.Text})";

    private static string ActOf(InboxKind kind) => kind switch
    {
        InboxKind.Acknowledge => "acknowledge",
        InboxKind.Approve => "approve",
        InboxKind.Reject => "reject",
        InboxKind.GiveUp => "give-up",
        InboxKind.Retry => "retry",
        InboxKind.Split => "split",
        InboxKind.Join => "join",
        InboxKind.FingerprintFolded => "fold",
        InboxKind.Deployed => "deployed",
        InboxKind.Released => "released",
        InboxKind.RequestMerged => "merged",
        InboxKind.RequestClosed => "closed",
        InboxKind.RequestChanged => "request",
        InboxKind.Escalated => "escalated",
        InboxKind.CameBack => "came-back",
    };
}
