using System.Collections.Immutable;

namespace Nightjar.Core.Evidence.Cluster;

/// <summary>What a namespace may have of each resource, and has; quantities as written.</summary>
public sealed record Quota(ObjectMeta Meta, ImmutableDictionary<string, string> Hard, ImmutableDictionary<string, string> Used);

/// <summary>Changes a workload's number of pods by load (HorizontalPodAutoscaler).</summary>
/// <param name="Now">Pods that there are.</param>
/// <param name="Wanted">Pods that it wants there to be.</param>
public sealed record Autoscaler(ObjectMeta Meta, ObjectRef Target, int Least, int Most, int Now, int Wanted, ImmutableArray<ObjectCondition> Conditions)
{
    public ObjectCondition? Condition(string type) => Conditions.FirstOrDefault(c => c.Type == type);
}

/// <summary>How many pods may be away at once when somebody empties a node (PodDisruptionBudget).</summary>
/// <param name="LeastAvailable">A number or a percentage; empty when the other one is given.</param>
/// <param name="MostAway">A number or a percentage.</param>
/// <param name="Allowed">How many may go just now.</param>
public sealed record DisruptionBudget(ObjectMeta Meta, ImmutableDictionary<string, string> Selector, string LeastAvailable, string MostAway, int Allowed)
{
    /// <summary>True for a pod that it protects.</summary>
    public bool Covers(ImmutableDictionary<string, string> labels) => Selector.All(s => labels.GetValueOrDefault(s.Key) == s.Value);
}

/// <summary>Storage that a claim may be bound to (PersistentVolume).</summary>
/// <param name="Phase"><c>Available</c>, <c>Bound</c>, <c>Released</c>, <c>Failed</c>.</param>
/// <param name="Claim">Who has it, as <c>namespace/name</c>; empty for nobody.</param>
public sealed record Volume(ObjectMeta Meta, string Phase, string StorageClass, string Capacity, ImmutableArray<string> Modes, string Claim, string Message);

/// <summary>The names of a config map's entries. Their values are never kept.</summary>
public sealed record ConfigKeys(ObjectMeta Meta, ImmutableArray<string> Keys);
