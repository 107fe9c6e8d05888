using System.Collections.Immutable;

namespace Nightjar.Core.Evidence.Cluster;

/// <summary>What keeps pods: a deployment, replica set, stateful set, daemon set, job.</summary>
public sealed record Workload
{
    public required ObjectMeta Meta { get; init; }

    /// <summary>Pods that it shall have; for a job, that shall succeed.</summary>
    public int Wanted { get; init; }

    public int Ready { get; init; }

    /// <summary>Of the newest template.</summary>
    public int Updated { get; init; }

    public int Available { get; init; }

    public int Failed { get; init; }

    /// <summary>Raised with each change of its spec; the controller has seen it when <see cref="SeenGeneration"/> is as high.</summary>
    public long Generation { get; init; }

    public long SeenGeneration { get; init; }

    /// <summary>The rollout's number, where it has one.</summary>
    public string Revision { get; init; } = "";

    public bool IsPaused { get; init; }

    public ImmutableDictionary<string, string> Selector { get; init; } = ImmutableDictionary<string, string>.Empty;

    public ImmutableArray<ObjectCondition> Conditions { get; init; } = [];

    /// <summary>As its template has them; nothing in them runs.</summary>
    public ImmutableArray<Container> Template { get; init; } = [];

    public ObjectCondition? Condition(string type) => Conditions.FirstOrDefault(c => c.Type == type);
}
