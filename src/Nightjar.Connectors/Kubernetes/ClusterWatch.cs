using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Nightjar.Connectors.Kubernetes.Ahead;
using Nightjar.Connectors.Kubernetes.Lines;
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
internal sealed partial class ClusterWatch : IDisposable
{
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan TellAgain = TimeSpan.FromMinutes(1);

    /// <summary>Between two looks ahead: less than it takes for a problem to be over by itself.</summary>
    private static readonly TimeSpan LookAhead = TimeSpan.FromMinutes(2);

    /// <summary>A difference of clocks that people want to know of.</summary>
    private static readonly TimeSpan OddClock = TimeSpan.FromSeconds(30);

    private readonly KubeApi api;
    private readonly KubernetesOptions options;
    private readonly ISignalDoor door;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly Scope scope;
    private readonly ClusterMirror mirror;
    private readonly ClusterJudge judge;
    private readonly Discovery discovery;
    private readonly ClusterOutlook outlook;
    private readonly DigestTeller digest;
    private readonly ClusterLines? lines;
    private readonly List<Reflector> reflectors;
    private readonly ConcurrentDictionary<ObjectRef, bool> due = new();
    private readonly Channel<bool> bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ConcurrentDictionary<(ServiceName, string?, string?), DateTimeOffset> told = new();
    private volatile string? trouble = "not connected yet";

    /// <param name="follower">Who reads lines; null when nobody does.</param>
    public ClusterWatch(KubeApi api, KubernetesOptions options, Catalogue catalogue, ISignalDoor door, ILineFollower? follower, TimeProvider clock, ILogger logger)
    {
        (this.api, this.options, this.door, this.clock, this.logger, scope) = (api, options, door, clock, logger, new Scope(options));
        mirror = new ClusterMirror((meta, isThere) =>
        {
            if (isThere && scope.Has(meta.Namespace))
            {
                Look(meta.Ref);
            }
        });
        judge = new ClusterJudge(mirror, scope, options.Patience, api.Name, catalogue, () => api.Ahead);
        discovery = new Discovery(api, clock);
        outlook = new ClusterOutlook(mirror, judge, scope, api, discovery, clock);
        digest = new DigestTeller(api.Name);
        lines = follower is null || !options.Logs ? null : new ClusterLines(mirror, judge, scope, api, follower, clock, logger);
        reflectors =
        [
            .. from resource in KubeResource.Watched
               from space in resource.IsNamespaced ? scope.Asked : [null]
               select new Reflector(api, resource, space, resource.IsSelected ? options.Selector : null, mirror.Keeper(resource.Kind, space), Random.Shared.NextDouble, clock, logger),
        ];
    }

    public WatcherHealth Health
    {
        get
        {
            var faults = reflectors.Where(r => r.Health.Fault is not null).ToList();
            var misses = Misses;
            var says = new[]
            {
                trouble,
                misses,
                faults.Count == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"does not see {string.Join(", ", faults.Select(f => f.Resource.Plural).Distinct())}: {faults[0].Health.Fault}"),
                api.Ahead.Duration() < OddClock ? null : string.Create(CultureInfo.InvariantCulture, $"its clock is {api.Ahead.Duration().TotalSeconds:0} s {(api.Ahead > TimeSpan.Zero ? "ahead of" : "behind")} ours"),
                string.Create(CultureInfo.InvariantCulture, $"{mirror.Count} objects, {mirror.PodCount} pods"),
                lines?.Says,
            };
            return new WatcherHealth(trouble is null && misses is null && !faults.Any(f => f.Resource.IsVital), string.Join("; ", says.OfType<string>()));
        }
    }

    /// <summary>Namespaces that are configured and are not there; nothing where namespaces may not be seen.</summary>
    private string? Misses => mirror.Namespaces.ToList() is { Count: > 0 } there ? scope.Misses(there) : null;

    /// <summary>What is seen of the cluster, and the way to it.</summary>
    public (KubeApi Api, ClusterMirror Mirror) Seen => (api, mirror);

    /// <summary>Until it is cancelled.</summary>
    /// <exception cref="KubeException">The cluster did not answer at the very beginning.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await discovery.ServedAsync(cancellationToken);
        trouble = null;
        await Task.WhenAll([.. Reflect(cancellationToken), JudgeAsync(cancellationToken), SweepAsync(cancellationToken), LookAheadAsync(cancellationToken), ReadAsync(cancellationToken)]);
    }

    /// <summary>One look at everything instead of watching.</summary>
    /// <exception cref="KubeException">The cluster did not answer.</exception>
    public async Task<ClusterScan> ScanAsync(CancellationToken cancellationToken)
    {
        await discovery.ServedAsync(cancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = Task.WhenAll(Reflect(stop.Token));
        try
        {
            await Listed.WaitAsync(cancellationToken);
            var ahead = options.LookAhead ? LookAheadLines(await outlook.LookAsync(cancellationToken)) : [];
            var faults = reflectors.Where(r => r.Health.Fault is not null).ToLookup(r => r.Resource.IsVital, r => $"{api.Name}: {r.Health.Fault}");
            return new ClusterScan([.. judge.JudgeAll(clock.GetUtcNow())], ahead, [.. faults[true].Distinct(), .. Misses is { } misses ? [$"{api.Name}: {misses}"] : Array.Empty<string>()], mirror.PodCount) { Partly = [.. faults[false].Distinct()] };
        }
        finally
        {
            await stop.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => discovery.Dispose();

    private Task Listed => Task.WhenAll(reflectors.Select(r => r.Listed));

    private static ImmutableArray<string> LookAheadLines(ImmutableArray<Core.Signals.Cluster.Ahead.Weakness> found) => Core.Signals.Cluster.Ahead.LookAhead.Digest(found);

    private IEnumerable<Task> Reflect(CancellationToken cancellationToken) => reflectors.Select(r => r.RunAsync(discovery.ServedAsync, cancellationToken));

    private void Look(ObjectRef about)
    {
        due[about] = true;
        bell.Writer.TryWrite(true);
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        if (lines is not null)
        {
            await Listed.WaitAsync(cancellationToken);
            await lines.RunAsync(cancellationToken);
        }
    }

    /// <summary>Nothing is judged before everything was listed: whose a pod is, its replica set says.</summary>
    private async Task JudgeAsync(CancellationToken cancellationToken)
    {
        await Listed.WaitAsync(cancellationToken);
        if (Misses is { } misses)
        {
            ScopeMisses(api.Name, misses);
        }

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

    private async Task LookAheadAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(LookAhead, clock);
        while (options.LookAhead && await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (digest.Tell(await outlook.LookAsync(cancellationToken), clock.GetUtcNow()) is { } signal)
            {
                await TellAsync(signal, cancellationToken);
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

    [LoggerMessage(3404, LogLevel.Warning, "{Cluster}: {Misses}")]
    private partial void ScopeMisses(string cluster, string misses);

    [LoggerMessage(3403, LogLevel.Error, "What fails in {Cluster} could not be handed over")]
    private partial void HandOverFailed(string cluster, Exception exception);
}

/// <summary>What one look at a cluster found.</summary>
/// <param name="Signals">What is wrong.</param>
/// <param name="Ahead">What is weak, a line for each kind.</param>
/// <param name="Unseen">Pods or workloads that could not be looked at, and why: not to see is not to see nothing.</param>
public sealed record ClusterScan(ImmutableArray<Signal> Signals, ImmutableArray<string> Ahead, ImmutableArray<string> Unseen, int Pods)
{
    /// <summary>What could not be looked at and only adds to the rest: nodes, where rights are in one namespace alone.</summary>
    public ImmutableArray<string> Partly { get; init; } = [];
}
