using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Connectors.Kubernetes;
using Nightjar.Connectors.Kubernetes.Access;
using Nightjar.Connectors.Kubernetes.Changes;
using Nightjar.Connectors.Kubernetes.Sharing;
using Nightjar.Core.Healing;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Testing;
using Nightjar.Testing.Kubernetes;

namespace Nightjar.Tests.Connectors.Kubernetes;

/// <summary>Several Nightjars with stores of their own in one cluster.</summary>
public sealed class LeaseTests : IAsyncDisposable
{
    private static readonly KubernetesOptions Options = new() { IsOn = true };

    private readonly FakeClock clock = new();
    private readonly List<Sharer> all = [];
    private KubeStandIn cluster = null!;

    [Fact]
    public async Task The_second_stands_by_and_says_so_and_takes_over_when_the_lease_lapses()
    {
        cluster = await StartAsync();
        var first = Start("first");
        await first.TellsAsync();
        var second = Start("second");
        await HoldsAsync(second, () => second.Watcher.Health.Says.Contains("stands by: ", StringComparison.Ordinal));
        Assert.Contains("_first holds the lease", second.Watcher.Health.Says, StringComparison.Ordinal);
        Assert.True(first.Watcher.MayAct);
        Assert.False(second.Watcher.MayAct);

        cluster.Put("/api/v1/pods", Crashing("other"));
        await HoldsAsync(first, () => first.Told.Any(s => s.Workload == "pod/other"));
        await PassAsync(TimeSpan.FromMinutes(2));
        Assert.Empty(second.Told);
        Assert.False(second.Watcher.MayAct);

        await first.DieAsync(cluster);
        await PassUntilAsync(second, () => second.Watcher.MayAct);
        await PassUntilAsync(second, () => second.Told.Select(s => s.Workload).Distinct().Count() == 2);
        Assert.Equal("1", $"{Lease()?["spec"]?["leaseTransitions"]}");
        Assert.EndsWith("_second", $"{Lease()?["spec"]?["holderIdentity"]}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_stops_gives_the_lease_back_and_one_that_starts_again_on_its_store_has_it_at_once()
    {
        cluster = await StartAsync();
        var first = Start("first");
        await first.TellsAsync();
        await first.DieAsync(cluster);
        cluster.Refuses = _ => null;
        var again = Start("first");
        await again.TellsAsync();
        Assert.True(again.Watcher.MayAct);

        await again.StopAsync();
        Assert.Equal("", $"{Lease()?["spec"]?["holderIdentity"]}");
        var second = Start("second");
        await second.TellsAsync();
    }

    [Fact]
    public async Task Without_the_right_to_a_lease_it_says_so_and_goes_on()
    {
        cluster = await StartAsync();
        cluster.Refuses = a => a.Path.Contains("/leases", StringComparison.Ordinal) ? (403, "leases is forbidden: <script>") : null;
        var alone = Start("alone");
        await alone.TellsAsync();
        Assert.Contains("goes on without a lease", alone.Watcher.Health.Says, StringComparison.Ordinal);
        Assert.True(alone.Watcher.MayAct);
    }

    [Fact]
    public async Task Where_there_is_no_namespace_for_it_it_goes_on_without()
    {
        cluster = await StartAsync();
        cluster.Homes.Clear();
        await Start("alone").TellsAsync();
    }

    [Fact]
    public async Task Who_only_observes_writes_nothing_but_stands_by_while_another_acts()
    {
        cluster = await StartAsync();
        var observer = Start("observer", takes: false);
        await observer.TellsAsync();
        Assert.DoesNotContain(cluster.Asked, a => a.Method != "GET");

        await Start("acts").TellsAsync();
        await PassUntilAsync(observer, () => observer.Watcher.Health.Says.Contains("stands by: ", StringComparison.Ordinal));
        Assert.All(cluster.Asked.Where(a => a.Method != "GET"), a => Assert.DoesNotContain("_observer", a.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_cannot_renew_acts_no_longer_before_another_could_take_over()
    {
        cluster = await StartAsync();
        var first = Start("first");
        await first.TellsAsync();
        cluster.Refuses = a => a.Path.Contains("/leases", StringComparison.Ordinal) ? (500, "no etcd leader") : null;
        var since = clock.Now;
        await PassUntilAsync(first, () => !first.Watcher.MayAct);
        Assert.True(clock.Now - since < ScopeLease.Lasts, $"{clock.Now - since}");
        cluster.Refuses = _ => null;
        await PassUntilAsync(first, () => first.Watcher.MayAct);
    }

    [Fact]
    public async Task A_clock_that_is_minutes_off_and_nonsense_in_a_lease_do_no_harm()
    {
        cluster = await StartAsync();
        var name = ScopeLease.NameOf(Options);
        cluster.Put("/apis/coordination.k8s.io/v1/leases", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "nightjar" },
            ["spec"] = new JsonObject { ["holderIdentity"] = "other\"}\n<script>_store", ["leaseDurationSeconds"] = -5, ["renewTime"] = "last tuesday", ["leaseTransitions"] = "many" },
        });
        var second = Start("second");
        await HoldsAsync(second, () => second.Watcher.Health.Says.Contains("stands by: ", StringComparison.Ordinal));
        await PassUntilAsync(second, () => !second.Told.IsEmpty);
        Assert.EndsWith("_second", $"{Lease()?["spec"]?["holderIdentity"]}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_done_to_what_another_one_looks_after()
    {
        cluster = await StartAsync();
        using var clusters = new Clusters([null], _ => new ClusterAccess { Name = "test", Server = cluster.Url, Login = new FixedLogin(KubeProof.None) }, _ => false);
        var actuator = new KubeActuator(new Whereabouts(clusters, Options, new Catalogue([])), clusters, new PodExec(clock), clock);
        var later = await Assert.ThrowsAsync<TryLaterException>(() => actuator.DoAsync(new HealAction.Restart("deployment/api") { Service = new ServiceName("shop/api") }, TestContext.Current.CancellationToken));
        Assert.Contains("another Nightjar holds the lease", later.Message, StringComparison.Ordinal);
        Assert.True(later.At > clock.Now);
        Assert.DoesNotContain(cluster.Asked, a => a.Method != "GET");
    }

    [Fact]
    public void One_scope_has_one_lease_whatever_the_order_and_another_scope_another()
    {
        Assert.Equal(ScopeLease.NameOf(Options with { Namespaces = ["a", "b"] }), ScopeLease.NameOf(Options with { Namespaces = ["b", "a"] }));
        Assert.NotEqual(ScopeLease.NameOf(Options), ScopeLease.NameOf(Options with { Selector = "team=shop" }));
        Assert.Matches("^[a-z0-9-]{1,63}$", ScopeLease.NameOf(Options with { Selector = "Ünsinn,'\"" }));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var one in all)
        {
            await one.StopAsync();
        }

        if (cluster is not null)
        {
            await cluster.DisposeAsync();
        }
    }

    private static async Task<KubeStandIn> StartAsync()
    {
        var cluster = await KubeStandIn.StartAsync();
        cluster.Put("/api/v1/pods", Crashing("api"));
        return cluster;
    }

    private static JsonObject Crashing(string name) => new()
    {
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "shop" },
        ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["image"] = "app:1" }) },
        ["status"] = new JsonObject { ["phase"] = "Running", ["containerStatuses"] = new JsonArray(new JsonObject { ["name"] = "app", ["restartCount"] = 4, ["state"] = new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "CrashLoopBackOff" } } }) },
    };

    private JsonObject? Lease() => cluster.Lease("nightjar", ScopeLease.NameOf(Options));

    private Sharer Start(string store, bool takes = true)
    {
        var one = new Sharer(cluster, clock, store, takes);
        all.Add(one);
        return one;
    }

    private static async Task HoldsAsync(Sharer one, Func<bool> holds)
    {
        for (var i = 0; !holds(); i++)
        {
            Assert.True(i < 4_000, $"it never held: {one.Watcher.Health.Says}; told {one.Told.Count}");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Lets the fake clock go on, in steps that every timer notices.</summary>
    private async Task PassAsync(TimeSpan time)
    {
        for (var end = clock.Now + time; clock.Now < end;)
        {
            await StepAsync();
        }
    }

    private async Task PassUntilAsync(Sharer one, Func<bool> holds)
    {
        for (var i = 0; !holds(); i++)
        {
            Assert.True(i < 1_000, $"it never held: {one.Watcher.Health.Says}");
            await StepAsync();
        }
    }

    /// <summary>The time between two looks at the lease; everyone who lives has looked, and who holds it has renewed it, when this returns.</summary>
    private async Task StepAsync()
    {
        var living = all.Where(s => !s.IsDead).Select(s => (One: s, Looks: Looks(s))).ToList();
        clock.Advance(ScopeLease.Every);
        foreach (var (one, looks) in living)
        {
            await HoldsAsync(one, () => Looks(one) > looks);
        }

        if (living.Select(l => l.One).FirstOrDefault(s => $"{Lease()?["spec"]?["holderIdentity"]}".EndsWith($"_{s.Store}", StringComparison.Ordinal)) is { } holder && cluster.Refuses(new KubeAsked("PUT", "/leases", "", null, "")) is null)
        {
            await HoldsAsync(holder, () => $"{Lease()?["spec"]?["renewTime"]}".StartsWith($"{clock.Now:yyyy-MM-dd'T'HH:mm:ss}", StringComparison.Ordinal));
        }
    }

    private int Looks(Sharer one) => cluster.Asked.Count(a => a.Method == "GET" && a.Path.Contains("/leases/", StringComparison.Ordinal) && a.Authorization == $"Bearer {one.Store}");

    /// <summary>One Nightjar, as far as its watcher goes.</summary>
    private sealed class Sharer : ISignalDoor
    {
        private readonly CancellationTokenSource stop = new();
        private readonly Task running;
        
        public Sharer(KubeStandIn cluster, FakeClock clock, string store, bool takes)
        {
            ClusterAccess Access() => new() { Name = "test", Server = cluster.Url, Login = new FixedLogin(new KubeProof(store, null)) };
            Store = store;
            Watcher = new KubernetesWatcher(store, Access, Options, new Catalogue([]), this, clock, NullLogger.Instance, new LeaseTerms(new LeaseHolder("pod", store), takes));
            running = Watcher.RunAsync(stop.Token);
        }

        public string Store { get; }

        public bool IsDead { get; private set; }

        public KubernetesWatcher Watcher { get; }

        public ConcurrentQueue<Signal> Told { get; } = new();

        public ValueTask AcceptAsync(Signal signal, CancellationToken cancellationToken)
        {
            Told.Enqueue(signal);
            return ValueTask.CompletedTask;
        }

        public Task TellsAsync() => HoldsAsync(this, () => !Told.IsEmpty);

        /// <summary>Ends without giving anything back, as a process that is killed.</summary>
        public async Task DieAsync(KubeStandIn cluster)
        {
            cluster.Refuses = a => a.Authorization == $"Bearer {Store}" ? (500, "dead") : null;
            await EndAsync();
        }

        public Task StopAsync() => IsDead ? Task.CompletedTask : EndAsync();

        private async Task EndAsync()
        {
            IsDead = true;
            await stop.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
