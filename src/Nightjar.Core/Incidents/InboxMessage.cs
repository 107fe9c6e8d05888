namespace Nightjar.Core.Incidents;

/// <summary>What may come in for an incident. Nothing else changes one.</summary>
public enum InboxKind
{
    Acknowledge,
    Approve,
    Reject,
    Retry,
    GiveUp,
    Split,
    Join,
    RequestMerged,
    RequestClosed,
    Deployed,
    Released,
    FingerprintFolded,

    /// <summary>Something happened to the request; what, its host is asked.</summary>
    RequestChanged,

    /// <summary>An alert type counted so many that it goes to investigation, whatever healing does.</summary>
    Escalated,

    /// <summary>A problem that was healed a short while ago was seen again.</summary>
    CameBack,
}

/// <summary>One message to one incident. <paramref name="Text"/> is a reason, a commit, a fingerprint or an incident number, by kind.</summary>
public sealed record InboxMessage(long Sequence, IncidentId Incident, InboxKind Kind, string Actor, string Text, DateTimeOffset At);

public interface IInbox
{
    /// <summary>On disk when it returns.</summary>
    Task PostAsync(IncidentId incident, InboxKind kind, string actor, string text, CancellationToken cancellationToken);

    /// <summary>Messages after the given sequence, oldest first.</summary>
    Task<IReadOnlyList<InboxMessage>> ReadAsync(IncidentId incident, long after, CancellationToken cancellationToken);
}
