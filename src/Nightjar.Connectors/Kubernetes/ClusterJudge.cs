using System.Collections.Concurrent;
using System.IO.Enumeration;
using Nightjar.Connectors.Kubernetes.Objects;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Core.Signals.Cluster;

namespace Nightjar.Connectors.Kubernetes;

/// <summary>Makes signals of what is wrong in a cluster: whose it is, and what a person would call the part that fails.</summary>
/// <param name="cluster">The context's name.</param>
/// <param name="ahead">How far the cluster's clock is ahead of ours: how long something lasts is told by its clock alone.</param>
internal sealed class ClusterJudge(ClusterMirror mirror, Scope scope, ClusterPatience patience, string cluster, Catalogue catalogue, Func<TimeSpan> ahead)
{
    /// <summary>On an object, on what owns it, or on its namespace.</summary>
    private const string Ignore = "nightjar.dev/ignore";

    /// <summary>Services that lead nowhere, since when.</summary>
    private readonly ConcurrentDictionary<ObjectRef, DateTimeOffset> nowhere = new();

    /// <summary>What is said of nodes and of what has no service of its own.</summary>
    private ServiceName Cluster => new(cluster);

    /// <summary>What is wrong with one object now.</summary>
    public IEnumerable<Signal> Judge(ObjectRef about, DateTimeOffset now) =>
        scope.Has(about.Namespace) ? Troubles(about, now + ahead()).Where(t => !IsIgnored(t.About)).Select(t => Of(t, now)) : [];

    /// <summary>What is wrong with anything at the only look that there is: what leads nowhere is not waited for.</summary>
    public IEnumerable<Signal> JudgeAll(DateTimeOffset now)
    {
        foreach (var service in mirror.Services)
        {
            nowhere.TryAdd(service.Meta.Ref, service.Meta.CreatedAt);
        }

        return mirror.All.SelectMany(about => Judge(about, now));
    }

    /// <summary>Somebody said that it is to be left alone.</summary>
    public bool IsIgnored(ObjectMeta about)
    {
        var owners = new[] { about.Owner, mirror.TopOwner(about) }.OfType<ObjectRef>().Select(o => mirror.Workload(o)?.Meta);
        return owners.Append(about).Append(mirror.Namespace(about.Namespace)).Any(m => m?.Annotations.GetValueOrDefault(Ignore) == "true");
    }

    /// <summary>The service that an object is part of.</summary>
    public ServiceName ServiceOf(ObjectMeta about) => ServiceOf(mirror.TopOwner(about), about);

    private IEnumerable<ClusterTrouble> Troubles(ObjectRef about, DateTimeOffset now) => about.Kind switch
    {
        "Pod" => mirror.Pod(about) is { } pod && !IsExplained(pod) ? PodDetector.Detect(pod, mirror.EventsAbout(about), patience, now) : [],
        "Node" => mirror.Node(about.Name) is { } node ? WorkloadDetector.Detect(node, () => mirror.PodsOn(node.Meta.Name)) : [],
        "PersistentVolumeClaim" => mirror.Claim(about) is { } claim && WorkloadDetector.Detect(claim, WaitsForPod(claim), patience, now) is { } trouble ? [trouble] : [],
        "PersistentVolume" => mirror.Volume(about.Name) is { } volume && WorkloadDetector.Detect(volume, now) is { } trouble ? [trouble] : [],
        "Endpoints" or "Service" => OfTraffic(about, now) is { } trouble ? [trouble] : [],
        _ => mirror.Workload(about) is { } workload && !IsMadeGood(workload) ? WorkloadDetector.Detect(workload) : [],
    };

    /// <summary>A cron job's run that failed is kept for people to look at, long after a later one did what it should.</summary>
    private bool IsMadeGood(Workload run) =>
        run.Meta is { Ref.Kind: "Job", Owner: { Kind: "CronJob" } owner } && mirror.Workloads.Any(w => w.Meta.Owner == owner && w.Meta.CreatedAt > run.Meta.CreatedAt && w.Ready >= w.Wanted);

    /// <summary>Its node explains it, or it has failed and others have taken its place: it lies about until somebody deletes it.</summary>
    private bool IsExplained(Pod pod) =>
        (mirror.Node(pod.Node) is { } node && !IsIgnored(node.Meta) && WorkloadDetector.Explains(node, pod))
        || (pod.Phase == "Failed" && pod.Meta.Owner is { } owner && mirror.Workload(owner) is { Wanted: > 0 } keeper && keeper.Ready >= keeper.Wanted);

    private ClusterTrouble? OfTraffic(ObjectRef about, DateTimeOffset now)
    {
        if (mirror.Traffic(about) is not ({ } service, { } leads) || !TrafficDetector.LeadsNowhere(service, leads))
        {
            nowhere.TryRemove(about with { Kind = "Service" }, out _);
            return null;
        }

        return TrafficDetector.Detect(mirror, service, nowhere.GetOrAdd(service.Meta.Ref, now), scope.SeesAll, patience, now);
    }

    private bool WaitsForPod(Claim claim) => mirror.EventsAbout(claim.Meta.Ref).Any(e => e.Reason == "WaitForFirstConsumer");

    private Signal Of(ClusterTrouble trouble, DateTimeOffset now)
    {
        var owner = mirror.TopOwner(trouble.About);
        return new Signal
        {
            Kind = owner.Kind == "Node" ? SignalKind.NodeFailure : SignalKind.WorkloadFailure,
            Service = owner.Namespace.Length == 0 ? Cluster : ServiceOf(owner, trouble.About),
            At = now,
            Since = trouble.Since - ahead(),
            Workload = $"{owner.Kind.ToLowerInvariant()}/{owner.Name}",
            Condition = trouble.Condition,
            Message = trouble.Says,
            Severity = trouble.Severity,
            Samples = [trouble.Says, .. trouble.Quotes],
        };
    }

    /// <summary>A service of the catalogue that says it runs there; else the part of the cluster itself, under its own name.</summary>
    private ServiceName ServiceOf(ObjectRef owner, ObjectMeta about) =>
        catalogue.All.FirstOrDefault(s => s.Kubernetes.Any(p => Fits(p, owner, about)))?.Name ?? new ServiceName($"{owner.Namespace}/{owner.Name}");

    private bool Fits(ClusterPlace place, ObjectRef owner, ObjectMeta about) =>
        (place.Context is null || place.Context == cluster)
        && place.Namespace == owner.Namespace
        && (place.Workload is null || FileSystemName.MatchesSimpleExpression(place.Workload, owner.Name, ignoreCase: false))
        && place.Labels.All(l => about.Labels.GetValueOrDefault(l.Key) == l.Value);
}
