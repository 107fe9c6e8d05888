using System.Globalization;
using Nightjar.Core.Evidence;
using Nightjar.Core.Healing;
using Nightjar.Core.Investigation;

namespace Nightjar.Agents.BuiltIn;

/// <summary>What the built-in investigator wishes at once: a restart where memory leaks, which gives time until the leak is mended. Nothing else is sound without a model.</summary>
internal static class FirstAid
{
    private static readonly string[] OfMemory = ["memory-high", "oom-killed"];

    /// <summary>Memory that grew by this factor within what is kept is a leak; less is load.</summary>
    private const double Growth = 1.5;

    private const double MiB = 1024 * 1024;

    public static Mitigation? Of(EvidenceBundle evidence) =>
        evidence.Trigger is { Condition: { } condition, Workload: { } workload } && OfMemory.Contains(condition) && Leak(evidence.Container) is { } says && !HasFailed(evidence, workload)
            ? new Mitigation(HealStep.Restart, workload, $"its memory leaks ({says}), and a restart gives time until the leak is mended") : null;

    private static string? Leak(ContainerUse? container) =>
        container?.Slices.Select(s => s.Memory).OfType<long>().ToArray() is [var first, .., var last] && last >= first * Growth
            ? string.Create(CultureInfo.InvariantCulture, $"from {first / MiB:0.#} to {last / MiB:0.#} MiB") : null;

    private static bool HasFailed(EvidenceBundle evidence, string workload) =>
        evidence.Tried.Any(t => t.Label == $"{HealStep.Restart} {workload}" && t.End is HealEnd.Ineffective or HealEnd.Failed or HealEnd.Refused);
}
