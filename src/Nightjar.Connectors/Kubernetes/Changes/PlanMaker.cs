using System.Collections.Immutable;
using System.Globalization;
using Nightjar.Connectors.Kubernetes.Objects;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Healing;

namespace Nightjar.Connectors.Kubernetes.Changes;

/// <summary>Says what exactly an action would change of what is seen, or why it cannot. Reads only; guesses nothing.</summary>
internal sealed class PlanMaker(Sight sight, DateTimeOffset now)
{
    private string Shown => sight.Target.Shown;

    /// <exception cref="ActionFailedException">There is nothing that it could do, or it is not ours to do.</exception>
    public async Task<KubePlan> MakeAsync(HealAction action, CancellationToken cancellationToken)
    {
        var plan = action switch
        {
            HealAction.Restart when sight.Target.Ref.Kind != "Pod" => Plan($"restart {Shown} by rolling it out anew") with { Restarts = true },
            HealAction.Restart or HealAction.DeletePod => OfPod("delete", isEvicted: false),
            HealAction.Evict => OfPod("evict", isEvicted: true),
            HealAction.Undo => await UndoAsync(cancellationToken),
            HealAction.LastImage => await LastImageAsync(cancellationToken),
            HealAction.Scale scale => await ScaleAsync(scale, cancellationToken),
            HealAction.RaiseMemory raise => RaiseMemory(raise),
            HealAction.MendProbe => new ProbeMender(sight, now).Mend() is var (says, edit) ? Plan(says) with { Edits = [edit] } : throw new System.Diagnostics.UnreachableException(),
            HealAction.Cordon => Cordon(true),
            HealAction.Uncordon => Cordon(false),
            HealAction.AddKey => throw MissingKey(),
            _ => throw new ActionFailedException($"Kubernetes does no {action.GetType().Name}."),
        };
        plan = Unstuck(plan, sight);
        return plan.ChangesSpec && Keeper.Of(sight.Item) is { } keeper
            ? throw new ActionFailedException($"{Shown} is kept by {keeper.Name}, so nothing is patched here. Change it in {keeper.Source}: {plan.Says}.") { IsLeft = true, Changes = [.. plan.Edits.Concat(plan.Images).Select(e => new ManifestChange(sight.Target.Ref.Kind, sight.Target.Ref.Name, e.Container, e.Field, e.From, e.To))] }
            : plan;
    }

    /// <summary>
    /// A stateful set waits for each pod to be ready before it goes on to the next, also for one that never will be: it has to go, or a way back is
    /// not gone (https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback).
    /// </summary>
    public static KubePlan Unstuck(KubePlan plan, Sight sight)
    {
        var stuck = plan.ChangesSpec && plan.Replicas is null && sight.Target.Ref.Kind == "StatefulSet"
            ? sight.Pods.Where(p => !p.IsReady && p.Meta.DeletedAt is null && p.Meta.Labels.GetValueOrDefault("controller-revision-hash") != plan.Revision?.To).ToList()
            : [];
        return stuck.Count == 0 ? plan : plan with
        {
            Says = $"{plan.Says}, and let {string.Join(", ", stuck.Select(p => p.Meta.Name))} go, which would hold it up",
            Stuck = [.. stuck.Select(p => new DoomedPod(p.Meta.Name, p.Meta.Uid, IsEvicted: false))],
        };
    }

    private KubePlan Plan(string says) => new() { Says = says, Uid = sight.Meta.Uid, Generation = sight.Item.At("metadata").Long("generation") };

    private async Task<KubePlan> UndoAsync(CancellationToken cancellationToken)
    {
        if (await Revision.OfAsync(sight.Target, sight.Item, cancellationToken) is not [var current, var before, ..])
        {
            throw new ActionFailedException($"{Shown} has nothing to go back to: the cluster keeps no earlier revision of it.");
        }

        var had = PodReader.Containers(before.Template.At("spec")).ToDictionary(c => c.Name, c => c.Image, StringComparer.Ordinal);
        var edits = PodReader.Containers(current.Template.At("spec")).Where(c => had.TryGetValue(c.Name, out var image) && image != c.Image).Select(c => new FieldEdit(c.Name, "image", c.Image, had[c.Name])).ToImmutableArray();
        var images = edits.Select(e => $"image {e.From} → {e.To}").Take(3).ToList();
        return Plan(string.Create(CultureInfo.InvariantCulture, $"roll {Shown} back to revision {before.Number}{(images.Count > 0 ? $" ({string.Join(", ", images)})" : "")}")) with { Revision = new FromTo(current.Name, before.Name), Images = edits };
    }

    /// <summary>What is ready now ran for certain; else what the revision before had.</summary>
    private async Task<KubePlan> LastImageAsync(CancellationToken cancellationToken)
    {
        var revisions = await Revision.OfAsync(sight.Target, sight.Item, cancellationToken);
        var failing = sight.Troubles(now).SelectMany(t => t.Pod.Containers.Where(c => c.Now is { Phase: ContainerPhase.Waiting })).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var container in sight.Workload.Template.Where(c => failing.Contains(c.Name)))
        {
            var ran = revisions.Skip(1).OrderByDescending(r => r.Ready > 0)
                .Select(r => (r.Number, PodReader.Containers(r.Template.At("spec")).FirstOrDefault(c => c.Name == container.Name)?.Image))
                .FirstOrDefault(r => r.Image is { Length: > 0 } image && image != container.Image);
            if (ran.Image is { } last)
            {
                return Plan(string.Create(CultureInfo.InvariantCulture, $"set the image of {container.Name} in {Shown} from {container.Image} back to {last}, as revision {ran.Number} had it")) with { Edits = [new FieldEdit(container.Name, "image", container.Image, last) { IsInit = container.IsInit }] };
            }
        }

        throw new ActionFailedException($"No container of {Shown} that cannot start had another image before.");
    }

    private async Task<KubePlan> ScaleAsync(HealAction.Scale scale, CancellationToken cancellationToken)
    {
        var from = sight.Workload.Wanted;
        var to = Math.Clamp(from + scale.By, 0, Math.Max(from, scale.Most));
        if (to == from)
        {
            throw new ActionFailedException(string.Create(CultureInfo.InvariantCulture, $"{Shown} has {from} pods, which is as many as the playbook allows."));
        }

        if (await AutoscalerAsync(cancellationToken) is { } autoscaler)
        {
            throw new ActionFailedException($"The autoscaler {autoscaler} keeps the number of pods of {Shown}: change its bounds.");
        }

        return Plan(string.Create(CultureInfo.InvariantCulture, $"scale {Shown} from {from} to {to} pods")) with { Replicas = new FromTo(from.ToString(CultureInfo.InvariantCulture), to.ToString(CultureInfo.InvariantCulture)) };
    }

    /// <summary>One that may not be listed is taken for none: it would put its number back, and that is seen.</summary>
    private async Task<string?> AutoscalerAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var all = await sight.Target.Api.GetAsync($"/apis/autoscaling/v1/namespaces/{Uri.EscapeDataString(sight.Target.Ref.Namespace)}/horizontalpodautoscalers?limit=500", "list autoscalers", cancellationToken);
            return all.RootElement.Items("items").Where(a => a.At("spec").At("scaleTargetRef") is var of && of.Text("kind") == sight.Target.Ref.Kind && of.Text("name") == sight.Target.Ref.Name).Select(a => a.At("metadata").Text("name")).FirstOrDefault();
        }
        catch (KubeException e) when (e.Fault is KubeFault.Forbidden or KubeFault.NotFound)
        {
            return null;
        }
    }

    private KubePlan RaiseMemory(HealAction.RaiseMemory raise)
    {
        var killed = sight.Pods.SelectMany(p => p.Containers).Where(c => c.Now is { Reason: "OOMKilled" } || c.Before is { Reason: "OOMKilled" }).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        var container = sight.Workload.Template.FirstOrDefault(c => killed.Contains(c.Name)) ?? throw new ActionFailedException($"No container of {Shown} was killed for its memory.");
        if (!container.Limits.TryGetValue("memory", out var limit) || Quantity.Read(limit) is not { } bytes || Quantity.Read(raise.Ceiling) is not { } ceiling)
        {
            throw new ActionFailedException($"Container {container.Name} of {Shown} has no memory limit that could be raised: it is the node's memory that was used up.");
        }

        return MemoryStep.Up(bytes, raise.Factor, ceiling) is { } next
            ? Plan($"raise the memory limit of {container.Name} in {Shown} from {limit} to {next}") with { Edits = [new FieldEdit(container.Name, "resources.limits.memory", limit, next) { IsInit = container.IsInit }] }
            : throw new ActionFailedException($"The memory limit of {container.Name} in {Shown} is {limit} already, and the ceiling is {raise.Ceiling}: look for a leak, or raise the ceiling in the playbook.");
    }

    private KubePlan Cordon(bool isOn) => sight.Item.At("spec").Flag("unschedulable") == isOn
        ? throw new ActionFailedException($"{Shown} {(isOn ? "takes no new pods already" : "takes pods already")}.")
        : Plan($"{(isOn ? "keep new pods away from" : "let new pods go to")} {Shown}") with { Cordoned = new FromTo(isOn ? "false" : "true", isOn ? "true" : "false") };

    /// <summary>The pod that is worst off the longest. One that nobody would make again stays.</summary>
    private KubePlan OfPod(string verb, bool isEvicted)
    {
        var isOne = sight.Target.Ref.Kind == "Pod";
        var unwell = sight.Troubles(now).Where(t => t.Pod.Meta.DeletedAt is null).Select(t => t.Pod).FirstOrDefault() ?? (isOne ? sight.Pods.FirstOrDefault(p => p.Meta.DeletedAt is null) : null);
        if (unwell is null)
        {
            throw new ActionFailedException(sight.Pods.FirstOrDefault(p => p.Meta.DeletedAt is not null) is { } leaving
                ? $"Pod {leaving.Meta.Name} was asked to go at {leaving.Meta.DeletedAt:u}: its node does not answer, or a finalizer holds it; asking again changes nothing."
                : $"No pod of {Shown} is unwell.");
        }

        return unwell.Meta.Owner is null
            ? throw new ActionFailedException($"Pod {unwell.Meta.Name} has no owner: nobody would make it again.")
            : Plan($"{verb} pod {unwell.Meta.Name}{(isOne ? "" : $" of {Shown}")}") with { Pod = new DoomedPod(unwell.Meta.Name, unwell.Meta.Uid, isEvicted) };
    }

    private ActionFailedException MissingKey()
    {
        var says = sight.Troubles(now).Where(t => t.Trouble.Condition == "container-config").SelectMany(t => t.Trouble.Quotes).FirstOrDefault();
        return says is null
            ? new($"No pod of {Shown} waits for a config map or secret.")
            : new($"Only proposed: {says}. Add what is missing, or mark the reference as optional, where the manifests of {Shown} are kept.") { IsLeft = true };
    }
}
