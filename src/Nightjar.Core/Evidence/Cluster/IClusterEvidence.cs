using System.Collections.Immutable;
using Nightjar.Core.Services;

namespace Nightjar.Core.Evidence.Cluster;

/// <summary>The clusters that are watched, as evidence.</summary>
public interface IClusterEvidence
{
    /// <summary>
    /// What is around a workload of a service, with the last lines of the containers that do not do well. A cluster that cannot be seen is in
    /// <c>Missing</c>, not thrown.
    /// </summary>
    /// <param name="workload"><c>kind/name</c>; null takes the service's own place, or what its name says (<c>namespace/name</c>).</param>
    /// <returns>No snapshot when it is nowhere in a cluster.</returns>
    Task<(ClusterSnapshot? Snapshot, ImmutableArray<string> Missing)> AroundAsync(Service service, string? workload, CancellationToken cancellationToken);
}
