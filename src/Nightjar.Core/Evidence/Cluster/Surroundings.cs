using System.Collections.Immutable;

namespace Nightjar.Core.Evidence.Cluster;

public sealed record Node
{
    public required ObjectMeta Meta { get; init; }

    public ImmutableArray<ObjectCondition> Conditions { get; init; } = [];

    /// <summary>A person or a program keeps new pods away.</summary>
    public bool IsCordoned { get; init; }

    public ImmutableArray<Taint> Taints { get; init; } = [];

    /// <summary>What pods may have of it, as written.</summary>
    public ImmutableDictionary<string, string> Allocatable { get; init; } = ImmutableDictionary<string, string>.Empty;

    public bool IsReady => Conditions.Any(c => c is { Type: "Ready", Holds: true });
}

public sealed record Taint(string Key, string Value, string Effect);

/// <summary>Something that a part of the cluster said about an object; the same thing said again is counted.</summary>
public sealed record ClusterEvent(ObjectMeta Meta, ObjectRef About, string AboutUid, string Type, string Reason, string Message, int Count, DateTimeOffset First, DateTimeOffset Last, string By)
{
    public bool IsWarning => Type == "Warning";
}

/// <summary>A claim of storage (PersistentVolumeClaim).</summary>
public sealed record Claim(ObjectMeta Meta, string Phase, string Volume, string StorageClass, string Wants, ImmutableArray<string> Modes);
