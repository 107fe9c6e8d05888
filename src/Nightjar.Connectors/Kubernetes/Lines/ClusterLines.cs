using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Nightjar.Connectors.Kubernetes.Objects;
using Nightjar.Connectors.Kubernetes.Wire;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Kubernetes.Lines;

/// <summary>Chooses whose logs are read: of each service its newest pods, as far as the bounds allow.</summary>
internal sealed class ClusterLines(ClusterMirror mirror, ClusterJudge judge, Scope scope, KubeApi api, ILineFollower follower, TimeProvider clock, ILogger logger)
{
    /// <summary>A connection's worth of streams each; a service needs some kB of memory for what it learns of its lines.</summary>
    private const int MostRuns = 400;

    private const int MostServices = 200;

    /// <summary>Pods of one service write the same kinds of lines.</summary>
    private const int MostPods = 3;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<ServiceName, (PodLines Lines, Task Following)> followed = new();
    private readonly HashSet<ContainerRun> old = [];
    private int read;
    private int leftOut;

    public string Says => string.Create(CultureInfo.InvariantCulture, $"logs of {read} containers read{(leftOut > 0 ? $", of {leftOut} more not: {MostRuns} is the most" : "")}");

    /// <summary>Until it is cancelled. To be called when all was listed: what runs then is read from there on, what comes later from its beginning.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        old.UnionWith(mirror.Pods.SelectMany(p => Runs(p)).Select(r => r.Run));
        using var timer = new PeriodicTimer(Every, clock);
        try
        {
            var seen = long.MinValue;
            do
            {
                var changes = mirror.PodChanges;
                if (changes != seen)
                {
                    seen = changes;
                    Choose(cancellationToken);
                }
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        finally
        {
            await Task.WhenAll(followed.Values.Select(f => f.Following)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Choose(CancellationToken cancellationToken)
    {
        var byService = mirror.Pods.Where(p => p.Meta.DeletedAt is null && scope.Has(p.Meta.Namespace) && !judge.IsIgnored(p.Meta))
            .GroupBy(p => judge.ServiceOf(p.Meta))
            .ToDictionary(g => g.Key, g => g.OrderByDescending(p => p.Meta.CreatedAt).Take(MostPods).SelectMany(Runs).ToList());
        var (left, all) = (MostRuns, byService.Values.Sum(r => r.Count));
        foreach (var (service, runs) in byService.OrderByDescending(s => followed.ContainsKey(s.Key)))
        {
            var taken = runs.Take(left).ToList();
            if (taken.Count > 0 && !followed.ContainsKey(service) && followed.Count < MostServices)
            {
                var lines = new PodLines(service, api, clock, logger);
                followed[service] = (lines, follower.FollowAsync(lines, cancellationToken));
            }

            if (followed.TryGetValue(service, out var known))
            {
                known.Lines.Want(taken);
                left -= taken.Count;
            }
        }

        foreach (var (_, gone) in followed.Where(f => !byService.ContainsKey(f.Key)))
        {
            gone.Lines.Want([]);
        }

        (read, leftOut) = (MostRuns - left, all - (MostRuns - left));
    }

    /// <summary>What has run, or runs. An init container that did its work has nothing to say.</summary>
    private IEnumerable<WantedRun> Runs(Pod pod) =>
        from container in pod.Containers
        let isOver = container.Now is not { Phase: ContainerPhase.Running }
        where !isOver || container.Now is { Phase: ContainerPhase.Ended, ExitCode: not 0 } || container is { Now.Phase: ContainerPhase.Waiting, Before: not null }
        let run = new ContainerRun(pod.Meta.Namespace, pod.Meta.Name, pod.Meta.Uid, container.Name, container.Restarts)
        select new WantedRun(run, isOver, !old.Contains(run));
}
