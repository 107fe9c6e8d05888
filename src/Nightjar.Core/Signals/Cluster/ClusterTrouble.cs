using System.Collections.Immutable;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Signals.Cluster;

/// <summary>Something in a cluster that is not as it shall be.</summary>
/// <param name="Condition">What kind of trouble, by the name that playbooks use: <c>crash-loop</c>.</param>
/// <param name="Says">In a line for people.</param>
/// <param name="Since">When it began, by the cluster's clock.</param>
public sealed record ClusterTrouble(ObjectMeta About, string Condition, Severity Severity, string Says, DateTimeOffset Since)
{
    /// <summary>What the cluster itself said, word for word.</summary>
    public ImmutableArray<string> Quotes { get; init; } = [];
}

/// <summary>How long something may last before it is trouble.</summary>
public sealed record ClusterPatience
{
    /// <summary>Without a node. A scheduler answers within a second, an autoscaler within minutes.</summary>
    public TimeSpan Unscheduled { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>With a node, but no container started: images are pulled, volumes mounted.</summary>
    public TimeSpan Creating { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Running, but not ready, beyond what its probe itself allows.</summary>
    public TimeSpan NotReady { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>On its way out, beyond its grace.</summary>
    public TimeSpan Terminating { get; init; } = TimeSpan.FromMinutes(5);

    public TimeSpan UnboundClaim { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>An exit that was long ago and was followed by a good run is history.</summary>
    public TimeSpan LastExit { get; init; } = TimeSpan.FromMinutes(10);
}
