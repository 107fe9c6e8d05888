using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Nightjar.Connectors.Kubernetes.Objects;
using Nightjar.Connectors.Kubernetes.Wire;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Kubernetes;

/// <summary>
/// Watches one cluster: each change is judged when it comes, and everything again every quarter of a minute, because some things are wrong
/// only after a while. What stays wrong is told again once a minute.
/// </summary>
internal sealed partial class ClusterWatch
{
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan TellAgain = TimeSpan.FromMinutes(1);

    private readonly KubeApi api;
    private readonly KubernetesOptions options;
    private readonly ISignalDoor door;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly ClusterMirror mirror;
    private readonly ClusterJudge judge;
    private readonly List<Reflector> reflectors;
    private readonly ConcurrentDictionary<ObjectRef, bool> due = new();
    private readonly Channel<bool> bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ConcurrentDictionary<(ServiceName, string?, string?), DateTimeOffset> told = new();
    private volatile string? trouble = "not connected yet";

    public ClusterWatch(KubeApi api, KubernetesOptions options, Catalogue catalogue, ISignalDoor door, TimeProvider clock, ILogger logger)
    {
        (this.api, this.options, this.door, this.clock, this.logger) = (api, options, door, clock, logger);
        var scope = new Scope(options);
        mirror = new ClusterMirror((meta, isThere) =>
        {
            if (isThere && scope.Has(meta.Namespace))
            {
                Look(meta.Ref);
            }
        });
        judge = new ClusterJudge(mirror, scope, options.Patience, api.Name, catalogue);
        reflectors =
        [
            .. from resource in KubeResource.Watched
               from space in resource.IsNamespaced ? scope.Asked : [null]
               select new Reflector(api, resource, space, resource.Kind is "Node" or "Event" ? null : options.Selector, mirror.Keeper(resource.Kind), Random.Shared.NextDouble, clock, logger),
        ];
    }

    public WatcherHealth Health
    {
        get
        {
            var faults = reflectors.Where(r => r.Health.Fault is not null).ToList();
            var says = new[]
            {
                trouble,
                faults.Count == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"does not see {string.Join(", ", faults.Select(f => f.Resource.Plural).Distinct())}: {faults[0].Health.Fault}"),
                string.Create(CultureInfo.InvariantCulture, $"{mirror.Count} objects, {mirror.Pods.Count()} pods"),
            };
            return new WatcherHealth(trouble is null && faults.Count == 0, string.Join("; ", says.OfType<string>()));
        }
    }

    /// <summary>What is seen of the cluster, and the way to it.</summary>
    public (KubeApi Api, ClusterMirror Mirror) Seen => (api, mirror);

    /// <summary>Until it is cancelled.</summary>
    /// <exception cref="KubeException">The cluster did not answer at the very beginning.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var served = await ServedAsync(cancellationToken);
        trouble = null;
        await Task.WhenAll([.. reflectors.Select(r => r.RunAsync(served, cancellationToken)), JudgeAsync(cancellationToken), SweepAsync(cancellationToken)]);
    }

    /// <summary>The group versions of the cluster.</summary>
    private async Task<HashSet<string>> ServedAsync(CancellationToken cancellationToken)
    {
        using var answer = await api.GetAsync("/apis", "ask which APIs there are", cancellationToken);
        return [.. answer.RootElement.Items("groups").SelectMany(g => g.Items("versions")).Select(v => v.Text("groupVersion")), "v1"];
    }

    private void Look(ObjectRef about)
    {
        due[about] = true;
        bell.Writer.TryWrite(true);
    }

    /// <summary>Nothing is judged before everything was listed: whose a pod is, its replica set says.</summary>
    private async Task JudgeAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(reflectors.Select(r => r.Listed)).WaitAsync(cancellationToken);
        await foreach (var _ in bell.Reader.ReadAllAsync(cancellationToken))
        {
            foreach (var about in due.Keys)
            {
                due.TryRemove(about, out bool _);
                foreach (var signal in judge.Judge(about, clock.GetUtcNow()))
                {
                    await TellAsync(signal, cancellationToken);
                }
            }
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Sweep, clock);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            foreach (var about in mirror.All)
            {
                Look(about);
            }

            var now = clock.GetUtcNow();
            foreach (var old in told.Where(t => now - t.Value > TellAgain).Select(t => t.Key).ToList())
            {
                told.TryRemove(old, out _);
            }
        }
    }

    private async Task TellAsync(Signal signal, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var key = (signal.Service, signal.Workload, signal.Condition);
        if (told.TryGetValue(key, out var last) && now - last < TellAgain)
        {
            return;
        }

        try
        {
            await door.AcceptAsync(signal, cancellationToken);
            told[key] = now;
            trouble = null;
        }
#pragma warning disable CA1031 // Whatever keeps a signal from being taken in (a full disk, say), the watching goes on: it is told at the next look.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            trouble = $"what fails could not be handed over: {e.Message}";
            HandOverFailed(api.Name, e);
        }
    }

    [LoggerMessage(3403, LogLevel.Error, "What fails in {Cluster} could not be handed over")]
    private partial void HandOverFailed(string cluster, Exception exception);
}
