using System.Collections.Immutable;
using Nightjar.Core.Diagnosis;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;

namespace Nightjar.Core.Evidence;

/// <summary>Brings together what is known of a problem into one bundle, keeps it, and makes the brief of it.</summary>
public sealed class EvidenceGatherer(ILogDigests digests, IRates rates, ICodeRepositories repositories, IEvidenceStore kept, IContainerFigures figures, IClusterEvidence clusters, TimeProvider clock)
{
    /// <summary>How much of the error rate before the onset goes along.</summary>
    private static readonly TimeSpan Before = TimeSpan.FromMinutes(30);

    /// <summary>And after it: with the time before at most 900 slices, however long the incident was held back or reopened.</summary>
    private static readonly TimeSpan After = TimeSpan.FromHours(2);

    /// <summary>Commits that go along, newest first.</summary>
    private const int MostChanges = 20;

    public async Task<Brief> BriefAsync(Incident incident, Service service, CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        var now = clock.GetUtcNow();
        var digest = await digests.DigestAsync(service.Name, incident.Trigger.Rate?.From ?? incident.Trigger.At, now, cancellationToken);
        if (digest is null)
        {
            missing.Add($"logs: none are configured or seen for {service.Name}");
        }

        missing.AddRange(digest?.Missing ?? []);
        var onset = Onset(incident, digest);
        var code = await SnapshotAsync(service, missing, cancellationToken);
        var cluster = await ClusterAsync(incident, service, missing, cancellationToken);
        var bundle = new EvidenceBundle
        {
            Service = service.Name,
            TakenAt = now,
            Onset = onset,
            Trigger = incident.Trigger,
            Logs = digest is null ? null : digest with { Around = Masked(digest.Around) },
            Container = await ContainerAsync(incident, service, onset, now, cancellationToken),
            Cluster = cluster,
            Rates = [.. await rates.SeriesAsync(service.Name, onset - Before, now < onset + After ? now : onset + After, cancellationToken)],
            Changes = await ChangesAsync(incident, code, cancellationToken),
            Tried = incident.Heal?.Tried ?? [],
            Missing = [.. missing],
        };
        await kept.KeepAsync(incident.Id, bundle, cancellationToken);
        return new Brief { Incident = incident, Service = service, Evidence = bundle, Code = code, Causes = DiagnosisEngine.Rank(bundle) };
    }

    /// <summary>The brief of phase 2, from the evidence as phase 1 had it.</summary>
    public async Task<Brief> BriefAgainAsync(Incident incident, Service service, CancellationToken cancellationToken)
    {
        var bundle = (await kept.ReadAsync(incident.Id, cancellationToken)).LastOrDefault().Bundle;
        return bundle is null
            ? await BriefAsync(incident, service, cancellationToken)
            : new Brief { Incident = incident, Service = service, Evidence = bundle, Code = await SnapshotAsync(service, [], cancellationToken), Causes = DiagnosisEngine.Rank(bundle) };
    }

    /// <summary>The source of the signal knows its own first failing line; a digest only what the same class of error did, at any time.</summary>
    private static DateTimeOffset Onset(Incident incident, LogDigest? digest)
    {
        if (incident.Trigger.Since is { } since && since < incident.Trigger.At)
        {
            return since;
        }

        var first = digest?.ErrorGroups.Where(g => g.ErrorClass == incident.Trigger.ErrorClass).Select(g => (DateTimeOffset?)g.FirstSeen).Min();
        var known = incident.Trigger.At;
        return first is { } seen && seen < known ? seen : known;
    }

    /// <summary>The code as it is on the base branch; what keeps us from reading it is said, not thrown: the rest still counts.</summary>
    private async Task<ICodeSnapshot?> SnapshotAsync(Service service, List<string> missing, CancellationToken cancellationToken)
    {
        if (service.Repository is null)
        {
            missing.Add("code: no repository is configured for this service");
            return null;
        }

        try
        {
            return await repositories.SnapshotAsync(service, cancellationToken);
        }
        catch (RepositoryException e)
        {
            missing.Add($"code: {e.Message}");
            return null;
        }
    }

    private async Task<ContainerUse?> ContainerAsync(Incident incident, Service service, DateTimeOffset onset, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (Treated.WorkloadOf(incident, service)?.Split('/', 2) is not ["container", var name])
        {
            return null;
        }

        var slices = await figures.SeriesAsync(name, onset - Before, now < onset + After ? now : onset + After, now, cancellationToken);
        return slices.Count == 0 ? null : new ContainerUse(name, [.. slices.Select(s => new ContainerUseSlice(s.Start, s.Length, s.Cpu, s.MostMemory, s.MemoryLimit, s.Restarts, s.Response))]);
    }

    /// <summary>The cluster around what it is about, where it is about anything in one.</summary>
    private async Task<ClusterSnapshot?> ClusterAsync(Incident incident, Service service, List<string> missing, CancellationToken cancellationToken)
    {
        var workload = Treated.WorkloadOf(incident, service);
        if (workload?.StartsWith("container/", StringComparison.Ordinal) == true)
        {
            return null;
        }

        var (snapshot, unseen) = await clusters.AroundAsync(service, workload, cancellationToken);
        missing.AddRange(unseen.Select(u => $"cluster: {u}"));
        return snapshot;
    }

    /// <summary>Line by line, and a private key from its first line to its last.</summary>
    private static ImmutableArray<LoggedLine> Masked(ImmutableArray<LoggedLine> lines)
    {
        var isInKey = false;
        return [.. lines.Select(Mask)];

        LoggedLine Mask(LoggedLine line)
        {
            var begins = line.Text.LastIndexOf(" PRIVATE KEY-----", StringComparison.Ordinal) >= 0;
            var ends = line.Text.LastIndexOf("-----END ", StringComparison.Ordinal);
            var wasInKey = isInKey;
            isInKey = begins ? line.Text.LastIndexOf("-----BEGIN ", StringComparison.Ordinal) > ends : isInKey;
            return line with { Text = wasInKey ? Secrets.Masked : Secrets.Mask(line.Text) };
        }
    }

    private static async Task<ImmutableArray<Change>> ChangesAsync(Incident incident, ICodeSnapshot? code, CancellationToken cancellationToken)
    {
        var commits = code is null ? [] : await code.HistoryAsync(MostChanges, cancellationToken);
        var changes = commits.Select(c => new Change(ChangeKind.Commit, c.Sha, c.At, c.Author, c.Subject));
        return incident.Deployed is { } deployed
            ? [new Change(ChangeKind.Deployment, deployed.Commit, deployed.At, deployed.By, "deployed"), .. changes]
            : [.. changes];
    }
}
