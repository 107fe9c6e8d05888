using System.Collections.Immutable;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;

namespace Nightjar.Core.Healing;

/// <summary>A step of a playbook for one service: what is to be done, or why it cannot be.</summary>
/// <param name="Action">Null when nothing is done but waiting, or when it cannot be done.</param>
/// <param name="Label">For people.</param>
/// <param name="WhyNot">Null when it can be done.</param>
public sealed record Prescription(HealAction? Action, Remedy? Remedy, string? Workload, string Label, string? WhyNot)
{
    /// <summary>It is for whoever keeps the target, and <see cref="WhyNot"/> says what to change.</summary>
    public bool IsLeft { get; init; }

    /// <summary>What would have to change where it is kept.</summary>
    public ImmutableArray<ManifestChange> Changes { get; init; } = [];

    /// <summary>The same, as its hand would do it now.</summary>
    public Prescription Aimed(ActionAim aim) => this with { Action = Action is null ? null : Action with { Aim = aim }, Label = Quoting.Plain(aim.Says, 300) };

    public static Prescription For(HealStep step, Service service, string? workload, string? dependency) => step.Action switch
    {
        HealStep.Pause => new(null, null, workload, "wait", null),
        HealStep.RestartDependency => dependency is null
            ? Not(step, "nothing that it needs is unwell")
            : new(new HealAction.Restart(dependency) { Service = service.Name }, null, dependency, $"restart {Shown(dependency)}, which {Shown(workload)} needs", null),
        HealStep.Restart or HealStep.Stop or HealStep.Start => workload is null
            ? Not(step, "no workload is known")
            : new(BuiltIn(step.Action, service.Name, workload), null, workload, $"{step.Action} {Shown(workload)}", null),
        _ when HealStep.OfClusters.Contains(step.Action) => workload is null
            ? Not(step, "no workload is known")
            : new(OfCluster(step, service.Name, workload), null, workload, $"{step.Action} {Shown(workload)}", null),
        _ => service.Remedies.FirstOrDefault(r => r.Name == step.Action) is { } remedy ? Of(remedy, service.Name, workload) : Not(step, $"the service has no remedy of the name {step.Action}"),
    };

    private static HealAction BuiltIn(string action, ServiceName service, string workload) => action switch
    {
        HealStep.Stop => new HealAction.Stop(workload) { Service = service },
        HealStep.Start => new HealAction.Start(workload) { Service = service },
        _ => new HealAction.Restart(workload) { Service = service },
    };

    private static HealAction OfCluster(HealStep step, ServiceName service, string workload) => step.Action switch
    {
        HealStep.Undo => new HealAction.Undo(workload) { Service = service },
        HealStep.Scale => new HealAction.Scale(workload, step.By, step.Most) { Service = service },
        HealStep.DeletePod => new HealAction.DeletePod(workload) { Service = service },
        HealStep.Evict => new HealAction.Evict(workload) { Service = service },
        HealStep.Cordon => new HealAction.Cordon(workload) { Service = service },
        HealStep.Uncordon => new HealAction.Uncordon(workload) { Service = service },
        HealStep.LastImage => new HealAction.LastImage(workload) { Service = service },
        HealStep.RaiseMemory => new HealAction.RaiseMemory(workload, step.Factor, step.Ceiling) { Service = service },
        HealStep.MendProbe => new HealAction.MendProbe(workload) { Service = service },
        _ => new HealAction.AddKey(workload) { Service = service },
    };

    private static Prescription Of(Remedy remedy, ServiceName service, string? workload)
    {
        var label = $"{remedy.Name} of {Quoting.Plain(service.Value, 60)}";
        switch (remedy)
        {
            case { Call: { } url }:
                return new(new HealAction.Call(remedy.Method, url) { Service = service, Timeout = remedy.Timeout }, remedy, workload, label, null);
            case { Directory: { } directory }:
                return new(new HealAction.DeleteFiles(directory, remedy.Pattern, remedy.OlderThan) { Service = service, Timeout = remedy.Timeout }, remedy, workload, label, null);
            case { Project: { } project, ComposeService: { } composed }:
                return new(new HealAction.Rebuild(project, composed) { Service = service, Timeout = remedy.Timeout }, remedy, workload, label, null);
            default:
                var target = remedy.Container is { } named ? $"container/{named}" : workload;
                return target is null
                    ? new(null, remedy, null, label, "no workload is known to run it in")
                    : new(new HealAction.Exec(target, remedy.Exec) { Service = service, Timeout = remedy.Timeout }, remedy, target, label, null);
        }
    }

    private static Prescription Not(HealStep step, string why) => new(null, null, null, step.Action, why);

    private static string Shown(string? workload) => Quoting.Plain(workload ?? "the service", 100);
}
