using System.Collections.Immutable;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;

namespace Nightjar.Core.Investigation;

/// <summary>
/// One action that may help before the cause is gone, as whoever investigated wishes it. A word of the list of what playbooks may do and one
/// of the incident's own workloads: never a command, and nothing is done before healing's own policy and limits have had their say.
/// </summary>
/// <param name="Action">As in a playbook's step: <c>restart</c>, or the name of a remedy.</param>
/// <param name="Workload">As in signals; null for the one in trouble.</param>
/// <param name="Why">A sentence for people.</param>
public sealed record Mitigation(string Action, string? Workload, string Why)
{
    /// <summary>What became of it; null while nobody has looked at it.</summary>
    public string? Became { get; init; }

    /// <summary>What may be wished for a service.</summary>
    public static ImmutableArray<string> Actions(Service service) => [.. HealStep.BuiltIn.Where(a => a != HealStep.Pause), .. service.Remedies.Select(r => r.Name)];

    /// <summary>The workloads that it may be wished for: those that the incident was told of, and the ones its service names.</summary>
    public static ImmutableArray<string> Workloads(Incident incident, Service service) =>
        [.. incident.Fingerprints.Select(f => f.Workload).Append(Treated.WorkloadOf(incident, service)).OfType<string>().Concat(service.Containers.Where(c => c.Name is { Length: > 0 } name && !name.Contains('*', StringComparison.Ordinal)).Select(c => $"container/{c.Name}")).Distinct()];

    /// <summary>Why it cannot be wished; null when it can.</summary>
    public string? Refusal(Incident incident, Service service) =>
        !Actions(service).Contains(Action) ? $"there is no action {Quoting.Plain(Action, 60)}; there is {string.Join(", ", Actions(service))}"
        : Workload is not null && !Workloads(incident, service).Contains(Workload) ? $"{Quoting.Plain(Workload, 100)} is no workload of this incident; there is {string.Join(", ", Workloads(incident, service).DefaultIfEmpty("none"))}"
        : null;
}
