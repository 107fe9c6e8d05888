using Nightjar.Connectors.Kubernetes;
using Nightjar.Core.Services;
using Nightjar.Core.Signals.Cluster;
using static Nightjar.Configuration.Shapes;

namespace Nightjar.Configuration;

/// <summary>The keys of clusters: which are watched, and where a service is in them.</summary>
internal static class KubernetesKeys
{
    private static readonly Scalar<string> Pattern = Signature("a name, or a pattern with *", @"^[a-z0-9*]([a-z0-9.*-]{0,251}[a-z0-9*])?$");

    private static readonly Scalar<string> Context = Text("the name of a context", longest: 300);

    private static readonly Section<ClusterPatience> Patience =
        new Section<ClusterPatience>("{unscheduled, creating, …}", "How long something may last before it is a problem.", new ClusterPatience())
            .Key("unscheduled", "A pod without a node.", Duration("1s", "1d"), o => o.Unscheduled, (o, v) => o with { Unscheduled = v })
            .Key("creating", "A pod with a node, of which nothing was started.", Duration("1s", "1d"), o => o.Creating, (o, v) => o with { Creating = v })
            .Key("notReady", "A container that runs and is not ready, beyond what its probe allows.", Duration("1s", "1d"), o => o.NotReady, (o, v) => o with { NotReady = v })
            .Key("terminating", "A pod on its way out, beyond its grace.", Duration("1s", "1d"), o => o.Terminating, (o, v) => o with { Terminating = v })
            .Key("unboundClaim", "A claim of storage without a volume.", Duration("1s", "1d"), o => o.UnboundClaim, (o, v) => o with { UnboundClaim = v });

    public static readonly Section<KubernetesOptions> Kubernetes =
        new Section<KubernetesOptions>("{kubeconfig, contexts, namespaces, …}", "The clusters that are watched; none when absent.", new KubernetesOptions())
            .Key("kubeconfig", "The kubeconfig; when absent the files of KUBECONFIG, ~/.kube/config, or inside a pod its service account.", FilePath("a file"), o => o.Kubeconfig, (o, v) => o with { Kubeconfig = v })
            .Key("contexts", "Contexts of it, each a cluster; the current one when absent.", new ListOf<string>("a list of contexts", Context, orOne: true), o => o.Contexts, (o, v) => o with { Contexts = v })
            .Key("namespaces", "Which namespaces. Names alone need rights in those only, a pattern needs them in all.", new ListOf<string>("a list of names or patterns", Pattern, orOne: true, fewest: 1), o => o.Namespaces, (o, v) => o with { Namespaces = v })
            .Key("exclude", "Namespaces that a pattern does not mean.", new ListOf<string>("a list of names or patterns", Pattern, orOne: true), o => o.Exclude, (o, v) => o with { Exclude = v })
            .Key("selector", "A label selector such as team=shop: only what it fits is looked at.", Text("a label selector", longest: 500), o => o.Selector.Length == 0 ? null : o.Selector, (o, v) => o with { Selector = v })
            .Key("patience", "How long something may last before it is a problem.", Patience, o => o.Patience, (o, v) => o with { Patience = v })
            .Key("logs", "Whether the logs of pods are read, as log files are.", Switch(), o => o.Logs, (o, v) => o with { Logs = v })
            .Key("lookAhead", "Whether one digest a day at most tells of what is well and will not stay so: no limits, a single replica, a certificate that runs out.", Switch(), o => o.LookAhead, (o, v) => o with { LookAhead = v })
            .Key("lease", "When the scope's lease is held, so that of several Nightjars one alone reports and acts: acting is in approve and autonomous, always in observe too, never does without.", Choice(new Dictionary<string, LeaseUse> { ["acting"] = LeaseUse.Acting, ["always"] = LeaseUse.Always, ["never"] = LeaseUse.Never }), o => o.Lease, (o, v) => o with { Lease = v })
            .Key("home", "The namespace of the lease; the pod's own when absent, and nightjar outside of a cluster.", Signature("the name of a namespace", "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"), o => o.Home, (o, v) => o with { Home = v });

    public static readonly Section<ClusterPlace> Place =
        new Section<ClusterPlace>("{namespace, workload, context}", "Where a service is in a cluster.", new ClusterPlace { Namespace = "" })
            .Key("namespace", "Its namespace.", Pattern, o => o.Namespace, (o, v) => o with { Namespace = v }, required: true)
            .Key("workload", "Name of its deployment, stateful set, daemon set or job, or a pattern with *; all of the namespace when absent.", Pattern, o => o.Workload, (o, v) => o with { Workload = v })
            .Key("context", "The cluster, by its context; any when absent.", Context, o => o.Context, (o, v) => o with { Context = v });
}
