using Nightjar.Core.Healing;
using Nightjar.Core.Services;
using Nightjar.Testing;

namespace Nightjar.Stories.Healing;

/// <summary>What runs, and who acts on it: workloads that the story makes sick, and that an action mends or not.</summary>
internal sealed class StoryHands(FakeClock clock) : IActuator, IWorkloads
{
    private readonly Dictionary<string, WorkloadStanding> workloads = new(StringComparer.Ordinal);

    public List<HealAction> Done { get; } = [];

    /// <summary>What an action does to the world.</summary>
    public Action<HealAction> Effect { get; set; } = _ => { };

    public bool? WasDone { get; set; } = false;

    /// <summary>Actions begin and never end.</summary>
    public bool Hangs { get; set; }

    public string Labels => string.Join(", ", Done.Select(Label));

    public void Set(string workload, bool? isWell, int restarts = 0, string says = "as the story says") =>
        workloads[workload] = new WorkloadStanding(isWell, says, clock.Now, clock.Now, restarts);

    public void Remove(string workload) => workloads.Remove(workload);

    public bool Can(HealAction action) => true;

    public Task<bool?> WasDoneAsync(HealAction action, DateTimeOffset since, CancellationToken cancellationToken) => Task.FromResult(WasDone);

    public Task<ActionResult> DoAsync(HealAction action, CancellationToken cancellationToken)
    {
        Done.Add(action);
        Effect(action);
        return Hangs ? new TaskCompletionSource<ActionResult>().Task : Task.FromResult(new ActionResult("done"));
    }

    public Task<WorkloadStanding?> LookAsync(ServiceName service, string workload, CancellationToken cancellationToken) => Task.FromResult(workloads.GetValueOrDefault(workload));

    private static string Label(HealAction action) => action switch
    {
        HealAction.Restart a => $"restart {a.Workload}",
        HealAction.Stop a => $"stop {a.Workload}",
        HealAction.Start a => $"start {a.Workload}",
        HealAction.Exec a => $"exec {a.Workload} {string.Join(' ', a.Command)}",
        HealAction.Call a => $"{a.Method} {a.Url}",
        HealAction.Rebuild a => $"rebuild {a.ComposeService}",
        HealAction.DeleteFiles a => $"delete {a.Pattern}",
        _ => action.ToString(),
    };
}
