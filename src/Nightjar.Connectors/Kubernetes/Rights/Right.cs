using System.Collections.Immutable;
using Nightjar.Core.Policy;

namespace Nightjar.Connectors.Kubernetes.Rights;

/// <summary>Where a right is needed.</summary>
internal enum RightPlace
{
    /// <summary>Of what has no namespace.</summary>
    Cluster,

    /// <summary>In each namespace that is watched.</summary>
    Watched,

    /// <summary>In Nightjar's own namespace.</summary>
    Own,
}

/// <summary>One thing that Nightjar's account may do in a cluster, as RBAC says it.</summary>
/// <param name="Group">The API group; empty for the core's.</param>
/// <param name="Resource">With its subresource: <c>pods/log</c>.</param>
internal sealed record Right(string Group, string Resource, string Verb, RightPlace Place)
{
    /// <summary>Whether an object is changed, or a container entered, by which everything can be changed: entering by WebSocket is a GET to RBAC.</summary>
    public bool Writes => Verb is not ("get" or "list" or "watch") || Resource == "pods/exec";

    /// <summary>As kubectl says it: <c>patch deployments.apps</c>.</summary>
    public string Says => $"{Verb} {(Group.Length == 0 ? Resource : Resource.Split('/') is [var name, var sub] ? $"{name}.{Group}/{sub}" : $"{Resource}.{Group}")}";
}

/// <summary>Rights that are needed for one thing.</summary>
/// <param name="Modes">In which modes.</param>
/// <param name="What">What cannot be done without them, for people.</param>
internal sealed record RightUse(ImmutableArray<Mode> Modes, string What, ImmutableArray<Right> Rights);
