using System.Collections.Immutable;
using Nightjar.Core.Healing;

namespace Nightjar.Core.Services;

/// <summary>One service we look after: where its logs, its code and its health are, and how it is checked.</summary>
public sealed record Service
{
    public required ServiceName Name { get; init; }

    /// <summary>Globs of the log files that this service writes.</summary>
    public ImmutableArray<string> Logs { get; init; } = [];

    /// <summary>Units of the systemd journal, or patterns of them as <c>journalctl</c> takes them.</summary>
    public ImmutableArray<string> Journal { get; init; } = [];

    /// <summary>Its lines come in at our standard input.</summary>
    public bool StandardInput { get; init; }

    /// <summary>Whether its lines are read here: then they can count its error rate.</summary>
    public bool HasLogs => !Logs.IsEmpty || !Journal.IsEmpty || !Containers.IsEmpty || !Kubernetes.IsEmpty || StandardInput;

    public RepositoryLocation? Repository { get; init; }

    public CheckCommand? Check { get; init; }

    /// <summary>Its formatter or linter; a change that it does not pass is refused by the gate.</summary>
    public CheckCommand? Lint { get; init; }

    public ImmutableArray<HttpProbe> Probes { get; init; } = [];

    public ImmutableArray<ContainerWatch> Containers { get; init; } = [];

    /// <summary>Where it runs in clusters.</summary>
    public ImmutableArray<ClusterPlace> Kubernetes { get; init; } = [];

    public ErrorRateOptions ErrorRate { get; init; } = new();

    /// <summary>What fires a signal when a log event has it, beside what does for every service.</summary>
    public ImmutableArray<LogTrigger> Triggers { get; init; } = [];

    /// <summary>What playbooks may do to it beyond starting and stopping its workloads.</summary>
    public ImmutableArray<Remedy> Remedies { get; init; } = [];

    public VerifyOptions Verify { get; init; } = new();

    /// <summary>How the commit that runs now can be learned; null when only a deployment notice or time can tell.</summary>
    public RunningVersion? RunningVersion { get; init; }

    /// <summary>Services that this one calls. An open incident of one of them holds back incidents of this one.</summary>
    public ImmutableArray<ServiceName> DependsOn { get; init; } = [];

    public ImmutableArray<string> Owners { get; init; } = [];

    /// <summary>The route that its pages take; null takes its first owner who has one, else the route of all.</summary>
    public string? Route { get; init; }
}

/// <summary>Where the code is. <paramref name="Path"/> is a local repository (bare or not) or any URL that git can read.</summary>
public sealed record RepositoryLocation(string Path, string BaseBranch = "main")
{
    /// <summary>As <c>owner/name</c>, where the path alone does not tell that it is on GitHub (an ssh address, say).</summary>
    public string? GitHub { get; init; }
}

/// <summary>The service's own check (build and tests), run in a private clone, inside a fence.</summary>
public sealed record CheckCommand(string Command)
{
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether the fence lets the check reach the network.</summary>
    public bool Network { get; init; }
}

/// <summary>An endpoint that answers when the service is well.</summary>
public sealed record HttpProbe(string Name, Uri Url)
{
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Status expected; null accepts any 2xx.</summary>
    public int? Status { get; init; }

    /// <summary>Text that the body must contain; null accepts any body.</summary>
    public string? Expect { get; init; }

    /// <summary>Failures in a row before it is a signal.</summary>
    public int Failures { get; init; } = 3;

    /// <summary>Null does not look at the age of what it answers.</summary>
    public Freshness? Freshness { get; init; }

    /// <summary>Null does not look at how long it takes, but for <see cref="Timeout"/>.</summary>
    public SlowAnswers? Slow { get; init; }

    public CertificateOptions Certificate { get; init; } = new();
}

/// <summary>What the error rate counts: requests where the source knows them, log lines where not.</summary>
public enum RateUnit
{
    Auto,
    Requests,
    Lines,
}

/// <summary>When an error rate is a problem. Both comparisons are inclusive.</summary>
public sealed record ErrorRateOptions
{
    /// <summary>Share of failures, 0 to 1.</summary>
    public double Threshold { get; init; } = 0.15;

    /// <summary>Fewest requests (or lines) in the window that say anything.</summary>
    public int MinVolume { get; init; } = 100;

    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(1);

    public RateUnit Of { get; init; } = RateUnit.Auto;

    /// <summary>Name of the source that counts; null takes the service's own logs where it has any, else the first source.</summary>
    public string? Source { get; init; }

    /// <summary>The source that stands for the service's own logs.</summary>
    public const string FromLogs = "logs";

    public bool CountsLogs => Source is null or FromLogs;
}

/// <summary>When a fix counts as proven.</summary>
public sealed record VerifyOptions
{
    public TimeSpan Window { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Fewest requests in the window; fewer prove nothing.</summary>
    public int MinVolume { get; init; } = 100;

    /// <summary>How long to wait for traffic before the fix is told as unverified.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromHours(24);

    /// <summary>After a merge with no word of a rollout: when verification starts all the same.</summary>
    public TimeSpan AssumeDeployedAfter { get; init; } = TimeSpan.FromMinutes(30);
}

/// <summary>Where the running commit can be read: a URL whose body holds it, or a command that prints it.</summary>
public sealed record RunningVersion
{
    public Uri? Url { get; init; }

    public string? Command { get; init; }
}
