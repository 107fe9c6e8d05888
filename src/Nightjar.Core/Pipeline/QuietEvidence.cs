using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Core.Pipeline;

/// <summary>What silence means.</summary>
public enum QuietSays
{
    Unknown,
    Gone,
    StillThere,
}

/// <summary>
/// Whether a problem that was not seen again is gone: something must have been there to see it. The probe that failed must be well, the alert
/// that fired must be resolved, and for everything else there must have been traffic.
/// </summary>
public sealed class QuietEvidence(IRates rates, IProbeAnswers probes, IAlertAnswers alerts)
{
    /// <summary>An alert looks back some minutes and waits some more: in windows of verification, how long it may fire on.</summary>
    private const int AlertLag = 3;

    /// <param name="from">Since when the fix runs.</param>
    public async Task<(QuietSays Says, string Figures)> ReadAsync(Incident incident, Service service, DateTimeOffset from, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (incident.Trigger is { Kind: SignalKind.ProbeFailure or SignalKind.Finding, Source: { } probe })
        {
            var who = incident.Trigger.Kind == SignalKind.ProbeFailure ? "the probe" : Titles.Clean(probe);
            return probes.LastWell(service.Name, probe) is { } well && well >= from ? (QuietSays.Gone, $"{who} was well at {well:u}") : (QuietSays.Unknown, $"no answer of {who}");
        }

        if (incident.Trigger is { Kind: SignalKind.Alert, Source: { } alert } && await alerts.StandingAsync(service.Name, alert, cancellationToken) is { } standing)
        {
            if (standing.IsFiring)
            {
                return (now - from >= service.Verify.Window * AlertLag ? QuietSays.StillThere : QuietSays.Unknown, $"the alert {Titles.Clean(alert)} fires since {standing.Since:u}");
            }

            if (standing.Since >= from)
            {
                return (QuietSays.Gone, $"the alert {Titles.Clean(alert)} was resolved at {standing.Since:u}");
            }
        }

        var traffic = await rates.ReadAsync(service.Name, from, now, cancellationToken);
        return (traffic.Total >= service.Verify.MinVolume ? QuietSays.Gone : QuietSays.Unknown, $"{traffic.Total} {(traffic.Of == RateUnit.Lines ? "lines" : "requests")} of at least {service.Verify.MinVolume}");
    }
}
