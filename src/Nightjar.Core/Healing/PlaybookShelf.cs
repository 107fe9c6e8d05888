using System.Collections.Immutable;
using Nightjar.Core.Services;

namespace Nightjar.Core.Healing;

/// <summary>The playbooks and alert types that are in force; replaced whole when the files change and are sound.</summary>
public sealed class PlaybookShelf
{
    private volatile Held held = new([], [], []);

    public ImmutableArray<Playbook> Playbooks => held.Playbooks;

    public ImmutableArray<AlertType> AlertTypes => held.AlertTypes;

    /// <summary>The log lines of the alert types, for whoever reads logs.</summary>
    public ImmutableArray<LogTrigger> Triggers => [.. held.AlertTypes.SelectMany(t => t.Patterns.Select(p => new LogTrigger(p, t.Name)))];

    /// <summary>What is wrong with the files as they are now, each with its line; empty when what they say is in force.</summary>
    public ImmutableArray<string> Faults => held.Faults;

    /// <summary>The type that signals of a condition are counted by; null when they count at once.</summary>
    /// <param name="workload">Where it is seen; null where none is known.</param>
    public AlertType? TypeOf(string? condition, string? workload) => condition is null ? null : held.AlertTypes.FirstOrDefault(t => t.Name == condition && t.Concerns(workload));

    public void Put(ImmutableArray<Playbook> playbooks, ImmutableArray<AlertType> alertTypes) => held = new Held(playbooks, alertTypes, []);

    /// <summary>The files are not sound: what was in force stays.</summary>
    public void Blame(ImmutableArray<string> faults) => held = held with { Faults = faults };

    private sealed record Held(ImmutableArray<Playbook> Playbooks, ImmutableArray<AlertType> AlertTypes, ImmutableArray<string> Faults);
}
