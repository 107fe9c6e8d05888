using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Docker;

/// <summary>Containers and their engine, looked at now.</summary>
internal sealed class DockerWorkloads(DockerApi api, SweepReader sweeps, ContainerBook book, TimeSpan every, TimeProvider clock) : IWorkloads
{
    private const string Kind = "container/";

    public async Task<WorkloadStanding?> LookAsync(ServiceName service, string workload, CancellationToken cancellationToken)
    {
        try
        {
            return workload == EngineAbsence.Workload ? await EngineAsync(cancellationToken)
                : workload.StartsWith(Kind, StringComparison.Ordinal) ? await ContainerAsync(service, workload[Kind.Length..], cancellationToken)
                : null;
        }
        catch (DockerException e)
        {
            return new WorkloadStanding(workload == EngineAbsence.Workload ? false : null, e.Message, clock.GetUtcNow(), null, 0);
        }
    }

    private async Task<WorkloadStanding> EngineAsync(CancellationToken cancellationToken)
    {
        var version = await api.HelloAsync(cancellationToken);
        return new WorkloadStanding(true, $"Docker {version.Version} answers", clock.GetUtcNow(), null, 0);
    }

    private async Task<WorkloadStanding> ContainerAsync(ServiceName service, string name, CancellationToken cancellationToken)
    {
        if (await sweeps.LookNowAsync(name, withUsage: true, cancellationToken) is not (var inspected, var look))
        {
            return new WorkloadStanding(false, $"there is no container {name}", clock.GetUtcNow(), null, 0);
        }

        var container = book.Meet(name, inspected.Config?.Labels ?? []);
        var url = look.State.Status == ContainerStatus.Running && container is not null && container.Service.Name == service ? await sweeps.AskUrlAsync(container.Watch, cancellationToken) : null;
        look = look with { Url = url, At = clock.GetUtcNow() };
        return ContainerDetector.Standing((container?.Track ?? new ContainerTrack()).After(look, every), look);
    }
}
