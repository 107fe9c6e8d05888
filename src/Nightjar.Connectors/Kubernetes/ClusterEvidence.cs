using System.Collections.Immutable;
using System.Globalization;
using System.IO.Enumeration;
using System.Text;
using Nightjar.Connectors.Kubernetes.Objects;
using Nightjar.Connectors.Kubernetes.Wire;
using Nightjar.Core.Evidence;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;

namespace Nightjar.Connectors.Kubernetes;

/// <summary>
/// Takes snapshots of clusters: from the mirror of one that is watched now, else by listing once. Nothing is changed, and secrets are not
/// even listed.
/// </summary>
/// <param name="live">The watches that run now.</param>
/// <param name="open">Opens each cluster that is configured, or says why it cannot be.</param>
internal sealed class ClusterEvidence(Func<IEnumerable<(KubeApi Api, ClusterMirror Mirror)>> live, Func<IEnumerable<Func<KubeApi>>> open, Scope scope, TimeProvider clock) : IClusterEvidence
{
    /// <summary>Containers whose last lines are read, each at most twice (this run and the one before).</summary>
    private const int MostLogs = 12;

    private const int MostLogBytes = 64 * 1024;

    public async Task<(ClusterSnapshot? Snapshot, ImmutableArray<string> Missing)> AroundAsync(Service service, string? workload, CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        foreach (var (api, mirror) in live())
        {
            if (await TakeAsync(api, mirror, service, workload, cancellationToken) is { } snapshot)
            {
                return (snapshot, [.. missing]);
            }
        }

        foreach (var cluster in live().Any() ? [] : open())
        {
            try
            {
                using var api = cluster();
                if (await TakeAsync(api, await ListAsync(api, missing, cancellationToken), service, workload, cancellationToken) is { } snapshot)
                {
                    return (snapshot with { Missing = [.. snapshot.Missing, .. missing] }, [.. missing]);
                }
            }
            catch (KubeException e)
            {
                missing.Add(e.Message);
            }
        }

        return (null, [.. missing]);
    }

    private async Task<ClusterSnapshot?> TakeAsync(KubeApi api, ClusterMirror mirror, Service service, string? workload, CancellationToken cancellationToken)
    {
        if (Find(mirror, api.Name, service, workload) is not { } subject)
        {
            return null;
        }

        var snapshot = ClusterSnapshot.Take(mirror, api.Name, subject, clock.GetUtcNow());
        return await WithLogsAsync(api, snapshot, cancellationToken);
    }

    /// <summary>What a service and a workload's name mean in that cluster; null when it is not there.</summary>
    private static ObjectRef? Find(ClusterMirror mirror, string cluster, Service service, string? workload)
    {
        var places = service.Kubernetes.Where(p => p.Context is null || p.Context == cluster).ToList();
        var (space, name) = service.Name.Value.Split('/', 2) is [var first, var second] ? (first, second) : ("", "");
        if (workload?.Split('/', 2) is [var kind, var named])
        {
            return kind.Equals("node", StringComparison.OrdinalIgnoreCase)
                ? mirror.Node(named)?.Meta.Ref
                : mirror.All.Cast<ObjectRef?>().FirstOrDefault(o => o is { } about && about.Kind.Equals(kind, StringComparison.OrdinalIgnoreCase) && about.Name == named && (about.Namespace == space || places.Exists(p => p.Namespace == about.Namespace)));
        }

        if (places.Count > 0)
        {
            return mirror.Workloads.Where(w => w.Meta.Owner is null && places.Exists(p => Fits(p, w))).OrderBy(w => w.Ready >= w.Wanted).Select(w => (ObjectRef?)w.Meta.Ref).FirstOrDefault() ?? new ObjectRef("Namespace", places[0].Namespace, places[0].Namespace);
        }

        return space.Length == 0 ? null
            : name is "" or "*" ? mirror.All.Any(o => o.Namespace == space) ? new ObjectRef("Namespace", space, space) : null
            : mirror.All.Where(o => o.Namespace == space && o.Name == name).Where(o => o.Kind != "Endpoints").OrderBy(o => o.Kind is "Pod" or "PersistentVolumeClaim" or "ReplicaSet").Cast<ObjectRef?>().FirstOrDefault();
    }

    private static bool Fits(ClusterPlace place, Workload workload) =>
        place.Namespace == workload.Meta.Namespace
        && (place.Workload is null || FileSystemName.MatchesSimpleExpression(place.Workload, workload.Meta.Name, ignoreCase: false))
        && place.Labels.All(l => workload.Meta.Labels.GetValueOrDefault(l.Key) == l.Value);

    private async Task<ClusterMirror> ListAsync(KubeApi api, List<string> missing, CancellationToken cancellationToken)
    {
        var mirror = new ClusterMirror((_, _) => { });
        using var groups = await api.GetAsync("/apis", "ask which APIs there are", cancellationToken);
        HashSet<string> served = [.. groups.RootElement.Items("groups").SelectMany(g => g.Items("versions")).Select(v => v.Text("groupVersion")), "v1"];
        foreach (var resource in KubeResource.Watched)
        {
            foreach (var space in resource.IsNamespaced ? scope.Asked : [null])
            {
                try
                {
                    await ListAsync(api, mirror, resource, resource.Versions.FirstOrDefault(served.Contains), space, cancellationToken);
                }
                catch (KubeException e) when (e.Fault is KubeFault.Forbidden or KubeFault.NotFound or KubeFault.Gone)
                {
                    missing.Add(e.Message);
                }
            }
        }

        return mirror;
    }

    private static async Task ListAsync(KubeApi api, ClusterMirror mirror, KubeResource resource, string? version, string? space, CancellationToken cancellationToken)
    {
        var kept = mirror.Keeper(resource.Kind, space);
        for (var (next, isFirst) = ("", true); version is not null && (isFirst || next.Length > 0); isFirst = false)
        {
            using var page = await api.GetAsync($"{resource.Path(version, space)}?limit={resource.PageSize}{(next.Length > 0 ? $"&continue={Uri.EscapeDataString(next)}" : "")}", $"list {resource.Plural}", cancellationToken);
            next = page.RootElement.At("metadata").Text("continue");
            // Several namespaces are one list for the mirror.
            foreach (var item in page.RootElement.Items("items"))
            {
                kept.Changed(item);
            }
        }
    }

    /// <summary>Of what the snapshot is about first, then of whatever else in its namespace is not well.</summary>
    private static async Task<ClusterSnapshot> WithLogsAsync(KubeApi api, ClusterSnapshot snapshot, CancellationToken cancellationToken)
    {
        var (logs, missing) = (ImmutableArray.CreateBuilder<ContainerLog>(), new List<string>());
        var wanted = from pod in snapshot.Pods
                     let isSubject = snapshot.TopOwner(pod.Meta) == snapshot.Subject
                     from container in pod.Containers
                     where container.Now is { Phase: not ContainerPhase.Waiting } || container.Before is not null
                     where isSubject || !container.IsReady || container.Before is { ExitCode: not 0 }
                     where !(container.IsInit && container.Now is { Phase: ContainerPhase.Ended, ExitCode: 0 })
                     orderby isSubject descending, container.IsReady, container.Restarts descending
                     select (pod, container);
        foreach (var (pod, container) in wanted.Take(MostLogs))
        {
            foreach (var isBefore in container.Before is null ? new[] { false } : [true, false])
            {
                try
                {
                    var lines = await LinesAsync(api, pod.Meta.Ref, container.Name, isBefore, cancellationToken);
                    if (!lines.IsEmpty)
                    {
                        logs.Add(new ContainerLog(pod.Meta.Ref, container.Name, isBefore, lines));
                    }
                }
                catch (KubeException e) when (e.Fault is KubeFault.Invalid or KubeFault.NotFound)
                {
                    // The container has not started, or its log is gone with it: nothing to read is no fault.
                }
                catch (KubeException e)
                {
                    missing.Add(e.Message);
                }
            }
        }

        return snapshot with { Logs = logs.ToImmutable(), Missing = [.. missing.Distinct()] };
    }

    private static async Task<ImmutableArray<LoggedLine>> LinesAsync(KubeApi api, ObjectRef pod, string container, bool isBefore, CancellationToken cancellationToken)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/api/v1/namespaces/{Uri.EscapeDataString(pod.Namespace)}/pods/{Uri.EscapeDataString(pod.Name)}/log?container={Uri.EscapeDataString(container)}&tailLines={ContainerLog.MostLines}&limitBytes={MostLogBytes}&timestamps=true{(isBefore ? "&previous=true" : "")}");
        using var response = await api.StreamAsync(path, $"read the log of {pod.Name}", cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var bytes = new byte[MostLogBytes];
        var length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return [.. Encoding.UTF8.GetString(bytes, 0, length).Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(ContainerLog.MostLines).Select(Line)];
    }

    private static LoggedLine Line(string line)
    {
        var text = line.TrimEnd('\r');
        return text.Split(' ', 2) is [var stamp, var rest] && DateTimeOffset.TryParse(stamp, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? new LoggedLine(at, Secrets.Mask(rest))
            : new LoggedLine(default, Secrets.Mask(text));
    }
}
