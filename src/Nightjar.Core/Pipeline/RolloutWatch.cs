using System.Globalization;
using System.Text.RegularExpressions;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Services;

namespace Nightjar.Core.Pipeline;

/// <summary>Since when the fix runs, and how that is known.</summary>
public sealed record Running(DateTimeOffset Since, string KnownBy);

/// <summary>Learns that a merged fix runs: by a deployment notice, by the running version, or failing both by the time since the merge.</summary>
public sealed partial class RolloutWatch(IRunningVersions versions, ICodeRepositories repositories)
{
    /// <summary>How often the running version is asked for.</summary>
    public static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);

    public async Task<Running?> RunningAsync(Incident incident, Service service, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var fix = incident.Request?.MergeCommit ?? incident.Change?.FixCommit;
        var merged = incident.Request?.MergedAt ?? incident.StateSince;
        if (incident.Deployed is { } deployed && await HasFixAsync(service, fix, deployed, merged, cancellationToken))
        {
            return new Running(deployed.At, $"the deployment notice of {deployed.By}");
        }

        if (await versions.ReadAsync(service, cancellationToken) is { } text && Commit().Match(text) is { Success: true } match && fix is not null && await repositories.IsPartOfAsync(service, fix, match.Value, cancellationToken))
        {
            return new Running(now, $"the running version {match.Value}");
        }

        return now - merged >= service.Verify.AssumeDeployedAfter
            ? new Running(now, string.Create(CultureInfo.InvariantCulture, $"the {service.Verify.AssumeDeployedAfter.TotalMinutes:0} minutes since the merge alone; no rollout was seen"))
            : null;
    }

    /// <summary>
    /// A notice that names a commit must name one with the fix in it, and may come before the merge is noticed; one that names
    /// anything else is believed when it comes after it.
    /// </summary>
    private async Task<bool> HasFixAsync(Service service, string? fix, Deployment deployed, DateTimeOffset merged, CancellationToken cancellationToken) =>
        fix is not null && Commit().Match(deployed.Commit) is { Success: true } match
            ? await repositories.IsPartOfAsync(service, fix, match.Value, cancellationToken)
            : deployed.At >= merged;

    [GeneratedRegex(@"\b[0-9a-f]{7,40}\b", RegexOptions.CultureInvariant)]
    private static partial Regex Commit();
}
