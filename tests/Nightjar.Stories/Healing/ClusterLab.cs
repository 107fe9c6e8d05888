using Nightjar.Connectors.Kubernetes;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Testing.Kubernetes;

namespace Nightjar.Stories.Healing;

/// <summary>A shop that runs in a stand-in cluster; the program reaches it as it reaches any.</summary>
internal sealed class ClusterLab : IAsyncDisposable
{
    private ClusterLab(KubeStandIn cluster, WorldOptions options)
    {
        Shop = new KubeShop(cluster, options.Clock.Now);
        Options = options;
    }

    public KubeShop Shop { get; }

    public KubeStandIn Cluster => Shop.Cluster;

    public WorldOptions Options { get; }

    public static async Task<ClusterLab> StartAsync(Mode mode, Func<Conduct, Conduct>? conduct = null, Action<string>? reached = null)
    {
        var cluster = await KubeStandIn.StartAsync();
        var options = new WorldOptions();
        Directory.CreateDirectory(options.Folder);
        var kubeconfig = Path.Combine(options.Folder, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, $$$"""
            apiVersion: v1
            kind: Config
            current-context: test
            contexts: [{name: test, context: {cluster: c, user: u}}]
            clusters: [{name: c, cluster: {server: "{{{cluster.Url}}}"}}]
            users: [{name: u, user: {}}]
            """);
        return new ClusterLab(cluster, options with
        {
            Reached = p => reached?.Invoke(p),
            Service = s => s with { Kubernetes = [new ClusterPlace { Namespace = KubeShop.Space }] },
            Change = o => o with { Kubernetes = new KubernetesOptions { IsOn = true, Kubeconfig = kubeconfig }, Conduct = (conduct ?? (c => c))(o.Conduct with { Mode = mode }) },
        });
    }

    /// <summary>A typo in the image: the new pod cannot get it.</summary>
    public void Misspell(Action<System.Text.Json.Nodes.JsonObject>? meta = null)
    {
        Shop.Deploy("nginx:1.19", "nignx:1.19", meta: meta);
        Shop.Pod(KubeShop.Waiting("ImagePullBackOff", "Back-off pulling image \"nignx:1.19\""));
    }

    /// <summary>What the controllers make of each change: pods that are well where the image can be had.</summary>
    public void Obeys(Func<string, bool> canBeHad) => Cluster.Controls = (path, _) =>
    {
        if (path != KubeShop.Path)
        {
            return;
        }

        Cluster.Delete("/api/v1/pods", KubeShop.Space, "web-bbb-1");
        if (canBeHad(Shop.Image))
        {
            Shop.Well();
            Shop.Standing(ready: 1);
        }
        else
        {
            Shop.Pod(KubeShop.Waiting("ErrImagePull"));
            Shop.Standing(ready: 0);
        }
    };

    public static Signal Sees(World world, string condition) => new()
    {
        Kind = SignalKind.WorkloadFailure,
        Service = World.Shop,
        At = world.Clock.Now,
        Since = world.Clock.Now.AddMinutes(-4),
        Condition = condition,
        Workload = "deployment/web",
        Message = $"deployment/web {condition}",
        Severity = Severity.Warning,
    };

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
