using Nightjar.Connectors.Kubernetes;
using Nightjar.Connectors.Kubernetes.Access;
using Nightjar.Connectors.Kubernetes.Changes;
using Nightjar.Core.Healing;
using Nightjar.Core.Services;
using Nightjar.Testing;
using Nightjar.Testing.Kubernetes;

namespace Nightjar.Tests.Connectors.Kubernetes;

/// <summary>A shop in a stand-in cluster, and the hands that change it.</summary>
internal sealed class KubeLab : IAsyncDisposable
{
    private readonly Clusters clusters;
    private int attempts;

    private KubeLab(KubeStandIn cluster, FakeClock clock, string?[] contexts, ClusterPlace[] places)
    {
        Shop = new KubeShop(cluster, clock.Now);
        clusters = new Clusters(contexts, c => new ClusterAccess { Name = c ?? "test", Server = cluster.Url, Login = new FixedLogin(KubeProof.None) });
        var where = new Whereabouts(clusters, new KubernetesOptions { IsOn = true }, new Catalogue([new Service { Name = Name, Kubernetes = [.. places] }]));
        Actuator = new KubeActuator(where, clusters, new PodExec(clock), clock);
        Workloads = new KubeWorkloads(where, clock);
    }

    public static ServiceName Name { get; } = new("shop");

    public KubeShop Shop { get; }

    public KubeStandIn Cluster => Shop.Cluster;

    public KubeActuator Actuator { get; }

    public KubeWorkloads Workloads { get; }

    public static async Task<KubeLab> StartAsync(string?[]? contexts = null, params ClusterPlace[] places) =>
        new(await KubeStandIn.StartAsync(), new FakeClock(), contexts ?? [null], places is [] ? [new ClusterPlace { Namespace = KubeShop.Space }] : places);

    /// <summary>What it would do, decided now.</summary>
    public async Task<HealAction> AimedAsync(HealAction action) =>
        action with { Key = FormattableString.Invariant($"7/heal-1-0-{++attempts}"), Aim = await Actuator.AimAsync(action, TestContext.Current.CancellationToken) };

    public async Task<string> DoAsync(HealAction action) => (await Actuator.DoAsync(await AimedAsync(action), TestContext.Current.CancellationToken)).Says;

    public Task<ActionFailedException> FailsAsync(HealAction action) => Assert.ThrowsAsync<ActionFailedException>(() => DoAsync(action));

    public async Task<WorkloadStanding> LookAsync(string workload = "deployment/web") =>
        await Workloads.LookAsync(Name, workload, TestContext.Current.CancellationToken) ?? throw new InvalidOperationException("nobody knows it");

    public async ValueTask DisposeAsync()
    {
        clusters.Dispose();
        await Cluster.DisposeAsync();
    }
}
