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
        if (incident.Deployed is { } deployed && deployed.At >= merged && await HasFixAsync(service, fix, deployed.Commit, cancellationToken))
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

    /// <summary>A notice that names a commit must name one with the fix in it; one that names anything else is believed.</summary>
    private async Task<bool> HasFixAsync(Service service, string? fix, string deployed, CancellationToken cancellationToken) =>
        fix is null || Commit().Match(deployed) is not { Success: true } match || await repositories.IsPartOfAsync(service, fix, match.Value, cancellationToken);

    [GeneratedRegex(@"\b[0-9a-f]{7,40}\b", RegexOptions.CultureInvariant)]
    private static partial Regex Commit();
}
