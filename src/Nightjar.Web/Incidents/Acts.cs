using System.Globalization;
using Nightjar.Core.Incidents;
using Nightjar.Core.Pipeline;
using Nightjar.Web.Look;

namespace Nightjar.Web.Incidents;

/// <summary>
/// What people do to an incident. Each act is a message to its inbox and a wake-up, nothing else; pages and API share it.
/// </summary>
internal sealed class Acts(IIncidents incidents, IInbox inbox, IWakeUps wakeUps, TimeProvider clock)
{
    private const int LongestReason = 2_000;

    /// <summary>Null when there is no such incident.</summary>
    public async Task<Answer?> DoAsync(Act act, string person, CancellationToken cancellationToken)
    {
        if (await incidents.GetAsync(act.Incident, cancellationToken) is not { } incident)
        {
            return null;
        }

        if (await RefusalAsync(incident, act, cancellationToken) is { } refusal)
        {
            return new Answer(false, refusal);
        }

        await inbox.PostAsync(act.Incident, act.Kind, person, Text(act), cancellationToken);
        await wakeUps.WakeAsync(act.Incident, clock.GetUtcNow(), cancellationToken);
        return new Answer(true, Said(act));
    }

    private static string Text(Act act) => act.Text.Length > LongestReason ? act.Text[..LongestReason] : act.Text;

    private async Task<string?> RefusalAsync(Incident incident, Act act, CancellationToken cancellationToken)
    {
        var id = incident.Id;
        if (incident.State == IncidentState.Resolved)
        {
            return $"{id} is resolved; nothing more can be done to it.";
        }

        return act.Kind switch
        {
            InboxKind.Approve or InboxKind.Reject when incident.Question is null => $"{id} asks nothing.",
            InboxKind.Approve or InboxKind.Reject when act.Asked is { } asked && asked != incident.Question.AskedAt.UtcTicks => $"{id} asks something else by now. Read it again.",
            InboxKind.GiveUp when incident.State == IncidentState.GaveUp => $"{id} was given up already.",
            InboxKind.Split => SplitRefusal(incident, act.Text),
            InboxKind.Join => await JoinRefusalAsync(id, act.Text, cancellationToken),
            _ => null,
        };
    }

    private static string? SplitRefusal(Incident incident, string hash) =>
        incident.Fingerprints.All(f => f.Fingerprint.Hash != hash) ? $"{incident.Id} has no such fingerprint."
        : incident.Fingerprints.Length == 1 ? $"{incident.Id} has only this one; there is nothing to split."
        : null;

    private async Task<string?> JoinRefusalAsync(IncidentId id, string text, CancellationToken cancellationToken)
    {
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return "Join needs the number of another incident.";
        }

        if (number == id.Value)
        {
            return $"{id} cannot be joined to itself.";
        }

        return await incidents.GetAsync(new IncidentId(number), cancellationToken) switch
        {
            null => $"There is no incident #{number}.",
            { State: var state } when !state.IsOpen() => $"#{number} is closed.",
            _ => null,
        };
    }

    private static string Said(Act act) => act.Kind switch
    {
        InboxKind.Acknowledge => $"{act.Incident} is acknowledged; it pages nobody any more.",
        InboxKind.Approve => "Approved; it goes on.",
        InboxKind.Reject => "Rejected.",
        InboxKind.Retry => "It is tried again now.",
        InboxKind.GiveUp => "It is given up.",
        InboxKind.Split => "The fingerprint gets an incident of its own.",
        InboxKind.Join => $"{act.Incident} is joined to #{act.Text}.",
        _ => "Noted.",
    };
}

/// <summary>One press of a button.</summary>
/// <param name="Text">A reason, a fingerprint or a number, by kind.</param>
/// <param name="Asked">When the question that is answered was asked (UTC ticks), so that an answer never meets another question.</param>
internal sealed record Act(IncidentId Incident, InboxKind Kind, string Text = "", long? Asked = null)
{
    /// <summary>The words that addresses use; other kinds of message never come from a button.</summary>
    public static InboxKind? KindOf(string word) => word switch
    {
        "ack" => InboxKind.Acknowledge,
        "approve" => InboxKind.Approve,
        "reject" => InboxKind.Reject,
        "retry" => InboxKind.Retry,
        "giveup" => InboxKind.GiveUp,
        "split" => InboxKind.Split,
        "join" => InboxKind.Join,
        _ => null,
    };
}
