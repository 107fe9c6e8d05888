using Nightjar.Core.Services;

namespace Nightjar.Core.Healing;

/// <summary>Every room that can act on workloads or tell how they are, as one.</summary>
public sealed class Hands(IEnumerable<IActuator> actuators, IEnumerable<IWorkloads> eyes)
{
    private readonly IActuator[] actuators = [.. actuators];
    private readonly IWorkloads[] eyes = [.. eyes];

    /// <summary>Null when nobody can do it.</summary>
    public IActuator? For(HealAction action) => actuators.FirstOrDefault(a => a.Can(action));

    /// <summary>Null when nobody knows the workload. Who can tell how it is counts before who cannot look.</summary>
    public async Task<WorkloadStanding?> LookAsync(ServiceName service, string workload, CancellationToken cancellationToken)
    {
        WorkloadStanding? unsure = null;
        foreach (var eye in eyes)
        {
            var standing = await eye.LookAsync(service, workload, cancellationToken);
            if (standing is { IsWell: not null })
            {
                return standing;
            }

            unsure ??= standing;
        }

        return unsure;
    }
}
