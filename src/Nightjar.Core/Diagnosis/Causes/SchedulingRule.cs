using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Diagnosis.Causes;

/// <summary>
/// No node takes the pod. The scheduler says for how many nodes each reason holds
/// (<c>0/4 nodes are available: 1 node(s) were unschedulable, 3 Insufficient cpu.</c>); the reason of most nodes is the cause, where a few may be
/// out for good. Words as of 1.20 and of current versions, whose differences are in the test.
/// </summary>
internal sealed partial class SchedulingRule : CauseRule
{
    /// <summary>A scheduler that runs says within a second why not.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    public override string Family => "scheduling";

    public override IEnumerable<Candidate> Look(Facts facts)
    {
        var waiting = facts.LivePods.Where(p => p.Phase is "Pending" or "" && p.Node.Length == 0).ToList();
        foreach (var pod in waiting)
        {
            var said = facts.About(pod.Meta.Ref).LastOrDefault(s => s.Key == "FailedScheduling") ?? facts.About(pod.Meta.Ref).FirstOrDefault(s => s.Key == "PodScheduled=False");
            foreach (var candidate in said is null ? Unseen(facts, pod) : Reasons(facts, pod, said))
            {
                yield return candidate;
            }
        }
    }

    private static IEnumerable<Candidate> Reasons(Facts facts, Pod pod, Said said)
    {
        var text = said.Text.Split(" preemption: ", 2)[0];
        var reasons = Reason().Matches(text).Select(m => (Nodes: int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture), Words: m.Groups[2].Value.TrimEnd('.', ' '))).ToList();
        var known = reasons.Select(r => (r.Nodes, Kind: Kind(facts, pod, r.Words), r.Words)).Where(r => r.Kind is not null).ToList();
        var most = known.Select(r => Weight(facts, pod, r.Kind, r.Words) * r.Nodes).DefaultIfEmpty(0).Max();
        var top = facts.Top(pod.Meta.Ref);
        foreach (var (nodes, kind, words) in known)
        {
            if (kind is not { } k || Known.All.FirstOrDefault(c => c.Cause == k) is not { } cause)
            {
                continue;
            }

            var isMain = Weight(facts, pod, k, words) * nodes >= most;
            yield return new Candidate
            {
                Cause = cause.Cause, About = top, Directness = isMain ? Directness.States : Directness.Hints, Quotes = [said, .. Typed(facts, pod, cause.Cause)], Since = said.At, Condition = "unschedulable",
                Says = string.Create(CultureInfo.InvariantCulture, $"{Name(top)} finds no node: {cause.Says} ({nodes} of {Total(text)} nodes)"),
                Change = cause.Change, Confirm = cause.Confirm, Refute = "a node is there that the pod fits, and the scheduler still says so after its next try",
            };
        }
    }

    /// <summary>
    /// Some nodes are out on purpose: those of the control plane, those that the pod's own selector leaves aside while others have its labels, and,
    /// mostly, those that are cordoned or tainted beside others that refuse for a reason of the moment.
    /// </summary>
    private static double Weight(Facts facts, Pod pod, string? kind, string words)
    {
        var selected = pod.NodeSelector.IsEmpty ? [] : facts.Cluster.Nodes.Where(n => Has(n, pod.NodeSelector)).ToList();
        return selected.Count == 0 ? Weight(kind, words, pod) : kind switch
        {
            "node-selector-unmatched" => 0.3,
            "nodes-cordoned" => selected.Exists(n => n.IsCordoned) ? 1 : 0.3,
            "taint-not-tolerated" => selected.Exists(n => n.Taints.Any(t => t.Effect != "PreferNoSchedule" && !t.Key.StartsWith("node.kubernetes.io/", StringComparison.Ordinal))) ? 1.2 * facts.Cluster.Nodes.Length : facts.Cluster.Nodes.All(n => n.Taints.IsDefaultOrEmpty) ? 1 : 0.3,
            _ => Weight(kind, words, pod),
        };
    }

    private static double Weight(string? kind, string words, Pod pod) => kind switch
    {
        _ when words.Contains("node-role.kubernetes.io/", StringComparison.Ordinal) => 0.4,
        "node-affinity-unmatched" when !pod.NodeSelector.IsEmpty => 0.3,
        "nodes-cordoned" => 0.9,
        "nodes-not-ready" => 0.85,
        "taint-not-tolerated" => 0.8,
        _ => 1,
    };

    private static bool Has(Node node, ImmutableDictionary<string, string> labels) => labels.All(s => node.Meta.Labels.GetValueOrDefault(s.Key) == s.Value);

    private static string? Kind(Facts facts, Pod pod, string words) => words switch
    {
        "Insufficient cpu" => "cpu-insufficient",
        "Insufficient memory" => "memory-insufficient",
        "Too many pods" => "pods-per-node-reached",
        _ when words.StartsWith("Insufficient ", StringComparison.Ordinal) => "resource-insufficient",
        _ when words.Contains("were unschedulable", StringComparison.Ordinal) || words.Contains("node.kubernetes.io/unschedulable", StringComparison.Ordinal) => "nodes-cordoned",
        _ when words.Contains("node.kubernetes.io/", StringComparison.Ordinal) && words.Contains("taint", StringComparison.Ordinal) => "nodes-not-ready",
        _ when words.Contains("taint", StringComparison.Ordinal) => "taint-not-tolerated",
        _ when words.Contains("anti-affinity", StringComparison.Ordinal) => "pod-anti-affinity-conflict",
        _ when words.Contains("pod affinity", StringComparison.Ordinal) => "pod-affinity-unmet",
        // Another family's matter: where the pod's volume is.
        _ when words.Contains("volume", StringComparison.Ordinal) => null,
        _ when words.Contains("node affinity", StringComparison.Ordinal) || words.Contains("node selector", StringComparison.Ordinal) => Selects(facts, pod) ? "node-selector-unmatched" : "node-affinity-unmatched",
        _ when words.Contains("topology spread", StringComparison.Ordinal) => "topology-spread-unmet",
        _ when words.Contains("free ports", StringComparison.Ordinal) => "host-port-taken",
        _ => null,
    };

    /// <summary>The scheduler has one sentence for both: the selector is it when no node has its labels, or the pod asks for nothing else.</summary>
    private static bool Selects(Facts facts, Pod pod) =>
        !pod.NodeSelector.IsEmpty && (!pod.HasNodeAffinity || !facts.Cluster.Nodes.Any(n => Has(n, pod.NodeSelector)));

    private static IEnumerable<Said> Typed(Facts facts, Pod pod, string cause) => cause switch
    {
        "node-selector-unmatched" => pod.NodeSelector.Take(3).Select(s => Field(pod, $"spec.nodeSelector.{s.Key}", s.Value)),
        "cpu-insufficient" => Requests(pod, "cpu"),
        "memory-insufficient" => Requests(pod, "memory"),
        "nodes-cordoned" => facts.Cluster.Nodes.Where(n => n.IsCordoned).Take(2).Select(n => new Said(SaidBy.Field, $"{n.Meta.Ref}", n.Meta.Ref, "spec.unschedulable", "spec.unschedulable: true", null)),
        "taint-not-tolerated" => facts.Cluster.Nodes.SelectMany(n => n.Taints.Where(t => t.Effect != "PreferNoSchedule").Take(1).Select(t => new Said(SaidBy.Field, $"{n.Meta.Ref}", n.Meta.Ref, "spec.taints", $"spec.taints: {t.Key}={t.Value}:{t.Effect}", null))).Take(2),
        _ => [],
    };

    private static IEnumerable<Said> Requests(Pod pod, string resource) =>
        pod.Containers.Where(c => c.Requests.ContainsKey(resource)).Take(2).Select(c => Field(pod, $"spec.containers[{c.Name}].resources.requests.{resource}", c.Requests[resource]));

    private static Said Field(Pod pod, string path, string value) => new(SaidBy.Field, $"{pod.Meta.Ref}", pod.Meta.Ref, path, $"{path}: {value}", null);

    /// <summary>Nobody has said anything of the pod at all.</summary>
    private static IEnumerable<Candidate> Unseen(Facts facts, Pod pod)
    {
        if (facts.About(pod.Meta.Ref).Any(s => s.By == SaidBy.Event) || facts.Now - pod.Meta.CreatedAt < Silence || pod.Phase != "Pending")
        {
            yield break;
        }

        yield return new Candidate
        {
            Cause = "scheduler-silent", About = new ObjectRef("Component", "kube-system", "kube-scheduler"), Directness = Directness.Shows, Affects = [facts.Top(pod.Meta.Ref)], Since = pod.Meta.CreatedAt, Condition = "unschedulable",
            Quotes = [Field(pod, "status.phase", pod.Phase), Field(pod, "spec.nodeName", "(none)")],
            Says = $"no scheduler has looked at {Name(facts.Top(pod.Meta.Ref))}: its pod has neither a node nor a reason why not",
            Change = "start the scheduler again; where spec.schedulerName names another one, start that, or name the default one",
            Confirm = "kubectl -n kube-system get lease kube-scheduler was not renewed lately", Refute = "other new pods find their nodes, and spec.schedulerName is default-scheduler",
        };
    }

    private static string Total(string text) => All().Match(text) is { Success: true } all ? all.Groups[1].Value : "all";

    private sealed record Known(string Cause, string Says, string Change, string Confirm)
    {
        public static readonly Known[] All =
        [
            new("cpu-insufficient", "none has as much unclaimed CPU as its pods ask for", "ask for less CPU, or add a node", "kubectl describe node: allocatable less what is requested is smaller than the pod's request"),
            new("memory-insufficient", "none has as much unclaimed memory as its pods ask for", "ask for less memory, or add a node", "kubectl describe node: allocatable less what is requested is smaller than the pod's request"),
            new("resource-insufficient", "none has what its pods ask for", "ask for less of it, or add a node that has it", "kubectl describe node: it is not in allocatable, or all of it is requested"),
            new("pods-per-node-reached", "the nodes have as many pods as they may", "add a node, or raise the kubelet's maxPods", "kubectl describe node: as many pods as allocatable says"),
            new("nodes-cordoned", "the nodes are cordoned", "kubectl uncordon the nodes that shall take pods again", "kubectl get nodes says SchedulingDisabled"),
            new("nodes-not-ready", "the nodes are not well enough to take pods", "mend the nodes", "kubectl get nodes says NotReady, or kubectl describe node has a pressure condition"),
            new("taint-not-tolerated", "the nodes have a taint that its pods do not tolerate", "give the pods a toleration, or take the taint off", "kubectl describe node shows the taint, and the pod's spec.tolerations has none for it"),
            new("pod-anti-affinity-conflict", "its anti-affinity keeps it from every node where such a pod is already", "run fewer replicas, add nodes, or make the rule preferred instead of required", "each node runs a pod with the labels of the rule"),
            new("pod-affinity-unmet", "no node runs the pods that it wants to be near", "start what it wants to be near, or correct the rule's labels", "no pod has the labels of the rule"),
            new("node-selector-unmatched", "no node has the labels of its nodeSelector", "correct spec.template.spec.nodeSelector, or label a node", "kubectl get nodes -l with the selector lists none"),
            new("node-affinity-unmatched", "no node is as its node affinity requires", "correct spec.template.spec.affinity.nodeAffinity, or label a node", "kubectl get nodes --show-labels: none has what the terms ask for"),
            new("topology-spread-unmet", "no node keeps its pods spread as required", "allow a larger maxSkew or whenUnsatisfiable: ScheduleAnyway, or add nodes", "the pods per topology domain differ by maxSkew already"),
            new("host-port-taken", "the port that it wants of the node itself is taken on each", "do without hostPort, or run at most one a node", "another pod on each node has the same hostPort"),
        ];
    }

    [GeneratedRegex(@"(?:: |, )(\d{1,5}) (Insufficient [\w./-]+|Too many pods|node\(s\) (?:(?!, \d+ |\. |\.$).){3,300})", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Reason();

    [GeneratedRegex(@"^0/(\d{1,5}) nodes are available", RegexOptions.CultureInvariant, 500)]
    private static partial Regex All();
}
