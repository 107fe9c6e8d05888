using System.Collections.Immutable;

namespace Nightjar.Core.Evidence.Cluster;

/// <summary>A pod as the API server last told of it.</summary>
public sealed record Pod
{
    public required ObjectMeta Meta { get; init; }

    /// <summary><c>Pending</c>, <c>Running</c>, <c>Succeeded</c>, <c>Failed</c>, <c>Unknown</c>.</summary>
    public string Phase { get; init; } = "";

    /// <summary>Why the whole pod is as it is: <c>Evicted</c>, <c>NodeLost</c>; mostly empty.</summary>
    public string Reason { get; init; } = "";

    public string Message { get; init; } = "";

    /// <summary>Empty while no node was found for it.</summary>
    public string Node { get; init; } = "";

    public string ServiceAccount { get; init; } = "";

    public string RestartPolicy { get; init; } = "Always";

    public ImmutableDictionary<string, string> NodeSelector { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>It asks for nodes with more than labels (<c>requiredDuringSchedulingIgnoredDuringExecution</c>).</summary>
    public bool HasNodeAffinity { get; init; }

    /// <summary>Names of the secrets with which its images are pulled.</summary>
    public ImmutableArray<string> PullSecrets { get; init; } = [];

    /// <summary>Its own address in the cluster's network; empty while it has none.</summary>
    public string Address { get; init; } = "";

    public ImmutableArray<ObjectCondition> Conditions { get; init; } = [];

    /// <summary>Init containers first, in the order in which they run.</summary>
    public ImmutableArray<Container> Containers { get; init; } = [];

    /// <summary>What it cannot start without: claims, config maps, secrets (by name alone).</summary>
    public ImmutableArray<ObjectRef> Needs { get; init; } = [];

    public ObjectCondition? Condition(string type) => Conditions.FirstOrDefault(c => c.Type == type);

    public bool IsReady => Condition("Ready") is { Holds: true };
}

/// <summary>One container of a pod: what was asked for, and how it is.</summary>
public sealed record Container
{
    public required string Name { get; init; }

    public bool IsInit { get; init; }

    public string Image { get; init; } = "";

    /// <summary>Nothing keeps it from running as user 0.</summary>
    public bool MayBeRoot { get; init; }

    /// <summary>By resource, as written: <c>cpu</c> → <c>100m</c>.</summary>
    public ImmutableDictionary<string, string> Requests { get; init; } = ImmutableDictionary<string, string>.Empty;

    public ImmutableDictionary<string, string> Limits { get; init; } = ImmutableDictionary<string, string>.Empty;

    public ImmutableArray<int> Ports { get; init; } = [];

    public ContainerProbe? Liveness { get; init; }

    public ContainerProbe? Readiness { get; init; }

    public ContainerProbe? Startup { get; init; }

    public bool IsPrivileged { get; init; }

    /// <summary>Where volumes are mounted, but for the service account's.</summary>
    public ImmutableArray<string> Mounts { get; init; } = [];

    /// <summary>Variables whose value is an address (a host with a port, or a URL without a password), by name; no other value is kept.</summary>
    public ImmutableDictionary<string, string> Addresses { get; init; } = ImmutableDictionary<string, string>.Empty;

    public bool IsReady { get; init; }

    public int Restarts { get; init; }

    public ContainerStanding? Now { get; init; }

    /// <summary>How it ended the last time; null when it never did.</summary>
    public ContainerStanding? Before { get; init; }
}

/// <summary>How a container is: it waits (with a reason), runs, or has ended (with a code).</summary>
public sealed record ContainerStanding(ContainerPhase Phase, string Reason, string Message)
{
    /// <summary>Null unless it ended.</summary>
    public int? ExitCode { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }
}

public enum ContainerPhase
{
    Waiting,
    Running,
    Ended,
}

/// <param name="Kind"><c>http</c>, <c>tcp</c>, <c>exec</c>, <c>grpc</c>.</param>
/// <param name="Port">A number or the name of one of the container's ports; empty for exec.</param>
public sealed record ContainerProbe(string Kind, string Port, string Path, int DelaySeconds, int PeriodSeconds, int TimeoutSeconds, int Failures);
