using Nightjar.Core.Evidence;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Proposal;
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
/// that fired must be resolved, the workload that failed must be well, and for everything else there must have been traffic.
/// </summary>
public sealed class QuietEvidence(IRates rates, IProbeAnswers probes, IAlertAnswers alerts, Hands hands)
{
    /// <summary>An alert looks back some minutes, and what is rolled out may be down between: in windows of verification, how long it may go on.</summary>
    private const int Lag = 3;

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
                return (now - from >= service.Verify.Window * Lag ? QuietSays.StillThere : QuietSays.Unknown, $"the alert {Titles.Clean(alert)} fires since {standing.Since:u}");
            }

            if (standing.Since >= from)
            {
                return (QuietSays.Gone, $"the alert {Titles.Clean(alert)} was resolved at {standing.Since:u}");
            }
        }

        if (incident.Trigger.Kind == SignalKind.WorkloadFailure && Treated.WorkloadOf(incident, service) is { } workload && await hands.LookAsync(service.Name, workload, cancellationToken) is { } found)
        {
            return Workload(workload, found, service, from, now);
        }

        var traffic = await rates.ReadAsync(service.Name, from, now, cancellationToken);
        return (traffic.Total >= service.Verify.MinVolume ? QuietSays.Gone : QuietSays.Unknown, $"{traffic.Total} {(traffic.Of == RateUnit.Lines ? "lines" : "requests")} of at least {service.Verify.MinVolume}");
    }

    /// <summary>What runs must have run for a whole window. Not to know is no proof.</summary>
    private static (QuietSays Says, string Figures) Workload(string workload, WorkloadStanding found, Service service, DateTimeOffset from, DateTimeOffset now)
    {
        var says = $"{Quoting.Plain(workload, 100)} is {Quoting.Plain(found.Says, 300)}";
        return found.IsWell switch
        {
            null => (QuietSays.Unknown, says),
            false => (now - from >= service.Verify.Window * Lag ? QuietSays.StillThere : QuietSays.Unknown, says),
            true => (found.StartedAt is { } started && now - started < service.Verify.Window ? QuietSays.Unknown : QuietSays.Gone, says),
        };
    }
}
