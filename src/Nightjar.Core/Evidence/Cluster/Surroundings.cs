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

/// <summary>An address for pods, chosen by labels.</summary>
public sealed record ClusterService(ObjectMeta Meta, string Type, ImmutableDictionary<string, string> Selector, ImmutableArray<ServicePort> Ports);

public sealed record ServicePort(string Name, string Protocol, int Port, string Target);

/// <summary>Which pods stand behind a service of the same name.</summary>
public sealed record ClusterEndpoints(ObjectMeta Meta, int Ready, int NotReady);

public sealed record Ingress(ObjectMeta Meta, ImmutableArray<string> Hosts, ImmutableArray<string> Services, bool HasTls);

/// <summary>A claim of storage (PersistentVolumeClaim).</summary>
public sealed record Claim(ObjectMeta Meta, string Phase, string Volume, string StorageClass, string Wants, ImmutableArray<string> Modes);

/// <summary>A piece of storage (PersistentVolume).</summary>
public sealed record Volume(ObjectMeta Meta, string Phase, string StorageClass, string Capacity, ImmutableArray<string> Modes, ObjectRef? Claim);

/// <summary>What a namespace may have at most, and has, by resource, as written.</summary>
public sealed record Quota(ObjectMeta Meta, ImmutableDictionary<string, string> Hard, ImmutableDictionary<string, string> Used);

public sealed record Autoscaler(ObjectMeta Meta, ObjectRef Target, int Min, int Max, int Current, int Desired, ImmutableArray<ObjectCondition> Conditions);

public sealed record DisruptionBudget(ObjectMeta Meta, ImmutableDictionary<string, string> Selector, int Allowed);

/// <summary>The keys of a config map; its values are nobody's business.</summary>
public sealed record ConfigKeys(ObjectMeta Meta, ImmutableArray<string> Keys);
