using System.Collections.Immutable;

namespace Nightjar.Core.Evidence.Cluster;

/// <summary>Which object of a cluster: <c>Pod</c>, its namespace (empty for what has none) and its name.</summary>
public readonly record struct ObjectRef(string Kind, string Namespace, string Name)
{
    public override string ToString() => Namespace.Length == 0 ? $"{Kind}/{Name}" : $"{Namespace}/{Kind}/{Name}";
}

/// <summary>What every object of a cluster has. All of it is data from outside.</summary>
public sealed record ObjectMeta
{
    public required ObjectRef Ref { get; init; }

    /// <summary>Another one for a successor of the same name.</summary>
    public string Uid { get; init; } = "";

    /// <summary>The version that was seen: an action is done only while it still is the one.</summary>
    public string Version { get; init; } = "";

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Since when it is on its way out; null while it stays.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>The one that made it and would make it again; null for what people made.</summary>
    public ObjectRef? Owner { get; init; }

    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Only those that say something about us or about who manages it.</summary>
    public ImmutableDictionary<string, string> Annotations { get; init; } = ImmutableDictionary<string, string>.Empty;

    public string Name => Ref.Name;

    public string Namespace => Ref.Namespace;
}

/// <summary>One line of an object's conditions: <c>Ready</c> is <c>False</c>, why, and since when.</summary>
public sealed record ObjectCondition(string Type, string Status, string Reason, string Message, DateTimeOffset? Since)
{
    public bool Holds => Status == "True";
}
