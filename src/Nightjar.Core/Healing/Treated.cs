using System.Collections.Immutable;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;

namespace Nightjar.Core.Healing;

/// <summary>What is known of the workload that is to be healed, all watches that may mean it taken together, the strictest word first.</summary>
/// <param name="Restarts">Allowed within an hour; null when no watch says it.</param>
public sealed record Treated(string? Workload, bool IsCritical, bool AutoRestart, int? Restarts, ImmutableArray<string> DependsOn)
{
    private const string Container = "container/";

    /// <summary>The workload that the incident was last told of, else the only container that the service names.</summary>
    public static string? WorkloadOf(Incident incident, Service service) =>
        incident.Fingerprints.Where(f => f.Workload is not null).OrderBy(f => f.Since).LastOrDefault()?.Workload ?? incident.Trigger.Workload
        ?? (service.Containers is [{ Name: { Length: > 0 } only }] && !only.Contains('*', StringComparison.Ordinal) ? Container + only : null);

    public static Treated Of(Service service, string? workload)
    {
        var mine = workload is null ? [] : service.Containers.Where(c => MayMean(c, workload)).ToImmutableArray();
        return new Treated(
            workload,
            mine.Any(c => c.Critical),
            mine.All(c => c.AutoRestart),
            mine.IsEmpty ? null : mine.Min(c => c.MaxRestartsPerHour),
            [.. mine.SelectMany(c => c.DependsOn).Distinct().Select(n => Container + n).Where(w => w != workload)]);
    }

    /// <summary>A watch that picks by label or project may mean any container: its strictness counts.</summary>
    private static bool MayMean(ContainerWatch watch, string workload)
    {
        if (!workload.StartsWith(Container, StringComparison.Ordinal))
        {
            return false;
        }

        return watch.Name is not { Length: > 0 } name || Fits(name, workload[Container.Length..]);
    }

    /// <summary>A name with stars, without a regular expression.</summary>
    private static bool Fits(string pattern, string name)
    {
        var parts = pattern.Split('*');
        if (parts.Length == 1)
        {
            return pattern == name;
        }

        if (!name.StartsWith(parts[0], StringComparison.Ordinal) || !name.EndsWith(parts[^1], StringComparison.Ordinal) || name.Length < parts[0].Length + parts[^1].Length)
        {
            return false;
        }

        var at = parts[0].Length;
        foreach (var part in parts[1..^1])
        {
            var found = name.IndexOf(part, at, name.Length - parts[^1].Length - at, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }

            at = found + part.Length;
        }

        return true;
    }
}
