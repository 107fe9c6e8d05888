using System.Globalization;
using Nightjar.Connectors.Kubernetes.Objects;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Healing;
using Nightjar.Core.Services;
using Nightjar.Core.Signals.Cluster;

namespace Nightjar.Connectors.Kubernetes.Changes;

/// <summary>Workloads, pods and nodes of clusters, looked at now. One is well when its rollout is over and all of it is ready.</summary>
internal sealed class KubeWorkloads(Whereabouts where, TimeProvider clock) : IWorkloads
{
    public async Task<WorkloadStanding?> LookAsync(ServiceName service, string workload, CancellationToken cancellationToken)
    {
        try
        {
            if (where.Find(service, workload) is not { } target)
            {
                return null;
            }

            var sight = await Sight.OfAsync(target, cancellationToken);
            return target.Ref.Kind switch
            {
                "Node" => Node(sight),
                "Pod" => OfPods(sight, sight.Pods[0].IsReady || sight.Pods[0].Phase == "Succeeded" ? null : (false, $"{sight.Pods[0].Phase} and not ready")),
                "Job" => OfPods(sight, sight.Workload is { } job && job.Ready >= job.Wanted ? null : (sight.Workload.Condition("Failed") is { Holds: true } ? false : null, string.Create(CultureInfo.InvariantCulture, $"{sight.Workload.Ready} of {sight.Workload.Wanted} done"))),
                _ => OfPods(sight, Rollout(sight.Workload)) with { Ready = sight.Workload.Ready, RolledOutAt = await RolledOutAsync(sight, cancellationToken) },
            };
        }
        catch (KubeException e)
        {
            return new WorkloadStanding(e.Fault == KubeFault.NotFound ? false : null, e.Fault == KubeFault.NotFound ? "not there" : e.Message, clock.GetUtcNow(), null, 0);
        }
        catch (ActionFailedException e)
        {
            return new WorkloadStanding(null, e.Message, clock.GetUtcNow(), null, 0);
        }
    }

    private WorkloadStanding Node(Sight sight)
    {
        var trouble = WorkloadDetector.Detect(SurroundingsReader.Node(sight.Item)).FirstOrDefault();
        return new WorkloadStanding(trouble is null, trouble?.Says ?? "ready", clock.GetUtcNow(), null, 0);
    }

    /// <param name="notYet">What the workload itself lacks; null when nothing.</param>
    private WorkloadStanding OfPods(Sight sight, (bool? IsWell, string Says)? notYet)
    {
        var trouble = sight.Troubles(clock.GetUtcNow()).Where(t => t.Pod.Meta.DeletedAt is null).Select(t => t.Trouble).FirstOrDefault();
        var containers = sight.Pods.SelectMany(p => p.Containers).ToList();
        var (isWell, says) = trouble is not null ? (false, trouble.Says) : notYet ?? (true, string.Create(CultureInfo.InvariantCulture, $"ready, {sight.Pods.Count(p => p.IsReady)} of {sight.Pods.Length} pods"));
        return new WorkloadStanding(isWell, says, clock.GetUtcNow(), containers.Select(c => c.Now?.StartedAt).Max(), containers.Sum(c => c.Restarts));
    }

    /// <summary>Null when its rollout is over and all of it is ready: the controller has seen the newest spec, and every pod is of it.</summary>
    private static (bool?, string)? Rollout(Workload workload)
    {
        var counts = string.Create(CultureInfo.InvariantCulture, $"{workload.Updated} of {workload.Wanted} updated, {workload.Ready} ready, {workload.Available} available");
        return workload switch
        {
            _ when workload.SeenGeneration < workload.Generation => (null, "not seen by its controller yet"),
            _ when WorkloadDetector.Detect(workload).FirstOrDefault() is { } trouble => (false, trouble.Says),
            _ when workload.Updated < workload.Wanted => (null, $"being rolled out: {counts}"),
            _ when workload.Ready < workload.Wanted || (workload.Meta.Ref.Kind != "StatefulSet" && workload.Available < workload.Wanted) => (false, counts),
            _ => null,
        };
    }

    /// <summary>Null where nothing ran before that could run again.</summary>
    private static async Task<DateTimeOffset?> RolledOutAsync(Sight sight, CancellationToken cancellationToken)
    {
        try
        {
            return sight.Target.Ref.Kind is "Deployment" or "StatefulSet" or "DaemonSet" && await Revision.OfAsync(sight.Target, sight.Item, cancellationToken) is [var newest, _, ..] ? newest.At : null;
        }
        catch (KubeException e) when (e.Fault == KubeFault.Forbidden)
        {
            // It is well or not all the same; only what follows a rollout is then not known to follow it.
            return null;
        }
    }
}
