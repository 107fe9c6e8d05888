using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Connectors.Kubernetes.Access;
using Nightjar.Connectors.Kubernetes.Objects;
using Nightjar.Connectors.Kubernetes.Wire;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Testing;
using Nightjar.Testing.Kubernetes;

namespace Nightjar.Tests.Connectors.Kubernetes;

public sealed class ReflectorTests : IAsyncDisposable
{
    private readonly HashSet<string> served = ["v1"];
    private readonly FakeClock clock = new();
    private readonly ConcurrentQueue<string> told = new();
    private readonly CancellationTokenSource stop = new();
    private readonly Kept<Pod> pods;
    private KubeStandIn cluster = null!;
    private KubeApi api = null!;
    private Reflector reflector = null!;
    private Task running = Task.CompletedTask;

    public ReflectorTests() => pods = new Kept<Pod>(PodReader.Read, p => p.Meta, (p, isThere) => told.Enqueue($"{(isThere ? "+" : "-")}{p.Meta.Name}"));

    [Fact]
    public async Task It_lists_in_pages_and_then_sees_each_change()
    {
        await StartAsync(c => Enumerable.Range(0, 1_201).ToList().ForEach(i => c.Put("/api/v1/pods", PodOf($"pod-{i}"))));
        Assert.Equal(1_201, pods.Count);
        Assert.Equal(5, cluster.Asked.Count(a => a.Query.Contains("limit=250", StringComparison.Ordinal)));

        cluster.Put("/api/v1/pods", PodOf("late"));
        cluster.Put("/api/v1/pods", PodOf("pod-3", "Failed"));
        cluster.Delete("/api/v1/pods", "shop", "pod-4");

        await HoldsAsync(() => told.Contains("-pod-4"));
        Assert.Equal("Failed", pods.Find("shop", "pod-3")?.Phase);
        Assert.Equal(1_201, pods.Count);
    }

    [Fact]
    public async Task A_watch_that_breaks_goes_on_where_it_was_and_misses_nothing()
    {
        await StartAsync(c => c.Put("/api/v1/pods", PodOf("a")));
        for (var i = 0; i < 10; i++)
        {
            cluster.DropWatches();
            cluster.Put("/api/v1/pods", PodOf($"b{i}"));
            await PassUntilAsync(() => told.Contains($"+b{i}"));
        }

        Assert.Equal(11, pods.Count);
        Assert.Equal(11, told.Count);
        Assert.Single(cluster.Asked, a => a.Query.Contains("limit=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task When_the_server_no_longer_knows_the_past_it_lists_anew_and_what_is_gone_is_gone()
    {
        await StartAsync(c => c.Put("/api/v1/pods", PodOf("a")));
        cluster.Remembers = 1;
        cluster.Refuses = a => a.Query.Contains("watch", StringComparison.Ordinal) ? (500, "starting") : null;
        cluster.DropWatches();
        await PassUntilAsync(() => reflector.Health.Fault is not null);
        cluster.Delete("/api/v1/pods", "shop", "a");
        cluster.Put("/api/v1/pods", PodOf("b"));
        cluster.Put("/api/v1/pods", PodOf("c"));
        cluster.Refuses = _ => null;

        await PassUntilAsync(() => told.Contains("+c") && told.Contains("-a"));

        Assert.Equal(["+a", "-a", "+b", "+c"], told.Order(StringComparer.Ordinal).OrderBy(t => t[1]).ThenBy(t => t[0]));
        await PassUntilAsync(() => reflector.Health.Fault is null);
    }

    [Fact]
    public async Task A_right_that_is_missing_is_said_and_asked_for_again_after_minutes()
    {
        cluster = await KubeStandIn.StartAsync();
        cluster.Refuses = _ => (403, "pods is forbidden: User \"nightjar\" cannot list resource \"pods\"");
        Begin();
        await HoldsAsync(() => reflector.Health.IsForbidden);
        Assert.Contains("grant it with RBAC", reflector.Health.Fault, StringComparison.Ordinal);
        Assert.Contains("cannot list resource", reflector.Health.Fault, StringComparison.Ordinal);
        var asked = cluster.Asked.Count;

        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(asked, cluster.Asked.Count);
        cluster.Refuses = _ => null;
        await PassUntilAsync(() => reflector.Health.IsSynced);
    }

    [Fact]
    public async Task A_watch_that_goes_silent_is_given_up()
    {
        await StartAsync(c => c.Put("/api/v1/pods", PodOf("a")));
        cluster.BookmarkEvery = TimeSpan.FromDays(1);
        var watched = cluster.Asked.Count(a => a.Query.Contains("watch", StringComparison.Ordinal));

        await PassUntilAsync(() => cluster.Asked.Count(a => a.Query.Contains("watch", StringComparison.Ordinal)) > watched);

        cluster.Put("/api/v1/pods", PodOf("b"));
        await HoldsAsync(() => told.Contains("+b"));
    }

    [Fact]
    public async Task A_kind_that_the_cluster_does_not_serve_is_said_and_seen_when_it_does()
    {
        cluster = await KubeStandIn.StartAsync();
        Begin(Budgets);
        await HoldsAsync(() => reflector.Health.Fault == "this cluster serves no poddisruptionbudgets of policy/v1, policy/v1beta1");
        Assert.Empty(cluster.Asked);

        served.Add("policy/v1beta1");
        await PassUntilAsync(() => reflector.Health.IsSynced);
        Assert.StartsWith("/apis/policy/v1beta1/poddisruptionbudgets", cluster.Asked.First().Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_is_gone_after_an_upgrade_gives_way_to_the_one_that_is_served()
    {
        cluster = await KubeStandIn.StartAsync();
        served.Add("policy/v1beta1");
        Begin(Budgets);
        await HoldsAsync(() => cluster.Watches == 1);

        cluster.Refuses = a => a.Path.Contains("v1beta1", StringComparison.Ordinal) ? (404, "the server could not find the requested resource") : null;
        served.Remove("policy/v1beta1");
        served.Add("policy/v1");
        cluster.DropWatches();

        await PassUntilAsync(() => cluster.Asked.Any(a => a.Path == "/apis/policy/v1/poddisruptionbudgets" && a.Query.Contains("watch", StringComparison.Ordinal)));
        await PassUntilAsync(() => reflector.Health.Fault is null);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        api?.Dispose();
        await cluster.DisposeAsync();
        stop.Dispose();
    }

    private static KubeResource Budgets => KubeResource.Watched.Single(r => r.Kind == "PodDisruptionBudget");

    private static JsonObject PodOf(string name, string phase = "Running") => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "shop" },
        ["status"] = new JsonObject { ["phase"] = phase },
    };

    private async Task StartAsync(Action<KubeStandIn> fill)
    {
        cluster = await KubeStandIn.StartAsync();
        fill(cluster);
        Begin();
        await HoldsAsync(() => cluster.Watches == 1);
    }

    private void Begin(KubeResource? resource = null)
    {
        api = new KubeApi(new ClusterAccess { Name = "test", Server = cluster.Url, Login = new FixedLogin(KubeProof.None) });
        reflector = new Reflector(api, resource ?? KubeResource.Watched.Single(r => r.Kind == "Pod"), null, null, pods, () => 0.5, clock, NullLogger.Instance);
        running = reflector.RunAsync(_ => Task.FromResult<IReadOnlySet<string>>(served), stop.Token);
    }

    private async Task HoldsAsync(Func<bool> holds)
    {
        for (var i = 0; !holds(); i++)
        {
            Assert.True(i < 2_000, "it never held");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, stop.Token);
        }
    }

    /// <summary>Lets the fake clock go on until it holds.</summary>
    private async Task PassUntilAsync(Func<bool> holds)
    {
        for (var i = 0; !holds(); i++)
        {
            Assert.True(i < 2_000, "it never held");
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, stop.Token);
        }
    }
}
