namespace Nightjar.Tests.Diagnosis;

/// <summary>Words of the scheduler: 1.20 (its source), and 1.24 and later, which add what preemption could do.</summary>
public sealed class SchedulingRuleTests
{
    [Theory]
    [InlineData("cpu-insufficient", "0/1 nodes are available: 1 Insufficient cpu.")]
    [InlineData("cpu-insufficient", "0/4 nodes are available: 1 node(s) were unschedulable, 3 Insufficient cpu. preemption: 0/4 nodes are available: 1 Preemption is not helpful for scheduling, 3 No preemption victims found for incoming pod.")]
    [InlineData("memory-insufficient", "0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 Insufficient memory. preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.")]
    [InlineData("resource-insufficient", "0/2 nodes are available: 2 Insufficient nvidia.com/gpu.")]
    [InlineData("pods-per-node-reached", "0/2 nodes are available: 2 Too many pods.")]
    [InlineData("nodes-cordoned", "0/1 nodes are available: 1 node(s) were unschedulable.")]
    [InlineData("nodes-cordoned", "0/2 nodes are available: 2 node(s) had taint {node.kubernetes.io/unschedulable: }, that the pod didn't tolerate.")]
    [InlineData("taint-not-tolerated", "0/1 nodes are available: 1 node(s) had taint {dedicated: gpu}, that the pod didn't tolerate.")]
    [InlineData("taint-not-tolerated", "0/4 nodes are available: 1 node(s) were unschedulable, 3 node(s) had untolerated taint {dedicated: batch}. preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.")]
    [InlineData("taint-not-tolerated", "0/4 nodes are available: 4 node(s) had untolerated taint(s). no new claims to deallocate, preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.")]
    [InlineData("nodes-not-ready", "0/1 nodes are available: 1 node(s) had taint {node.kubernetes.io/not-ready: }, that the pod didn't tolerate.")]
    [InlineData("pod-anti-affinity-conflict", "0/3 nodes are available: 3 node(s) didn't match pod affinity/anti-affinity, 3 node(s) didn't match pod anti-affinity rules.")]
    [InlineData("pod-anti-affinity-conflict", "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.")]
    [InlineData("pod-affinity-unmet", "0/3 nodes are available: 3 node(s) didn't match pod affinity rules.")]
    [InlineData("node-affinity-unmatched", "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity.")]
    [InlineData("node-affinity-unmatched", "0/4 nodes are available: 1 node(s) were unschedulable, 3 node(s) didn't match Pod's node affinity/selector.")]
    [InlineData("topology-spread-unmet", "0/3 nodes are available: 3 node(s) didn't match pod topology spread constraints.")]
    [InlineData("host-port-taken", "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.")]
    public void What_most_nodes_say_is_the_cause(string cause, string said) =>
        Assert.Equal(Shop.Deployment("web"), new Shop().WithNode("node1").WithWaiting("web", said).Named(cause).About);

    [Theory]
    [InlineData("0/1 nodes are available: 1 node(s) didn't match node selector.")]
    [InlineData("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity.")]
    [InlineData("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.")]
    public void A_selector_that_no_node_has_is_told_from_an_affinity_though_the_scheduler_has_one_sentence_for_both(string said)
    {
        var shop = new Shop().WithNode("node1").WithWaiting("web", said, p => p with { NodeSelector = Shop.Map(("disk", "ssd")) });

        var quotes = shop.Rank().QuotesOf(shop.Named("node-selector-unmatched"));

        Assert.Contains(quotes, q => q.Text == "spec.nodeSelector.disk: ssd");
    }

    [Fact]
    public void Nodes_that_the_pods_own_selector_leaves_aside_are_out_on_purpose()
    {
        const string said = "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity, 1 node(s) had taint {gpu: only}, that the pod didn't tolerate.";

        new Shop().WithNode("node1").WithNode("node2", n => n with { Meta = n.Meta with { Labels = Shop.Map(("disk", "ssd")) } }).WithWaiting("web", said, p => p with { NodeSelector = Shop.Map(("disk", "ssd")) }).Named("taint-not-tolerated");
    }

    [Theory]
    [InlineData("0/2 nodes are available: 1 Insufficient cpu, 1 node(s) had taint {gpu: only}, that the pod didn't tolerate.", "cpu-insufficient")]
    [InlineData("0/2 nodes are available: 1 node(s) were unschedulable, 1 Insufficient memory.", "memory-insufficient")]
    public void A_node_that_is_kept_free_beside_a_full_one_is_not_the_cause(string said, string cause) => new Shop().WithNode("node1").WithNode("node2").WithWaiting("web", said).Named(cause);

    [Fact]
    public void A_pod_that_nobody_looks_at_has_no_scheduler()
    {
        var named = new Shop().WithNode("node1").WithWaiting("web").Named("scheduler-silent");

        Assert.Equal("kube-scheduler", named.About.Name);
        Assert.Contains(Shop.Deployment("web"), named.Affects);
    }

    [Fact]
    public void A_pod_that_was_made_just_now_is_given_time() =>
        Assert.Empty(new Shop().WithNode("node1").WithWaiting("web", pod: p => p with { Meta = p.Meta with { CreatedAt = Shop.Now.AddSeconds(-5) } }).Rank().Causes);

    [Fact]
    public void What_the_scheduler_said_before_it_found_a_node_is_past() =>
        Assert.Empty(new Shop().WithNode("node1").With("web").Says(Shop.PodRef("web"), "FailedScheduling", "0/1 nodes are available: 1 Insufficient cpu.").Rank().Causes);
}
