using System.Collections.Immutable;
using System.IO.Enumeration;
using Nightjar.Connectors.Kubernetes.Wire;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Healing;
using Nightjar.Core.Services;
using Nightjar.Core.Signals.Cluster;

namespace Nightjar.Connectors.Kubernetes.Changes;

/// <summary>An object of a cluster, and the way to it.</summary>
/// <param name="Patience">How long what may last before it is trouble. An end that was followed by a good run is none.</param>
internal sealed record Target(KubeApi Api, ObjectRef Ref, ClusterPatience Patience)
{
    /// <summary>As in signals: <c>deployment/web</c>.</summary>
    public string Shown => $"{Ref.Kind.ToLowerInvariant()}/{Ref.Name}";

    public string Path => $"{Kind(Ref.Kind)}/{Uri.EscapeDataString(Ref.Name)}";

    /// <summary>The list of a kind, in the object's namespace.</summary>
    public string Kind(string kind) => KubeResource.Watched.First(r => r.Kind == kind) is var resource ? resource.Path(resource.Versions[0], Ref.Namespace) : "";

    public Target Pod(string name) => this with { Ref = new ObjectRef("Pod", Ref.Namespace, name) };
}

/// <summary>Finds the object that a workload of a service is. Where it may be more than one, it is none.</summary>
internal sealed class Whereabouts(Clusters clusters, KubernetesOptions options, Catalogue catalogue)
{
    /// <summary>RFC 1123, which the server holds names to.</summary>
    private const int LongestName = 253;

    /// <summary>What runs something, or is run on: other objects are neither changed nor well or unwell by themselves.</summary>
    private static readonly ImmutableDictionary<string, string> Kinds = new[] { "Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "Node" }.ToImmutableDictionary(k => k.ToLowerInvariant(), StringComparer.Ordinal);

    private readonly Scope scope = new(options);

    private readonly ClusterPatience patience = options.Patience with { LastExit = TimeSpan.Zero };

    /// <summary>The kind of a workload, <c>Deployment</c>; null for what is in no cluster.</summary>
    public string? KindOf(string? workload) => clusters.Any && workload?.Split('/') is [var kind, { Length: > 0 }] ? Kinds.GetValueOrDefault(kind) : null;

    /// <returns>Null for what is in no cluster.</returns>
    /// <exception cref="ActionFailedException">It is nowhere, or may be in several places; the message says what to configure.</exception>
    /// <exception cref="KubeException">There is no usable kubeconfig.</exception>
    public Target? Find(ServiceName service, string workload)
    {
        if (KindOf(workload) is not { } kind)
        {
            return null;
        }

        var name = workload[(workload.IndexOf('/', StringComparison.Ordinal) + 1)..];
        if (!IsName(name))
        {
            throw new ActionFailedException("What is in trouble has a name that no object of a cluster can have.");
        }

        var apis = clusters.All;
        var found = kind == "Node"
            ? [.. apis.Where(a => a.Name == service.Value || apis.Count == 1).Select(a => new Target(a, new ObjectRef(kind, "", name), patience))]
            : Places(service, name).SelectMany(p => apis.Where(a => p.Context is null || p.Context == a.Name).Select(a => new Target(a, new ObjectRef(kind, p.Namespace, name), patience))).Distinct().ToList();
        return found switch
        {
            [var one] when scope.Has(one.Ref.Namespace) => one,
            [var one] => throw new ActionFailedException($"Namespace {one.Ref.Namespace} is not looked at, so nothing is done in it: see kubernetes.namespaces."),
            [] => throw new ActionFailedException($"Nobody knows where {workload} is: give the service a place, kubernetes: {{namespace: …, workload: {name}}}, in a cluster that is watched."),
            _ => throw new ActionFailedException($"{workload} may be in {string.Join(" or ", found.Take(3).Select(f => $"{f.Api.Name}, namespace {f.Ref.Namespace}"))}: give the service one place for it, kubernetes: {{context: …, namespace: …, workload: {name}}}."),
        };
    }

    /// <summary>Of the service's places those that may mean it; what no service names has its namespace in its name.</summary>
    private IEnumerable<ClusterPlace> Places(ServiceName service, string name)
    {
        var places = catalogue.Find(service)?.Kubernetes ?? [];
        return places.IsEmpty
            ? service.Value.Split('/') is [var space, { Length: > 0 }] && IsName(space) ? [new ClusterPlace { Namespace = space }] : []
            : places.Where(p => IsName(p.Namespace) && (p.Workload is null || FileSystemName.MatchesSimpleExpression(p.Workload, name, ignoreCase: false)));
    }

    private static bool IsName(string name) => name.Length is > 0 and <= LongestName && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.') && char.IsAsciiLetterOrDigit(name[0]) && char.IsAsciiLetterOrDigit(name[^1]);
}
