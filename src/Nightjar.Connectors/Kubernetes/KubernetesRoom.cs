using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Nightjar.Connectors.Kubernetes.Access;
using Nightjar.Connectors.Kubernetes.Changes;
using Nightjar.Connectors.Kubernetes.Rights;
using Nightjar.Connectors.Kubernetes.Sharing;
using Nightjar.Connectors.Kubernetes.Wire;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Healing;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Kubernetes;

/// <summary>Every cluster that is watched.</summary>
public sealed class KubernetesRoom(KubernetesOptions options, TimeProvider clock)
{
    private ImmutableArray<KubernetesWatcher> watchers = [];

    /// <summary>Who changes what runs in the clusters, and who looks how it is.</summary>
    public ClusterHands Hands(Catalogue catalogue)
    {
        var clusters = new Clusters([.. Contexts], Open, c => watchers.FirstOrDefault(w => w.Name == Shown(c))?.MayAct != false);
        var where = new Whereabouts(clusters, options, catalogue);
        return new ClusterHands(new KubeActuator(where, clusters, new PodExec(clock), clock), new KubeWorkloads(where, clock), clusters);
    }

    /// <summary>Contexts by the names that people gave them; null is the current one, or the cluster that we run in.</summary>
    private IEnumerable<string?> Contexts => !options.IsOn ? [] : options.Contexts.IsEmpty ? [(string?)null] : options.Contexts.Select(c => (string?)c);

    /// <summary>What the clusters say of a problem.</summary>
    public IClusterEvidence Evidence => new ClusterEvidence(() => watchers.Select(w => w.Watch).OfType<ClusterWatch>().Select(w => w.Seen), () => Contexts.Select(c => (Func<KubeApi>)(() => new KubeApi(Open(c)))), new Scope(options), clock);

    /// <param name="store">The identity of our store, by which a lease is known to be ours after a restart.</param>
    /// <param name="follower">Who reads the pods' lines.</param>
    public IEnumerable<IWatcher> Watchers(Catalogue catalogue, ISignalDoor door, ILineFollower follower, Conduct conduct, string store, ILoggerFactory loggers)
    {
        watchers = [.. Contexts.Select(c => new KubernetesWatcher(Shown(c), () => Open(c), options, catalogue, door, clock, loggers.CreateLogger<KubernetesRoom>(), Terms(conduct, store), follower))];
        return watchers;
    }

    /// <summary>Pods that are seen now, in the scope or not.</summary>
    public int Pods => watchers.Sum(w => w.Watch?.Seen.Mirror.Pods.Count() ?? 0);

    /// <summary>Looks once at each cluster instead of watching it. A cluster that cannot be looked at is among what is not seen.</summary>
    /// <param name="deadline">How long one cluster may take to tell of itself.</param>
    public async Task<ImmutableArray<ClusterScan>> ScanAsync(Catalogue catalogue, TimeSpan deadline, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var found = ImmutableArray.CreateBuilder<ClusterScan>();
        foreach (var context in Contexts)
        {
            using var limit = new CancellationTokenSource(deadline, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                using var api = new KubeApi(Open(context), clock);
                using var eye = new ClusterWatch(api, options, catalogue, NoDoor.One, null, clock, loggers.CreateLogger<KubernetesRoom>());
                found.Add(await eye.ScanAsync(either.Token));
            }
            catch (KubeException e)
            {
                found.Add(new ClusterScan([], [], [$"{Shown(context)}: {e.Message}"], 0));
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                found.Add(new ClusterScan([], [], [$"{Shown(context)} did not tell of all that it has within {deadline.TotalSeconds:0} s"], 0));
            }
        }

        return found.ToImmutable();
    }

    /// <summary>Asks each cluster who it is; for people who set it up.</summary>
    /// <returns>Its version, or why it cannot be watched and what to do.</returns>
    public async Task<ImmutableArray<(string Cluster, bool IsReached, string Says)>> TryAsync(CancellationToken cancellationToken)
    {
        var found = ImmutableArray.CreateBuilder<(string, bool, string)>();
        foreach (var context in Contexts)
        {
            try
            {
                using var api = new KubeApi(Open(context));
                using var version = await api.GetAsync("/version", "ask for the version", cancellationToken);
                using var pods = await api.GetAsync(KubeResource.Watched[0].Path("v1", new Scope(options).Asked[0]) + "?limit=1", "list pods", cancellationToken);
                var misses = await MissesAsync(api, cancellationToken);
                found.Add((Shown(context), misses is null, misses ?? $"{api.Shown}, {Objects.Fields.Text(version.RootElement, "gitVersion")}"));
            }
            catch (KubeException e)
            {
                found.Add((Shown(context), false, e.Message));
            }
        }

        return found.ToImmutable();
    }

    /// <summary>Asks each cluster what an account may do there, and compares it with what a mode needs.</summary>
    /// <param name="account">Another's; null for our own.</param>
    /// <returns>What was found, or why it could not be asked.</returns>
    public async Task<ImmutableArray<(string Cluster, RightsFound? Found, string Why)>> RightsAsync(Mode mode, string? account, CancellationToken cancellationToken)
    {
        var found = ImmutableArray.CreateBuilder<(string, RightsFound?, string)>();
        foreach (var context in Contexts)
        {
            try
            {
                var access = Open(context);
                using var api = new KubeApi(access);
                found.Add((Shown(context), await new RightReview(api, new Scope(options).Asked, Home(access, options), account).AskAsync(mode, options.Lease, cancellationToken), ""));
            }
            catch (KubeException e)
            {
                found.Add((Shown(context), null, e.Message));
            }
        }

        return found.ToImmutable();
    }

    /// <summary>Null also where namespaces may not be listed: then it cannot be told.</summary>
    private async Task<string?> MissesAsync(KubeApi api, CancellationToken cancellationToken)
    {
        try
        {
            using var spaces = await api.GetAsync("/api/v1/namespaces", "list namespaces", cancellationToken);
            return new Scope(options).Misses([.. Objects.Fields.Items(spaces.RootElement, "items").Select(s => Objects.Fields.Text(Objects.Fields.At(s, "metadata"), "name"))]);
        }
        catch (KubeException e) when (e.Fault == KubeFault.Forbidden)
        {
            return null;
        }
    }

    private LeaseTerms? Terms(Conduct conduct, string store) =>
        options.Lease == LeaseUse.Never ? null : new LeaseTerms(new LeaseHolder(Environment.MachineName, store), !conduct.DryRun && (options.Lease == LeaseUse.Always || conduct.Mode != Mode.Observe));

    /// <summary>The namespace of our own things.</summary>
    internal static string Home(ClusterAccess access, KubernetesOptions options) => options.Home ?? (access.Name == InCluster.Name ? access.Namespace : "nightjar");

    private static string Shown(string? context) => context is null ? "kubernetes" : $"kubernetes {context}";

    /// <exception cref="KubeException">There is no usable kubeconfig.</exception>
    private ClusterAccess Open(string? context)
    {
        var variable = Environment.GetEnvironmentVariable("KUBECONFIG");
        if (options.Kubeconfig is null && context is null && string.IsNullOrEmpty(variable) && InCluster.Find(Environment.GetEnvironmentVariable, clock) is { } own)
        {
            return own;
        }

        var paths = options.Kubeconfig is { } path ? [path] : KubeConfig.UsualPaths(variable, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
        return KubeConfig.Read(paths).Open(context, clock);
    }

    /// <summary>A look tells nobody itself.</summary>
    private sealed class NoDoor : ISignalDoor
    {
        public static readonly NoDoor One = new();

        public ValueTask AcceptAsync(Signal signal, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}

/// <summary>Who changes what runs in the clusters, and who looks how it is.</summary>
public sealed class ClusterHands : IDisposable
{
    private readonly Clusters clusters;

    internal ClusterHands(IActuator actuator, IWorkloads workloads, Clusters clusters) => (Actuator, Workloads, this.clusters) = (actuator, workloads, clusters);

    public IActuator Actuator { get; }

    public IWorkloads Workloads { get; }

    public void Dispose() => clusters.Dispose();
}
