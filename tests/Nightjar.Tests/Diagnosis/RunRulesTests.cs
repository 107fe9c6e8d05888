using System.Collections.Immutable;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Tests.Diagnosis;

/// <summary>What goes wrong while it runs: memory, ports, replicas, the node below.</summary>
public sealed class RunRulesTests
{
    [Fact]
    public void Memory_over_the_limit_is_named_with_the_limit()
    {
        var shop = new Shop().With("web", Shop.Ended(137, "OOMKilled") with { Limits = Shop.Map(("memory", "64Mi")) });

        var named = shop.Named("memory-limit-exceeded");

        Assert.Contains("its limit of `64Mi`", named.Says, StringComparison.Ordinal);
        Assert.Equal("oom-killed", named.Condition);
        Assert.Contains(shop.Rank().QuotesOf(named), q => q.Text == "terminated: OOMKilled, exit code 137");
    }

    [Fact]
    public void Words_of_a_program_that_was_killed_for_its_memory_are_not_why() =>
        new Shop().With("web", Shop.Ended(137, "OOMKilled")).Logs("web", "open /cache/x: no such file or directory").Named("memory-limit-exceeded");

    [Theory]
    [InlineData("port-conflict-in-pod", "listen tcp :8080: bind: address already in use")]
    [InlineData("port-conflict-in-pod", "Error: listen EADDRINUSE: address already in use :::8080")]
    [InlineData("port-conflict-in-pod", "Web server failed to start. Port 8080 was already in use.")]
    [InlineData("port-conflict-in-pod", "OSError: [Errno 98] Address already in use")]
    [InlineData("port-conflict-in-pod", "httpd: bind: Address already in use")]
    public void Two_containers_of_a_pod_that_want_one_port_are_named(string cause, string line)
    {
        var shop = new Shop().With("web", Shop.Ended() with { Ports = [8080] }, p => p with { Containers = p.Containers.Add(Shop.Running("side") with { Ports = [8080] }) }).Logs("web", line);

        var named = shop.Named(cause);

        Assert.Contains("`app`", named.Says, StringComparison.Ordinal);
        Assert.Contains(shop.Rank().QuotesOf(named), q => q.Text == "spec.containers[app, side].ports: 8080");
    }

    [Fact]
    public void A_port_that_is_taken_where_there_is_one_container_is_somebody_elses() => new Shop().With("web", Shop.Ended()).Logs("web", "listen tcp :8080: bind: address already in use").Named("port-in-use");

    [Fact]
    public void Zero_replicas_of_something_that_is_called_are_a_cause()
    {
        var shop = new Shop().With("web", Calls("cart:7070")).With("cart", wanted: 0, hasPod: false).Says(Shop.Deployment("cart"), "ScalingReplicaSet", "Scaled down replica set cart-5d4f8 to 0", "Normal")
            .Logs("web", "failed to get cart: rpc error: code = Unavailable desc = dial tcp cart:7070: connect: connection refused");

        Assert.Equal(Shop.Deployment("cart"), shop.Named("scaled-to-zero").About);
    }

    [Fact]
    public void Zero_replicas_that_nobody_misses_are_not() => Assert.DoesNotContain(new Shop().With("web").With("batch", wanted: 0, hasPod: false).Rank().Causes, c => c.Confidence >= 0.5);

    [Theory]
    [InlineData("kubelet-silent", "NodeStatusUnknown", "Kubelet stopped posting node status.")]
    [InlineData("container-runtime-down", "KubeletNotReady", "[container runtime is down, PLEG is not healthy: pleg was last seen active 3m5s ago; threshold is 3m0s]")]
    [InlineData("node-network-not-ready", "KubeletNotReady", "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized")]
    [InlineData("node-network-not-ready", "KubeletNotReady", "runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:docker: network plugin is not ready: cni config uninitialized")]
    public void A_node_that_is_ill_explains_its_pods(string cause, string reason, string message)
    {
        var shop = new Shop().WithNode("node1", n => n with { Conditions = [new ObjectCondition("Ready", "Unknown", reason, message, Shop.Now.AddMinutes(-6))] })
            .With("web", Shop.Running() with { IsReady = false }).With("cart", Shop.Running() with { IsReady = false });

        var named = shop.Named(cause);

        Assert.Equal(new ObjectRef("Node", "", "node1"), named.About);
        Assert.Contains(Shop.Deployment("web"), named.Affects);
        Assert.Contains(Shop.Deployment("cart"), named.Affects);
    }

    [Theory]
    [InlineData("""Failed to create pod sandbox: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: no such file or directory" """, "container-runtime-down")]
    [InlineData("""Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "1a2b": plugin type="flannel" failed (add): open /run/flannel/subnet.env: no such file or directory""", "node-network-not-ready")]
    public void A_runtime_that_has_just_ended_is_seen_by_the_pods_that_cannot_be_made(string said, string cause) =>
        Assert.Equal("node1", new Shop().WithNode("node1").With("web", Shop.Waiting("ContainerCreating", "")).Says(Shop.PodRef("web"), "FailedCreatePodSandBox", said).Named(cause).About.Name);

    private static Container Calls(string address) => Shop.Running() with { Addresses = ImmutableDictionary<string, string>.Empty.Add("CART_ADDR", address) };
}
