using Microsoft.Extensions.Logging;
using Nightjar.Connectors.Kubernetes.Access;
using Nightjar.Connectors.Kubernetes.Sharing;
using Nightjar.Connectors.Kubernetes.Wire;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Kubernetes;

/// <summary>Watches one cluster for as long as Nightjar runs: a kubeconfig that is no use, or a cluster that does not answer, is said and tried again.</summary>
/// <param name="open">Reads how the cluster is reached, anew each time.</param>
/// <param name="follower">Who reads the pods' lines; null when nobody does.</param>
/// <param name="terms">How the scope is shared with other Nightjars; null when it is not.</param>
internal sealed partial class KubernetesWatcher(string name, Func<ClusterAccess> open, KubernetesOptions options, Catalogue catalogue, ISignalDoor door, TimeProvider clock, ILogger logger, LeaseTerms? terms = null, ILineFollower? follower = null) : IWatcher
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    private volatile ClusterWatch? watch;
    private volatile ScopeLease? lease;
    private volatile string trouble = "not connected yet";

    public string Name => name;

    /// <summary>The watch that runs now; null while the cluster is not reached.</summary>
    public ClusterWatch? Watch => watch;

    public WatcherHealth Health => watch?.Health is not { } health ? new WatcherHealth(false, trouble) : lease?.Says is { } says ? health with { Says = $"{says}; {health.Says}" } : health;

    /// <summary>False while another Nightjar holds the scope's lease: then nothing is reported, and nothing may be done.</summary>
    public bool MayAct => lease?.IsOurs ?? terms is null;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var access = open();
                using var api = new KubeApi(access, clock);
                await (terms is null ? WatchAsync(api, door, cancellationToken) : ShareAsync(api, terms, KubernetesRoom.Home(access, options), cancellationToken));
            }
            catch (KubeException e)
            {
                trouble = e.Message;
                ConnectFailed(name, Retry, e.Message);
            }
            finally
            {
                watch = null;
                lease = null;
            }

            await Task.Delay(Retry, clock, cancellationToken);
        }
    }

    private Task ShareAsync(KubeApi api, LeaseTerms of, string home, CancellationToken cancellationToken)
    {
        lease = new ScopeLease(api, options, home, of.Holder, of.Takes, clock, logger);
        return new SharedScope(lease, door).RunAsync((to, ct) => WatchAsync(api, to, ct), cancellationToken);
    }

    private async Task WatchAsync(KubeApi api, ISignalDoor to, CancellationToken cancellationToken)
    {
        // Who stands by reads no lines: what they say would be told twice.
        using var eye = new ClusterWatch(api, options, catalogue, to, MayAct ? follower : null, clock, logger);
        watch = eye;
        await eye.RunAsync(cancellationToken);
    }

    [LoggerMessage(3402, LogLevel.Warning, "{Cluster} cannot be watched; trying again in {Delay}: {Why}")]
    private partial void ConnectFailed(string cluster, TimeSpan delay, string why);
}
