using Nightjar.Core.Healing;
using Nightjar.Core.Services;

namespace Nightjar.Stories.Crashes;

/// <summary>A container that is well once it was restarted, in a file that outlives whoever restarts it.</summary>
internal sealed class FileHands(string folder) : IActuator, IWorkloads
{
    private readonly string file = Path.Combine(folder, "restarts");

    public int Restarts => File.Exists(file) ? File.ReadAllLines(file).Length : 0;

    public bool Can(HealAction action) => action is HealAction.Restart;

    public Task<bool?> WasDoneAsync(HealAction action, DateTimeOffset since, CancellationToken cancellationToken) => Task.FromResult<bool?>(Restarts > 0);

    public async Task<ActionResult> DoAsync(HealAction action, CancellationToken cancellationToken)
    {
        await File.AppendAllTextAsync(file, "restarted\n", cancellationToken);
        return new ActionResult("restarted");
    }

    public Task<WorkloadStanding?> LookAsync(ServiceName service, string workload, CancellationToken cancellationToken) =>
        Task.FromResult<WorkloadStanding?>(new WorkloadStanding(Restarts > 0, Restarts > 0 ? "running" : "exited", DateTimeOffset.UnixEpoch, null, Restarts));
}
