namespace Nightjar.Core.Evidence.Cluster;

/// <summary>A cluster as far as it can be seen: live, or as it was frozen. What may not be seen is as if it were not there.</summary>
public interface IClusterView
{
    /// <summary>Of a deployment, replica set, stateful set, daemon set or job.</summary>
    Workload? Workload(ObjectRef about);

    Node? Node(string name);

    IEnumerable<Pod> Pods { get; }

    IEnumerable<Workload> Workloads { get; }

    IEnumerable<Node> Nodes { get; }

    IEnumerable<Claim> Claims { get; }

    /// <summary>What was said about it, the newest last.</summary>
    IReadOnlyList<ClusterEvent> EventsAbout(ObjectRef about);

    IEnumerable<ClusterService> Services => [];

    IEnumerable<Endpoints> Endpoints => [];

    IEnumerable<Ingress> Ingresses => [];

    IEnumerable<Volume> Volumes => [];

    IEnumerable<Quota> Quotas => [];

    IEnumerable<Autoscaler> Autoscalers => [];

    IEnumerable<DisruptionBudget> DisruptionBudgets => [];

    /// <summary>Null for a config map that is not there, or may not be seen.</summary>
    ConfigKeys? ConfigMap(string space, string name) => null;
}

/// <summary>Questions that any view can answer.</summary>
public static class ClusterViewExtensions
{
    /// <summary>Owners of owners: a pod of a replica set of a deployment is three deep, and nothing is much deeper.</summary>
    private const int Deepest = 5;

    /// <summary>What a person would name: the deployment, not its replica set or its pod.</summary>
    public static ObjectRef TopOwner(this IClusterView view, ObjectMeta meta)
    {
        var (top, owner) = (meta.Ref, meta.Owner);
        for (var i = 0; owner is { } above && i < Deepest; i++)
        {
            top = above;
            owner = view.Workload(above) is { } known ? known.Meta.Owner : DeploymentOf(above, meta);
        }

        return top;
    }

    /// <summary>
    /// A deployment names its replica sets after itself and the hash of the pods' template, which the pods carry as a label: so it is known
    /// before the replica set is seen, and where replica sets may not be seen.
    /// </summary>
    private static ObjectRef? DeploymentOf(ObjectRef owner, ObjectMeta pod) =>
        owner.Kind == "ReplicaSet" && pod.Labels.TryGetValue("pod-template-hash", out var hash) && owner.Name.EndsWith($"-{hash}", StringComparison.Ordinal)
            ? owner with { Kind = "Deployment", Name = owner.Name[..^(hash.Length + 1)] }
            : null;
}
