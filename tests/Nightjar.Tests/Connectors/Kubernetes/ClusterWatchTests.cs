using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Connectors.Kubernetes;
using Nightjar.Connectors.Kubernetes.Access;
using Nightjar.Connectors.Kubernetes.Wire;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Testing;
using Nightjar.Testing.Kubernetes;

namespace Nightjar.Tests.Connectors.Kubernetes;

public sealed class ClusterWatchTests : ISignalDoor, IAsyncDisposable
{
    private static readonly Service Shop = new() { Name = new ServiceName("shop"), Kubernetes = [new ClusterPlace { Namespace = "shop", Workload = "api*" }] };

    private readonly FakeClock clock = new();
    private readonly ConcurrentQueue<Signal> told = new();
    private readonly CancellationTokenSource stop = new();
    private KubeStandIn cluster = null!;
    private KubernetesWatcher watcher = null!;
    private Task running = Task.CompletedTask;

    public ValueTask AcceptAsync(Signal signal, CancellationToken cancellationToken)
    {
        told.Enqueue(signal);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_pod_that_fails_is_a_signal_of_its_deployment_at_once_and_again_each_minute_while_it_lasts()
    {
        await StartAsync();
        Deploy("shop", "api");
        cluster.Put("/api/v1/pods", Crashing("shop", "api-7d9f8b6c5d-abcde", "api-7d9f8b6c5d"));
        await HoldsAsync(() => told.Count == 1);

        var signal = told.Single();
        Assert.Equal((SignalKind.WorkloadFailure, "shop", "deployment/api", "crash-loop"), (signal.Kind, signal.Service.Value, signal.Workload, signal.Condition));
        Assert.Equal("pod api-7d9f8b6c5d-abcde ends again and again, and is started ever later (CrashLoopBackOff); the last time it ended with exit code 1", signal.Message);
        Assert.Contains("back-off 40s restarting <failed> container", signal.Samples);

        cluster.Put("/api/v1/pods", Crashing("shop", "api-7d9f8b6c5d-fghij", "api-7d9f8b6c5d"));
        await PassAsync(TimeSpan.FromSeconds(45));
        Assert.Single(told);
        await PassAsync(TimeSpan.FromSeconds(45));
        await HoldsAsync(() => told.Count == 2);
        Assert.All(told, s => Assert.Equal("deployment/api", s.Workload));

        cluster.Delete("/api/v1/pods", "shop", "api-7d9f8b6c5d-abcde");
        cluster.Delete("/api/v1/pods", "shop", "api-7d9f8b6c5d-fghij");
        await HoldsAsync(() => watcher.Health.Says.EndsWith("0 pods", StringComparison.Ordinal));
        await PassAsync(TimeSpan.FromMinutes(5));
        Assert.Equal(2, told.Count);
    }

    [Fact]
    public async Task What_no_service_names_has_its_own_and_what_is_out_of_scope_has_none()
    {
        await StartAsync();
        Deploy("shop", "cart");
        Deploy("kube-system", "dns");
        cluster.Put("/api/v1/pods", Crashing("kube-system", "dns-1-a", "dns-1"));
        cluster.Put("/api/v1/nodes", new JsonObject { ["metadata"] = Meta("node1"), ["status"] = new JsonObject { ["conditions"] = new JsonArray(Condition("Ready", "Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.")) } });
        cluster.Put("/apis/apps/v1/replicasets", new JsonObject { ["metadata"] = Owned("cart-1", "shop", "Deployment", "cart"), ["status"] = new JsonObject { ["conditions"] = new JsonArray(Condition("ReplicaFailure", "True", "FailedCreate", "pods \"cart-1-x\" is forbidden: exceeded quota: small, requested: cpu=2")) } });
        await HoldsAsync(() => told.Count == 2);

        var byKind = told.ToDictionary(s => s.Kind);
        Assert.Equal(("shop/cart", "deployment/cart", "quota-refused"), (byKind[SignalKind.WorkloadFailure].Service.Value, byKind[SignalKind.WorkloadFailure].Workload, byKind[SignalKind.WorkloadFailure].Condition));
        Assert.Equal(("test", "node/node1", "node-not-ready", Severity.Critical), (byKind[SignalKind.NodeFailure].Service.Value, byKind[SignalKind.NodeFailure].Workload, byKind[SignalKind.NodeFailure].Condition, byKind[SignalKind.NodeFailure].Severity));
    }

    [Fact]
    public async Task A_cluster_that_does_not_answer_is_said_and_watched_as_soon_as_it_does()
    {
        cluster = await KubeStandIn.StartAsync();
        cluster.Refuses = _ => (401, "Unauthorized");
        Begin(() => Access());
        await HoldsAsync(() => watcher.Health.Says.Contains("the credentials were not taken", StringComparison.Ordinal));
        Assert.False(watcher.Health.IsWell);

        cluster.Refuses = _ => null;
        cluster.Put("/api/v1/pods", Crashing("shop", "bare", null));
        await PassUntilAsync(() => told.Count == 1);
        Assert.Equal("pod/bare", told.Single().Workload);
        await HoldsAsync(() => watcher.Health.IsWell);
    }

    [Fact]
    public async Task A_kubeconfig_that_is_gone_is_read_again_until_it_is_there()
    {
        cluster = await KubeStandIn.StartAsync();
        ClusterAccess? access = null;
        Begin(() => access ?? throw new KubeException(KubeFault.NoLogin, "There is no kubeconfig at /nowhere."));
        await HoldsAsync(() => watcher.Health.Says == "There is no kubeconfig at /nowhere.");

        access = Access();
        await PassUntilAsync(() => watcher.Health.IsWell);
    }

    [Fact]
    public async Task One_kind_that_may_not_be_seen_leaves_the_rest_and_is_said()
    {
        cluster = await KubeStandIn.StartAsync();
        cluster.Refuses = a => a.Path == "/api/v1/nodes" ? (403, "nodes is forbidden") : null;
        Begin(Access);
        cluster.Put("/api/v1/pods", Crashing("shop", "bare", null));
        await HoldsAsync(() => told.Count == 1);

        await HoldsAsync(() => watcher.Health.Says.StartsWith("does not see nodes: Could not list nodes", StringComparison.Ordinal));
        Assert.DoesNotContain(cluster.Asked, a => a.Path.Contains("secrets", StringComparison.Ordinal));
        Assert.All(cluster.Asked, a => Assert.Equal("GET", a.Method));
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await cluster.DisposeAsync();
        stop.Dispose();
    }

    private static JsonObject Meta(string name) => new() { ["name"] = name };

    private static JsonObject Owned(string name, string space, string? kind, string? owner)
    {
        var meta = new JsonObject { ["name"] = name, ["namespace"] = space };
        if (owner is not null)
        {
            meta["labels"] = new JsonObject { ["pod-template-hash"] = owner.Split('-')[^1] };
            meta["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = kind, ["name"] = owner, ["controller"] = true });
        }

        return meta;
    }

    private static JsonObject Condition(string type, string status, string reason, string message) => new() { ["type"] = type, ["status"] = status, ["reason"] = reason, ["message"] = message };

    private static JsonObject Crashing(string space, string name, string? replicaSet) => new()
    {
        ["metadata"] = Owned(name, space, "ReplicaSet", replicaSet),
        ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["image"] = "app:1" }) },
        ["status"] = new JsonObject
        {
            ["phase"] = "Running",
            ["containerStatuses"] = new JsonArray(new JsonObject
            {
                ["name"] = "app",
                ["restartCount"] = 4,
                ["state"] = new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "CrashLoopBackOff", ["message"] = "back-off 40s restarting <failed> container" } },
                ["lastState"] = new JsonObject { ["terminated"] = new JsonObject { ["exitCode"] = 1, ["reason"] = "Error", ["finishedAt"] = "2026-05-19T20:59:00Z" } },
            }),
        },
    };

    private void Deploy(string space, string name)
    {
        cluster.Put("/apis/apps/v1/deployments", new JsonObject { ["metadata"] = Owned(name, space, null, null) });
        cluster.Put("/apis/apps/v1/replicasets", new JsonObject { ["metadata"] = Owned(name == "api" ? "api-7d9f8b6c5d" : $"{name}-1", space, "Deployment", name) });
    }

    private ClusterAccess Access() => new() { Name = "test", Server = cluster.Url, Login = new FixedLogin(KubeProof.None) };

    private async Task StartAsync()
    {
        cluster = await KubeStandIn.StartAsync();
        Begin(Access);
        await HoldsAsync(() => cluster.Watches == KubeResource.Watched.Length);
    }

    private void Begin(Func<ClusterAccess> open)
    {
        watcher = new KubernetesWatcher("kubernetes test", open, new KubernetesOptions { IsOn = true }, new Catalogue([Shop]), this, clock, NullLogger.Instance);
        running = watcher.RunAsync(stop.Token);
    }

    private async Task HoldsAsync(Func<bool> holds)
    {
        for (var i = 0; !holds(); i++)
        {
            Assert.True(i < 4_000, $"it never held; told: {string.Join("; ", told.Select(t => t.Message))}; {watcher.Health.Says}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, stop.Token);
        }
    }

    /// <summary>Lets the fake clock go on, in steps that every timer notices.</summary>
    private async Task PassAsync(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(5))
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, stop.Token);
        }
    }

    private async Task PassUntilAsync(Func<bool> holds)
    {
        for (var i = 0; !holds(); i++)
        {
            Assert.True(i < 4_000, "it never held");
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, stop.Token);
        }
    }
}
