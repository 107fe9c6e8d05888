using System.Collections.Immutable;
using Nightjar.Core.Policy;
using static Nightjar.Connectors.Kubernetes.Rights.RightPlace;

namespace Nightjar.Connectors.Kubernetes.Rights;

/// <summary>
/// What Nightjar needs in a cluster, and what it must not have. <c>nightjar deploy check</c> asks by it, and the roles of
/// <c>deploy/kubernetes</c> and of the chart are held to it.
/// </summary>
internal static class RightTable
{
    private static readonly ImmutableArray<Mode> Every = [Mode.Observe, Mode.Approve, Mode.Autonomous];

    private static readonly ImmutableArray<Mode> Acting = [Mode.Approve, Mode.Autonomous];

    private static readonly string[] Look = ["get", "list", "watch"];

    /// <summary>Its own use, because the configuration says when it is needed.</summary>
    private static readonly RightUse Lease = new(Acting, "agree with other Nightjars on who acts (lease)", Of("coordination.k8s.io", Own, ["create", "update"], "leases"));

    public static readonly ImmutableArray<RightUse> Uses =
    [
        new(Every, "see pods, and what was said about them", [.. Of("", Watched, Look, "pods", "events"), .. Of("", Watched, ["get"], "pods/log")]),
        new(Every, "see workloads", [.. Of("apps", Watched, Look, "deployments", "replicasets", "statefulsets", "daemonsets"), .. Of("apps", Watched, ["list"], "controllerrevisions"), .. Of("batch", Watched, Look, "jobs")]),
        new(Every, "see nodes", Of("", Cluster, Look, "nodes")),
        new(Every, "see storage", [.. Of("", Watched, Look, "persistentvolumeclaims"), .. Of("", Cluster, Look, "persistentvolumes")]),
        new(Every, "see how services are reached", [.. Of("", Watched, Look, "services", "endpoints"), .. Of("networking.k8s.io", Watched, Look, "ingresses")]),
        new(Every, "see quotas, budgets and configuration", [.. Of("", Watched, Look, "resourcequotas", "configmaps"), .. Of("autoscaling", Watched, Look, "horizontalpodautoscalers"), .. Of("policy", Watched, Look, "poddisruptionbudgets")]),
        new(Every, "know namespaces", Of("", Cluster, Look, "namespaces")),
        new(Every, "see whether another Nightjar acts (lease)", Of("coordination.k8s.io", Own, ["get"], "leases")),
        new(Acting, "restart, undo, scale, and change image, memory or probe", Of("apps", Watched, ["patch"], "deployments", "statefulsets", "daemonsets")),
        new(Acting, "delete a pod", Of("", Watched, ["delete"], "pods")),
        new(Acting, "evict a pod", Of("", Watched, ["create"], "pods/eviction")),
        new(Acting, "cordon and uncordon nodes", Of("", Cluster, ["patch"], "nodes")),
        Lease,
        new([Mode.Autonomous], "mend inside a running container (exec)", Of("", Watched, ["get", "create"], "pods/exec")),
    ];

    /// <summary>What no mode needs, and whoever has it can take the whole cluster or read what is nobody's business.</summary>
    private static readonly ImmutableArray<Right> Never =
    [
        .. Of("", Watched, Look, "secrets"), .. Of("", Watched, ["create"], "pods", "serviceaccounts/token", "pods/attach", "pods/portforward"),
        .. Of("rbac.authorization.k8s.io", Cluster, ["create", "escalate", "bind"], "clusterroles"), .. Of("rbac.authorization.k8s.io", Cluster, ["create"], "clusterrolebindings"),
        .. Of("", Cluster, ["impersonate"], "users"), .. Of("", Cluster, ["create"], "nodes/proxy"), new("*", "*", "*", Cluster),
    ];

    public static IEnumerable<RightUse> Needed(Mode mode, LeaseUse lease) => Uses.Where(u => IsNeeded(u, mode, lease));

    /// <summary>What an account of this mode should not have: what another mode writes with, and what none needs.</summary>
    public static IEnumerable<Right> TooMuch(Mode mode, LeaseUse lease) => Uses.Where(u => !IsNeeded(u, mode, lease) && u != Lease).SelectMany(u => u.Rights).Where(r => r.Writes).Concat(Never);

    private static bool IsNeeded(RightUse use, Mode mode, LeaseUse lease) => use != Lease ? use.Modes.Contains(mode) : lease == LeaseUse.Always || (lease == LeaseUse.Acting && use.Modes.Contains(mode));

    private static ImmutableArray<Right> Of(string apiGroup, RightPlace place, string[] verbs, params string[] resources) =>
        [.. from resource in resources from verb in verbs select new Right(apiGroup, resource, verb, place)];
}
