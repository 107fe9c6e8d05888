using System.Globalization;
using Nightjar.Core.Incidents;

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
            entries.Add(new JournalEntry { Incident = incident.Id, At = now, Actor = message.Actor, Act = ActOf(message.Kind), Why = said });
        }

        return new Taken(next, entries, next.State != incident.State);
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
    };

    private static (Incident, string) Answer(Incident incident, InboxMessage message, DateTimeOffset now) =>
        incident is { State: IncidentState.NeedsHuman, Question: { } question }
            ? (incident.Move(question.Back, now), $"yes to: {question.Text}{Reason(message)}")
            : (incident, "approved, but nothing was asked");

    private static (Incident, string) Refuse(Incident incident, InboxMessage message, DateTimeOffset now) =>
        incident is { State: IncidentState.NeedsHuman, Question: { } question }
            ? (incident.Move(IncidentState.GaveUp, now) with { Outcome = IncidentOutcome.GivenUp, EndedAt = now }, $"no to: {question.Text}{Reason(message)}")
            : (incident, "rejected, but nothing was asked");

    private static (Incident, string) End(Incident incident, InboxMessage message, DateTimeOffset now) =>
        incident.State.IsOpen()
            ? (incident.Move(IncidentState.GaveUp, now) with { Outcome = IncidentOutcome.GivenUp, EndedAt = now }, $"given up{Reason(message)}")
            : (incident, "given up, but it had ended");

    private static (Incident, string) Retry(Incident incident, DateTimeOffset now) =>
        incident.State switch
        {
            IncidentState.NeedsHuman => (incident.Move(IncidentState.Investigating, now), "asked to try again"),
            IncidentState.GaveUp => (incident.Move(IncidentState.Detected, now) with { Outcome = IncidentOutcome.None, EndedAt = null, LearnedAt = null, BreakerTrips = 0 }, "asked to try again"),
            _ => (incident with { Attempts = 0, BreakerTrips = 0 }, "asked to try again now"),
        };

    private static (Incident, string) Split(Incident incident, InboxMessage message) =>
        incident.Fingerprints.Length > 1 && incident.Fingerprints.FirstOrDefault(f => f.Fingerprint.Hash == message.Text) is { } owned
            ? (incident with { Fingerprints = incident.Fingerprints.Remove(owned), SplitOff = incident.SplitOff.Add(message.Text) }, $"fingerprint {message.Text} split off: its next signal opens an incident of its own")
            : (incident, $"asked to split off {message.Text}, which is not a second fingerprint of this incident");

    private static (Incident, string) Join(Incident incident, InboxMessage message, DateTimeOffset now) =>
        incident.State.IsOpen() && long.TryParse(message.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var other)
            ? (incident.Move(IncidentState.GaveUp, now) with { Outcome = IncidentOutcome.Joined, EndedAt = now, Links = incident.Links.Add(new Link(new IncidentId(other), "joined into it")) }, $"joined into #{other}")
            : (incident, $"asked to join {message.Text}, which is not possible");

    private static (Incident, string) Fold(Incident incident, InboxMessage message) =>
        InboxText.Read(message.Text) is { } owned && incident.Fingerprints.All(f => f.Fingerprint.Hash != owned.Fingerprint.Hash)
            ? (incident with { Fingerprints = incident.Fingerprints.Add(owned) }, $"{owned.Subject} is the same problem: {owned.Why}")
            : (incident, "a fingerprint that it has already");

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
    };
}
