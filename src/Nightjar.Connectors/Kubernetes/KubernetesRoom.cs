using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Nightjar.Connectors.Kubernetes.Access;
using Nightjar.Connectors.Kubernetes.Wire;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Kubernetes;

/// <summary>Every cluster that is watched.</summary>
public sealed class KubernetesRoom : IDisposable
{
    private readonly ImmutableArray<KubeApi> clusters = [];

    /// <exception cref="KubeException">There is no usable kubeconfig: nothing could be watched.</exception>
    public KubernetesRoom(KubernetesOptions options, Catalogue catalogue, ISignalDoor door, TimeProvider clock, ILoggerFactory loggers)
    {
        if (!options.IsOn)
        {
            return;
        }

        var logger = loggers.CreateLogger<KubernetesRoom>();
        clusters = [.. Find(options, clock).Select(a => new KubeApi(a))];
        Watchers = [.. clusters.Select(c => new KubernetesWatcher(c, options, catalogue, door, clock, logger))];
    }

    public ImmutableArray<IWatcher> Watchers { get; } = [];

    public void Dispose()
    {
        foreach (var cluster in clusters)
        {
            cluster.Dispose();
        }
    }

    /// <exception cref="KubeException">There is no usable kubeconfig.</exception>
    private static IEnumerable<ClusterAccess> Find(KubernetesOptions options, TimeProvider clock)
    {
        if (options is { Kubeconfig: null, Contexts.IsEmpty: true } && Environment.GetEnvironmentVariable("KUBECONFIG") is null or "" && InCluster.Find(Environment.GetEnvironmentVariable, clock) is { } own)
        {
            return [own];
        }

        var paths = options.Kubeconfig is { } path ? [path] : KubeConfig.UsualPaths(Environment.GetEnvironmentVariable("KUBECONFIG"), Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
        var config = KubeConfig.Read(paths);
        return options.Contexts.IsEmpty ? [config.Open(null, clock)] : options.Contexts.Select(c => config.Open(c, clock));
    }
}
