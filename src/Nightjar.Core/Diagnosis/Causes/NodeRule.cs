using System.Text.RegularExpressions;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Diagnosis.Causes;

/// <summary>The machine below is ill: kubelet is silent, its container runtime or network is down, it runs out of something. That explains its pods, not they it.</summary>
internal sealed partial class NodeRule : CauseRule
{
    public override string Family => "infrastructure";

    public override IEnumerable<Candidate> Look(Facts facts) => [.. facts.Cluster.Nodes.SelectMany(n => OfNode(facts, n)), .. Runtime(facts)];

    private static IEnumerable<Candidate> OfNode(Facts facts, Node node)
    {
        var about = node.Meta.Ref;
        foreach (var condition in node.Conditions)
        {
            var text = condition.Message.Length > 0 ? condition.Message : condition.Reason;
            (string Cause, string Says, string Change)? found = condition switch
            {
                { Type: "Ready", Holds: false } when text.Contains("Kubelet stopped posting node status", StringComparison.Ordinal) || text.Contains("Kubelet never posted", StringComparison.Ordinal) => ("kubelet-silent", "is not heard of: its kubelet does not report", "look at the machine: is it on, is kubelet running, does its way to the API server work"),
                { Type: "Ready", Holds: false } when Down().IsMatch(text) => ("container-runtime-down", "cannot run containers: its container runtime does not answer", "start the container runtime on the node again (its log says why it ended)"),
                { Type: "Ready", Holds: false } when Network().IsMatch(text) => ("node-network-not-ready", "has no network for pods", "look at the network plug-in's pod on that node"),
                { Type: "Ready", Holds: false } => ("node-not-ready", "is not ready", "see what kubelet says on the node"),
                { Type: "NetworkUnavailable", Holds: true } => ("node-network-not-ready", "has no network for pods", "look at the network plug-in's pod on that node"),
                { Type: "MemoryPressure", Holds: true } => ("node-memory-exhausted", "is short of memory", "find what uses it, or move pods away"),
                { Type: "DiskPressure", Holds: true } => ("node-disk-full", "is short of disk space", "make room: old images, logs, emptyDirs"),
                { Type: "PIDPressure", Holds: true } => ("node-processes-exhausted", "has too many processes", "find what starts them"),
                _ => null,
            };
            if (found is not var (cause, says, change) || text.Length == 0)
            {
                continue;
            }

            yield return new Candidate
            {
                Cause = cause, About = about, Directness = Directness.States, Since = condition.Since, Condition = condition.Type == "Ready" ? "node-not-ready" : "node-pressure",
                Quotes = [new Said(SaidBy.Status, $"condition {condition.Type}={condition.Status} of {about}", about, condition.Reason, text, condition.Since)],
                Affects = [.. facts.Cluster.Pods.Where(p => p.Node == node.Meta.Name).Select(p => facts.Top(p.Meta.Ref)).Distinct().Take(50)],
                Says = $"{Name(about)} {says}", Change = change, Confirm = "kubectl describe node says the same now", Refute = "the condition is over and the pods are ill all the same",
            };
        }
    }

    /// <summary>A runtime that has just ended is first seen by the pods that cannot be made.</summary>
    private static IEnumerable<Candidate> Runtime(Facts facts) =>
        from said in facts.Words
        where said.By == SaidBy.Event && said.Key is "FailedCreatePodSandBox" or "ContainerGCFailed" or "ImageGCFailed" or "FailedKillPod" or "FailedSync" or "Failed"
        let cause = Socket().IsMatch(said.Text) ? "container-runtime-down" : said.Key == "FailedCreatePodSandBox" && Plugin().IsMatch(said.Text) ? "node-network-not-ready" : null
        where cause is not null
        let node = said.About.Kind == "Node" ? said.About.Name : facts.Cluster.Pod(said.About)?.Node ?? ""
        where node.Length > 0
        select new Candidate
        {
            Cause = cause, About = new ObjectRef("Node", "", node), Directness = Directness.States, Quotes = [said], Since = said.At, Condition = "node-not-ready",
            Affects = said.About.Kind == "Node" ? [] : [facts.Top(said.About)],
            Says = $"{Name(new ObjectRef("Node", "", node))} {(cause == "container-runtime-down" ? "cannot run containers: its container runtime does not answer" : "cannot give pods a network")}",
            Change = cause == "container-runtime-down" ? "start the container runtime on the node again (its log says why it ended)" : "look at the network plug-in's pod and its configuration on that node",
            Confirm = "crictl info on the node does not answer, or says what is not ready", Refute = "new pods start on that node",
        };

    [GeneratedRegex(@"container runtime is down|container runtime status check may not have completed|PLEG is not healthy|containerd\.sock|docker\.sock|crio\.sock|rpc error: code = Unavailable", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Down();

    [GeneratedRegex(@"(?i)cni (?:plugin|config)[^\n]{0,60}(?:not initialized|uninitialized)|network plugin is not ready|runtime network not ready", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Network();

    [GeneratedRegex(@"dial unix [^\s:]{1,200}\.sock: connect: |Cannot connect to the Docker daemon|failed to connect to containerd", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Socket();

    [GeneratedRegex(@"(?i)plugin type=|networkPlugin cni failed|failed to setup network for sandbox|cni plugin not initialized|failed to allocate for range|no IP addresses available", RegexOptions.CultureInvariant, 500)]
    private static partial Regex Plugin();
}
