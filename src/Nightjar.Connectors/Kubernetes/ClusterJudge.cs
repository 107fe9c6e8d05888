using System.IO.Enumeration;
using Nightjar.Connectors.Kubernetes.Objects;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Core.Signals.Cluster;

namespace Nightjar.Connectors.Kubernetes;

/// <summary>Makes signals of what is wrong in a cluster: whose it is, and what a person would call the part that fails.</summary>
/// <param name="cluster">The context's name.</param>
internal sealed class ClusterJudge(ClusterMirror mirror, Scope scope, ClusterPatience patience, string cluster, Catalogue catalogue)
{
    /// <summary>What is said of nodes and of what has no service of its own.</summary>
    private ServiceName Cluster => new(cluster);

    /// <summary>What is wrong with one object now.</summary>
    public IEnumerable<Signal> Judge(ObjectRef about, DateTimeOffset now) => about.Kind switch
    {
        _ when !scope.Has(about.Namespace) => [],
        "Pod" => mirror.Pod(about) is { } pod ? PodDetector.Detect(pod, patience, now).Select(t => Of(t, now)) : [],
        "Node" => mirror.Node(about.Name) is { } node ? WorkloadDetector.Detect(node).Select(t => Of(t, now)) : [],
        "PersistentVolumeClaim" => mirror.Claim(about) is { } claim && WorkloadDetector.Detect(claim, WaitsForPod(claim), patience, now) is { } trouble ? [Of(trouble, now)] : [],
        _ => mirror.Workload(about) is { } workload ? WorkloadDetector.Detect(workload).Select(t => Of(t, now)) : [],
    };

    /// <summary>What is wrong with anything now.</summary>
    public IEnumerable<Signal> JudgeAll(DateTimeOffset now) =>
        mirror.All.SelectMany(about => Judge(about, now));

    private bool WaitsForPod(Claim claim) => mirror.EventsAbout(claim.Meta.Ref).Any(e => e.Reason == "WaitForFirstConsumer");

    private Signal Of(ClusterTrouble trouble, DateTimeOffset now)
    {
        var owner = mirror.TopOwner(trouble.About);
        var isNode = owner.Kind == "Node";
        return new Signal
        {
            Kind = isNode ? SignalKind.NodeFailure : SignalKind.WorkloadFailure,
            Service = isNode ? Cluster : ServiceOf(owner, trouble.About),
            At = now,
            Since = trouble.Since,
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
