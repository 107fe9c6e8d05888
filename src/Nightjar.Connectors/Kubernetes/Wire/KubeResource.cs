using System.Collections.Immutable;

namespace Nightjar.Connectors.Kubernetes.Wire;

/// <summary>A kind of object, and where it is served.</summary>
/// <param name="Versions">Of its group, the newest first; the first that the cluster serves is used. <c>v1</c> is the core group's.</param>
internal sealed record KubeResource(string Kind, string Plural, bool IsNamespaced, ImmutableArray<string> Versions)
{
    /// <summary>What is watched. Secrets are not, and must never be.</summary>
    public static readonly ImmutableArray<KubeResource> Watched =
    [
        new("Pod", "pods", true, ["v1"]),
        new("Event", "events", true, ["v1"]),
        new("Node", "nodes", false, ["v1"]),
        new("Deployment", "deployments", true, ["apps/v1"]),
        new("ReplicaSet", "replicasets", true, ["apps/v1"]),
        new("StatefulSet", "statefulsets", true, ["apps/v1"]),
        new("DaemonSet", "daemonsets", true, ["apps/v1"]),
        new("Job", "jobs", true, ["batch/v1"]),
        new("PersistentVolumeClaim", "persistentvolumeclaims", true, ["v1"]),
    ];

    /// <summary>The path of its list, in one namespace or (null) in all.</summary>
    public string Path(string version, string? space)
    {
        var root = version.Contains('/', StringComparison.Ordinal) ? $"/apis/{version}" : $"/api/{version}";
        return space is null || !IsNamespaced ? $"{root}/{Plural}" : $"{root}/namespaces/{Uri.EscapeDataString(space)}/{Plural}";
    }
}
