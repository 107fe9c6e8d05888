using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nightjar.Connectors.Kubernetes.Objects;
using Nightjar.Connectors.Kubernetes.Wire;
using Nightjar.Core.Healing;
using Nightjar.Core.Pipeline;

namespace Nightjar.Connectors.Kubernetes.Changes;

/// <summary>
/// Changes workloads, pods and nodes of clusters: what was decided, on the very object that was seen, tried on the server before it is
/// done. Each change leaves its key on the object, so that a kill in between does nothing twice.
/// </summary>
internal sealed class KubeActuator(Whereabouts where, Clusters clusters, PodExec exec, TimeProvider clock) : IActuator
{
    private const string Manager = "fieldManager=nightjar";

    /// <summary>The status of a failing workload changes all the time, and its version with it: then it is read and tried again.</summary>
    private const int Tries = 5;

    private static readonly TimeSpan Later = TimeSpan.FromSeconds(5);

    private static readonly string[] Rolled = ["Deployment", "StatefulSet", "DaemonSet"];

    public bool Can(HealAction action) => where.KindOf(WorkloadOf(action)) is { } kind && action switch
    {
        HealAction.Restart => Rolled.Contains(kind) || kind == "Pod",
        HealAction.Undo or HealAction.LastImage or HealAction.RaiseMemory or HealAction.MendProbe => Rolled.Contains(kind),
        HealAction.Scale => kind is "Deployment" or "StatefulSet",
        HealAction.DeletePod or HealAction.Evict or HealAction.Exec or HealAction.AddKey => kind != "Node",
        HealAction.Cordon or HealAction.Uncordon => kind == "Node",
        _ => false,
    };

    public Task<ActionAim?> AimAsync(HealAction action, CancellationToken cancellationToken) => action is HealAction.Exec ? Task.FromResult<ActionAim?>(null) : AskAsync(action, async target =>
    {
        var sight = await Sight.OfAsync(target, cancellationToken);
        var plan = await new PlanMaker(sight, clock.GetUtcNow()).MakeAsync(action, cancellationToken);
        return (ActionAim?)new ActionAim(plan.Says, plan.ToJson(), Sight.Show(sight.Item));
    });

    public async Task<bool?> WasDoneAsync(HealAction action, DateTimeOffset since, CancellationToken cancellationToken) => action is HealAction.Exec || action.Aim is not { } aim ? null : await AskAsync(action, async target =>
    {
        var plan = KubePlan.Parse(aim.Plan);
        if (plan.Pod is { } doomed)
        {
            return await IsGoingAsync(target, doomed, cancellationToken);
        }

        if (await ReadAsync(target, cancellationToken) is not { } item || !IsMarked(item, action.Key))
        {
            return (bool?)false;
        }

        foreach (var stuck in plan.Stuck)
        {
            if (!await IsGoingAsync(target, stuck, cancellationToken))
            {
                return false;
            }
        }

        return true;
    });

    public Task<ActionResult> DoAsync(HealAction action, CancellationToken cancellationToken) => AskAsync(action, async target =>
    {
        CheckLease(target);
        if (action is HealAction.Exec command)
        {
            return await exec.RunAsync(await Sight.OfAsync(target, cancellationToken), command, cancellationToken);
        }

        var aim = action.Aim ?? await AimAsync(action, cancellationToken) ?? throw new ActionFailedException("nothing here can do that");
        return await DoAsync(target, KubePlan.Parse(aim.Plan), action.Key, cancellationToken);
    });

    public async Task<ActionResult?> TakeBackAsync(HealAction action, CancellationToken cancellationToken) => action.Aim is not { } aim || KubePlan.Parse(aim.Plan).Back() is not { } back ? null : await AskAsync(action, async target =>
    {
        CheckLease(target);

        // Its own change is the newest: what anybody changed after it stays.
        var item = await ReadAsync(target, cancellationToken);
        var ours = action.Key.EndsWith("-back", StringComparison.Ordinal) ? action.Key[..^"-back".Length] : action.Key;
        if (item is not { } found || !IsMarked(found, ours) || found.At("metadata").Long("generation") > back.Generation + 1)
        {
            throw new ActionFailedException($"{target.Shown} was changed by somebody else meanwhile, so what was there before is not put back.");
        }

        var now = PlanMaker.Unstuck(back with { Generation = found.At("metadata").Long("generation"), Stuck = [] }, await Sight.OfAsync(target, cancellationToken));
        var done = await DoAsync(target, now, action.Key, cancellationToken);
        return (ActionResult?)(done with { Says = $"taken back: {target.Shown} is as it was before ({aim.Says} was undone)" });
    });

    private async Task<ActionResult> DoAsync(Target target, KubePlan plan, string key, CancellationToken cancellationToken)
    {
        if (plan.Pod is { } doomed)
        {
            await new PodEnd(target.Pod(doomed.Name), doomed).AskAsync(cancellationToken);
            return new ActionResult($"did {plan.Says}");
        }

        var result = await PatchAsync(target, plan, key, cancellationToken);
        foreach (var stuck in plan.Stuck)
        {
            try
            {
                await new PodEnd(target.Pod(stuck.Name), stuck).AskAsync(cancellationToken);
            }
            catch (ActionFailedException)
            {
                // It went by itself.
            }
        }

        return result;
    }

    private async Task<ActionResult> PatchAsync(Target target, KubePlan plan, string key, CancellationToken cancellationToken)
    {
        for (var i = 1; ; i++)
        {
            var item = await ReadAsync(target, cancellationToken) ?? throw new ActionFailedException($"{target.Shown} is gone since it was looked at.");
            if (IsMarked(item, key))
            {
                return Result(plan, item);
            }

            Check(target, plan, item);
            var template = plan.Revision is { } revision ? await TemplateAsync(target, item, revision.To, cancellationToken) : null;
            var patch = new KubeBody(plan.ToPatch(key, item.At("metadata").Text("resourceVersion"), template, clock.GetUtcNow()), KubeBody.StrategicPatch);
            try
            {
                using (await target.Api.AskAsync(HttpMethod.Patch, $"{target.Path}?{Manager}&dryRun=All", patch, $"try whether the server would {plan.Says}", cancellationToken))
                {
                }

                using var answer = await target.Api.AskAsync(HttpMethod.Patch, $"{target.Path}?{Manager}", patch, plan.Says, cancellationToken);
                return Result(plan, answer.RootElement);
            }
            catch (KubeException e) when (e.Fault == KubeFault.Conflict && i < Tries)
            {
                continue;
            }
        }
    }

    /// <summary>What another Nightjar looks after now is not ours to touch; it may come back to us.</summary>
    private void CheckLease(Target target)
    {
        if (!clusters.MayAct(target.Api))
        {
            throw new TryLaterException($"Nothing is done to {target.Shown}: another Nightjar holds the lease of this scope.", clock.GetUtcNow() + Later);
        }
    }

    /// <summary>Whatever was decided, was decided on what was seen.</summary>
    private static void Check(Target target, KubePlan plan, JsonElement item)
    {
        var meta = item.At("metadata");
        if (meta.Text("uid") != plan.Uid)
        {
            throw new ActionFailedException($"{target.Shown} is not the one that was looked at: it was deleted, and made anew at {meta.Moment("creationTimestamp"):u}.");
        }

        if (plan.Generation > 0 && meta.Long("generation") != plan.Generation)
        {
            throw new ActionFailedException(string.Create(CultureInfo.InvariantCulture, $"{target.Shown} was changed since it was looked at (generation {plan.Generation}, now {meta.Long("generation")}), so nothing was done."));
        }
    }

    private static async Task<JsonObject> TemplateAsync(Target target, JsonElement item, string revision, CancellationToken cancellationToken) =>
        (await Revision.OfAsync(target, item, cancellationToken)).FirstOrDefault(r => r.Name == revision)?.ToPatch() ?? throw new ActionFailedException($"The revision {revision} of {target.Shown} is not kept any more.");

    private static ActionResult Result(KubePlan plan, JsonElement item) => new($"did {plan.Says}") { After = Sight.Show(item) };

    private static bool IsMarked(JsonElement item, string key) => key.Length > 0 && item.At("metadata").Map("annotations").GetValueOrDefault(KubePlan.Mark) == key;

    private static async Task<bool> IsGoingAsync(Target target, DoomedPod doomed, CancellationToken cancellationToken) =>
        await ReadAsync(target.Pod(doomed.Name), cancellationToken) is not { } pod || pod.At("metadata").Text("uid") != doomed.Uid || pod.At("metadata").Moment("deletionTimestamp") is not null;

    /// <summary>Null when it is not there.</summary>
    private static async Task<JsonElement?> ReadAsync(Target target, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await target.Api.GetAsync(target.Path, $"look at {target.Shown}", cancellationToken);
            return answer.RootElement.Clone();
        }
        catch (KubeException e) when (e.Fault == KubeFault.NotFound)
        {
            return null;
        }
    }

    /// <summary>A cluster that does not answer is waited for: what was begun is found by its mark when it is back.</summary>
    private async Task<T> AskAsync<T>(HealAction action, Func<Target, Task<T>> ask)
    {
        Target? target = null;
        try
        {
            target = where.Find(action.Service, WorkloadOf(action) ?? "") ?? throw new ActionFailedException("nothing here can do that");
            return await ask(target);
        }
        catch (KubeException e) when (e.Fault is KubeFault.Unreachable or KubeFault.TooMany)
        {
            throw new TryLaterException(e.Message, clock.GetUtcNow() + (e.RetryAfter ?? Later), e);
        }
        catch (KubeException e)
        {
            if (e.Fault is KubeFault.Unauthorized or KubeFault.Untrusted && target is { } known)
            {
                clusters.Forget(known.Api);
            }

            throw new ActionFailedException(e.Fault == KubeFault.NotFound && target is { } gone ? $"{gone.Shown} is not there (any more)." : e.Message, e);
        }
    }

    private static string? WorkloadOf(HealAction action) => action switch
    {
        HealAction.Restart a => a.Workload,
        HealAction.Undo a => a.Workload,
        HealAction.Scale a => a.Workload,
        HealAction.DeletePod a => a.Workload,
        HealAction.Evict a => a.Workload,
        HealAction.Cordon a => a.Workload,
        HealAction.Uncordon a => a.Workload,
        HealAction.LastImage a => a.Workload,
        HealAction.RaiseMemory a => a.Workload,
        HealAction.MendProbe a => a.Workload,
        HealAction.AddKey a => a.Workload,
        HealAction.Exec a => a.Workload,
        _ => null,
    };
}
