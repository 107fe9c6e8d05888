using Microsoft.Extensions.Logging;
using Nightjar.Core.Incidents;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Policy;
using Nightjar.Core.Signals;

namespace Nightjar.Core.Announcements;

/// <summary>
/// Tells people what became of an incident: at most once per state it came to, and again after a kill in between. A channel that
/// fails is said in the log; the incident does not wait for it.
/// </summary>
public sealed partial class Teller(IEnumerable<IAnnouncer> announcers, Pager pager, Func<IncidentId, string> url, TimeProvider clock, ILogger<Teller> logger)
{
    private readonly IAnnouncer[] channels = [.. announcers];

    public async Task TellAsync(Incident incident, Effects effects, CancellationToken cancellationToken)
    {
        await pager.FollowAsync(incident, cancellationToken);
        if (Word(incident) is not { } word)
        {
            return;
        }

        var announcement = new Announcement(word.Key, incident.Id, word.Severity, Secrets.Mask($"{incident.Id} {word.Title}: {incident.Title}"), Secrets.Mask(word.Text), url(incident.Id), word.Cause is not null, clock.GetUtcNow()) { IsOver = !incident.State.IsOpen() };
        await effects.AtLeastOnceAsync("announce", word.Key, word.Title, async ct =>
        {
            if (word.Cause is { } cause && incident.AcknowledgedBy is null)
            {
                await pager.RaiseAsync(new PageWish($"nightjar-{incident.Fingerprint.Hash}-{incident.Id.Value}-{word.Key}", incident.Id, incident.Service, cause, word.Severity, announcement.Title, announcement.Text, announcement.Url), ct);
            }

            await TellAllAsync(announcement, ct);
        }, cancellationToken);
    }

    private async Task TellAllAsync(Announcement announcement, CancellationToken cancellationToken)
    {
        foreach (var channel in channels)
        {
            try
            {
                await channel.TellAsync(announcement, cancellationToken);
            }
#pragma warning disable CA1031 // A channel that is down must not hold up the incident; the log says which and why.
            catch (Exception e) when (e is not OperationCanceledException)
#pragma warning restore CA1031
            {
                LogChannelFailed(e, channel.GetType().Name, announcement.Key);
            }
        }
    }

    private static Told? Word(Incident incident)
    {
        if (incident.BreakerTrips > 0)
        {
            return new Told($"tell-breaker-{incident.Visit}", Severity.Critical, "cannot go on by itself", incident.Waiting ?? "", PageCause.Breaker);
        }

        if (incident.RequestWaits is { } waits && incident.State is IncidentState.Investigating or IncidentState.Proposing)
        {
            // For the hour's limit before it is investigated, for the backlog after: one word for each.
            return new Told($"tell-request-waits-{incident.State}-{incident.Occurrence}", Severity.Warning, "has no draft request yet", $"{incident.Finding?.RootCause} {waits}".Trim(), null);
        }

        var key = $"tell-{incident.State}-{incident.Visit}";
        return incident.State switch
        {
            IncidentState.Detected => new Told(key, incident.Severity, incident.CameBack is { } back ? $"came back, time {back.Count}" : "opened", incident.HeldBy is { } holder ? $"held back by {holder}" : $"{incident.Trigger.Kind}", null),
            IncidentState.InReview => new Told(key, Severity.Warning, "has a fix to review", $"{incident.Why} {incident.Request?.Url}", null),
            IncidentState.NeedsHuman => new Told(key, Severity.Critical, "needs you", incident.Question?.Text ?? "", PageCause.Question),
            IncidentState.Resolved => new Told(key, Severity.Info, "resolved", $"{incident.Outcome}: {incident.Why}", null),
            IncidentState.GaveUp when incident.Outcome == IncidentOutcome.GivenUp => new Told(key, Severity.Critical, "gave up", incident.Why, incident.AcknowledgedBy is null ? PageCause.GaveUp : null),
            IncidentState.GaveUp => new Told(key, Severity.Info, "ended", $"{incident.Outcome}: {incident.Why}", null),
            IncidentState.Investigating when incident.Reopened > 0 => new Told($"tell-reopened-{incident.Reopened}", Severity.Critical, "reopened, the fix did not hold", incident.Why, PageCause.Reopened),
            IncidentState.Healing or IncidentState.Investigating or IncidentState.Proposing or IncidentState.Verifying or IncidentState.Suppressed => null,
        };
    }

    /// <param name="Cause">Why somebody must act; null for what is only told.</param>
    private sealed record Told(string Key, Severity Severity, string Title, string Text, string? Cause);

    [LoggerMessage(1100, LogLevel.Warning, "Channel {Channel} could not tell {Key}")]
    private partial void LogChannelFailed(Exception e, string channel, string key);
}
