using System.Collections.Immutable;
using Nightjar.Core.Services;

namespace Nightjar.Core.Healing;

/// <summary>One thing that may be done to what runs. Typed: there is no kind that takes a text and runs it.</summary>
public abstract record HealAction
{
    private HealAction()
    {
    }

    public required ServiceName Service { get; init; }

    /// <summary>Longest it may take; then it counts as failed.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Names this attempt among all of all incidents: a hand that leaves it in the world knows its own deed again. Empty for a mere question.</summary>
    public string Key { get; init; } = "";

    /// <summary>What its hand saw when it was decided; null where it looks at nothing.</summary>
    public ActionAim? Aim { get; init; }

    /// <param name="Workload">As in signals: <c>container/web</c>.</param>
    public sealed record Restart(string Workload) : HealAction;

    public sealed record Stop(string Workload) : HealAction;

    public sealed record Start(string Workload) : HealAction;

    /// <summary>A program in the workload, its arguments one by one, no shell; allowed by the policy, which knows it word for word.</summary>
    public sealed record Exec(string Workload, ImmutableArray<string> Command) : HealAction;

    /// <summary>A request to the service itself; 2xx is done.</summary>
    public sealed record Call(string Method, Uri Url) : HealAction;

    /// <summary>Builds the image of a compose service anew and starts it from that.</summary>
    public sealed record Rebuild(string Project, string ComposeService) : HealAction;

    /// <summary>Back to what the workload ran before its last rollout.</summary>
    public sealed record Undo(string Workload) : HealAction;

    /// <summary>More pods, or fewer.</summary>
    /// <param name="By">Pods more than now; negative for fewer.</param>
    /// <param name="Most">Never more than these.</param>
    public sealed record Scale(string Workload, int By, int Most) : HealAction;

    /// <summary>Deletes the pod of the workload that is worst off; who keeps the pods makes another.</summary>
    public sealed record DeletePod(string Workload) : HealAction;

    /// <summary>The same, where the disruption budgets allow it.</summary>
    public sealed record Evict(string Workload) : HealAction;

    /// <summary>Keeps new pods away from a node.</summary>
    public sealed record Cordon(string Workload) : HealAction;

    public sealed record Uncordon(string Workload) : HealAction;

    /// <summary>The image that the workload ran before, and nothing else of its template.</summary>
    public sealed record LastImage(string Workload) : HealAction;

    /// <summary>The memory limit of the container that was killed for it, one step up.</summary>
    /// <param name="Factor">Of the limit as it is.</param>
    /// <param name="Ceiling">Never above; a quantity as Kubernetes writes them: <c>1Gi</c>.</param>
    public sealed record RaiseMemory(string Workload, double Factor, string Ceiling) : HealAction;

    /// <summary>The probe that asks where nothing is served, to what the container declares.</summary>
    public sealed record MendProbe(string Workload) : HealAction;

    /// <summary>A key of a config map or secret that the workload names and that is not there: always left to people.</summary>
    public sealed record AddKey(string Workload) : HealAction;

    /// <summary>Deletes files under a named directory: never a link's target, never the directory itself.</summary>
    public sealed record DeleteFiles(string Directory, string Pattern, TimeSpan OlderThan) : HealAction;
}
