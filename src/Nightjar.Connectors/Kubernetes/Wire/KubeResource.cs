using System.Collections.Immutable;

namespace Nightjar.Connectors.Kubernetes.Wire;

/// <summary>A kind of object, and where it is served.</summary>
/// <param name="Versions">Of its group, the newest first; the first that the cluster serves is used. <c>v1</c> is the core group's.</param>
internal sealed record KubeResource(string Kind, string Plural, bool IsNamespaced, ImmutableArray<string> Versions)
{
    /// <summary>Without it little is known of what runs; the others add to it.</summary>
    public bool IsVital { get; init; }

    /// <summary>A label selector chooses among these: they are what people label. What is around them is seen whole.</summary>
    public bool IsSelected => IsNamespaced && Kind is not ("Event" or "ResourceQuota" or "ConfigMap");

    /// <summary>Objects of one page: large objects in small pages.</summary>
    public int PageSize { get; init; } = 250;

    /// <summary>What is watched. Secrets are not, and must never be.</summary>
    public static readonly ImmutableArray<KubeResource> Watched =
    [
        new("Pod", "pods", true, ["v1"]) { IsVital = true },
        new("Event", "events", true, ["v1"]),
        new("Namespace", "namespaces", false, ["v1"]),
        new("Node", "nodes", false, ["v1"]),
        new("Deployment", "deployments", true, ["apps/v1"]) { IsVital = true },
        new("ReplicaSet", "replicasets", true, ["apps/v1"]) { IsVital = true },
        new("StatefulSet", "statefulsets", true, ["apps/v1"]) { IsVital = true },
        new("DaemonSet", "daemonsets", true, ["apps/v1"]) { IsVital = true },
        new("Job", "jobs", true, ["batch/v1"]) { IsVital = true },
        new("PersistentVolumeClaim", "persistentvolumeclaims", true, ["v1"]),
        new("PersistentVolume", "persistentvolumes", false, ["v1"]),
        new("Service", "services", true, ["v1"]),
        new("Endpoints", "endpoints", true, ["v1"]),
        new("Ingress", "ingresses", true, ["networking.k8s.io/v1", "networking.k8s.io/v1beta1"]),
        new("ResourceQuota", "resourcequotas", true, ["v1"]),
        new("HorizontalPodAutoscaler", "horizontalpodautoscalers", true, ["autoscaling/v2", "autoscaling/v2beta2", "autoscaling/v1"]),
        new("PodDisruptionBudget", "poddisruptionbudgets", true, ["policy/v1", "policy/v1beta1"]),
        new("ConfigMap", "configmaps", true, ["v1"]) { PageSize = 40 },
    ];

    /// <summary>The path of its list, in one namespace or (null) in all.</summary>
    public string Path(string version, string? space)
    {
        var root = version.Contains('/', StringComparison.Ordinal) ? $"/apis/{version}" : $"/api/{version}";
        return space is null || !IsNamespaced ? $"{root}/{Plural}" : $"{root}/namespaces/{Uri.EscapeDataString(space)}/{Plural}";
    }
}
