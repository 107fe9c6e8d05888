using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Web;

namespace Nightjar.Hosting;

/// <summary>
/// A person wants a container healed. It goes the way of everything else: through an incident, playbooks, policy and limits. What is well is
/// left alone, and where policy lets nothing happen it is said what would be done.
/// </summary>
internal sealed class HealWish(Intake intake, OpenIncidents open, Hands hands, HealPlanner planner, Catalogue catalogue, HealDoor door)
{
    public async Task<HandReply> HealAsync(ContainerStanding container, string person, CancellationToken cancellationToken)
    {
        var workload = ContainerDetector.Workload(container.Name);
        var now = door.Clock.GetUtcNow();
        var standing = await hands.LookAsync(container.Service, workload, cancellationToken);
        var signal = new Signal
        {
            Kind = SignalKind.WorkloadFailure,
            Service = container.Service,
            At = now,
            Workload = workload,
            Condition = container.Condition ?? (container.Look is { State.IsDown: false } ? "container-unhealthy" : "container-exited"),
            Message = $"{person} asked to heal container {container.Name}{(standing is null ? "" : $": {standing.Says}")}",
        }.Bounded();
        if (Owner(signal) is { } owner)
        {
            return await WakeAsync(owner, person, now, cancellationToken);
        }

        if (standing?.IsWell == true)
        {
            return new HandReply(false, $"{container.Name} is well ({standing.Says}): there is nothing to heal", null);
        }

        if (await WhyNotAsync(signal, cancellationToken) is { } why)
        {
            return new HandReply(false, why, null);
        }

        await intake.AcceptAsync(signal, cancellationToken);
        return Owner(signal) is { } opened
            ? new HandReply(true, $"incident {opened.Id} is open; its playbook decides what is done", opened.Id)
            : new HandReply(false, $"{container.Service} is silenced or cooling down, so nothing was opened; end that first (nightjar silence list)", null);
    }

    private async Task<HandReply> WakeAsync(Incident incident, string person, DateTimeOffset now, CancellationToken cancellationToken)
    {
        switch (incident.State)
        {
            case IncidentState.NeedsHuman when incident.Question is { Action: not null } question:
                return new HandReply(false, $"incident {incident.Id} waits for an answer: {question.Text} (nightjar approve {incident.Id.Value})", incident.Id);
            case IncidentState.Detected or IncidentState.Suppressed or IncidentState.Healing:
                await door.Inbox.PostAsync(incident.Id, InboxKind.Retry, person, "", cancellationToken);
                await door.WakeUps.WakeAsync(incident.Id, now, cancellationToken);
                return new HandReply(true, $"incident {incident.Id} is open already and looks again now", incident.Id);
            default:
                return new HandReply(false, $"incident {incident.Id} of it is past healing already: it goes on there", incident.Id);
        }
    }

    /// <summary>What would be done, and why it is not; null when healing may begin.</summary>
    private async Task<string?> WhyNotAsync(Signal signal, CancellationToken cancellationToken)
    {
        var service = catalogue.Get(signal.Service);
        var draft = new Incident { Id = default, Service = signal.Service, Title = "", OpenedAt = signal.At, StateSince = signal.At, Trigger = signal, Fingerprints = [] };
        var plan = await planner.PlanAsync(draft, service, cancellationToken);
        if (plan.Progress is not { } progress)
        {
            return $"nothing was done: {plan.Why}";
        }

        var (first, verdict) = await planner.FirstAsync(progress, service, cancellationToken);
        return verdict.Risk == HealRisk.Never ? $"nothing was done: {plan.Why} would do: {first.Label}; {verdict.Why}" : null;
    }

    private Incident? Owner(Signal signal)
    {
        foreach (var strategy in open.StrategiesBeside(door.Intake.Strategy))
        {
            if (open.TryFind(Fingerprint.Of(signal, strategy).Hash, out var id) && open.Get(id) is { } incident)
            {
                return incident;
            }
        }

        return null;
    }
}

/// <summary>How a wish reaches an incident.</summary>
internal sealed record HealDoor(IInbox Inbox, IWakeUps WakeUps, IntakeOptions Intake, TimeProvider Clock);
