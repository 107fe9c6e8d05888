using Microsoft.Extensions.Logging;
using Nightjar.Connectors.Kubernetes.Access;
using Nightjar.Connectors.Kubernetes.Wire;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Kubernetes;

/// <summary>Watches one cluster for as long as Nightjar runs: a kubeconfig that is no use, or a cluster that does not answer, is said and tried again.</summary>
/// <param name="open">Reads how the cluster is reached, anew each time.</param>
internal sealed partial class KubernetesWatcher(string name, Func<ClusterAccess> open, KubernetesOptions options, Catalogue catalogue, ISignalDoor door, TimeProvider clock, ILogger logger) : IWatcher
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    private volatile ClusterWatch? watch;
    private volatile string trouble = "not connected yet";

    public string Name => name;

    /// <summary>The watch that runs now; null while the cluster is not reached.</summary>
    public ClusterWatch? Watch => watch;

    public WatcherHealth Health => watch?.Health ?? new WatcherHealth(false, trouble);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using var api = new KubeApi(open());
                watch = new ClusterWatch(api, options, catalogue, door, clock, logger);
                await watch.RunAsync(cancellationToken);
            }
            catch (KubeException e)
            {
                trouble = e.Message;
                ConnectFailed(name, Retry, e.Message);
            }
            finally
            {
                watch = null;
            }

            await Task.Delay(Retry, clock, cancellationToken);
        }
    }

    [LoggerMessage(3402, LogLevel.Warning, "{Cluster} cannot be watched; trying again in {Delay}: {Why}")]
    private partial void ConnectFailed(string cluster, TimeSpan delay, string why);
}
