using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Runs;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Web.Hooks;

namespace Nightjar.Web;

/// <summary>Opens an incident by hand for a service and returns it.</summary>
public delegate Task<IncidentId> InvestigateByHand(ServiceName service, string person, CancellationToken cancellationToken);

/// <summary>Has a container healed by hand: opens or wakes its incident, so that policy and healing decide. Does nothing to the container itself.</summary>
public delegate Task<HandReply> HealByHand(ContainerStanding container, string person, CancellationToken cancellationToken);

/// <summary>What came of a wish.</summary>
/// <param name="Done">Whether an incident carries it on.</param>
/// <param name="Incident">The incident that it is about; null when none was opened.</param>
public sealed record HandReply(bool Done, string Says, IncidentId? Incident);

/// <summary>Asks each part of the daemon whether it can do its work. The host may answer from what it saw a few seconds ago.</summary>
public delegate Task<IReadOnlyList<ReadyPart>> AskReadiness(CancellationToken cancellationToken);

public enum ReadyState
{
    Ready,

    /// <summary>It works, but not all of it: a watcher waits for its file.</summary>
    Limited,

    /// <summary>Nightjar cannot do its work.</summary>
    NotReady,
}

/// <summary>How one part of the daemon is; <paramref name="Says"/> names no path, because the readiness probe is open to all who can connect.</summary>
/// <param name="Why">The cause and what to do, for people who are signed in; null while all is well.</param>
public sealed record ReadyPart(string Name, ReadyState State, string Says, string? Why = null);

/// <summary>The agent in a line, and its money of today (UTC) in US dollars.</summary>
/// <param name="Stopped">Why no agent works on any incident, and how long; null while they may.</param>
public sealed record AgentLine(string Says, decimal SpentToday, decimal DayCap, string? Stopped);

/// <summary>What the host tells the dashboard; bound once at the start.</summary>
public sealed record DashboardOptions
{
    /// <summary>The port it listens on; only names the cookies, so that two daemons of one machine do not clash.</summary>
    public int Port { get; init; }

    /// <summary>
    /// The token of the command line: whoever holds it may do everything here. Kept in a file that only its owner reads.
    /// </summary>
    public required string CommandToken { get; init; }

    /// <summary>
    /// Names (<c>host:port</c>) under which it may be reached besides the loopback ones; any other Host header is refused.
    /// </summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>The address that sign-in links begin with; null takes the one of the request that asks.</summary>
    public string? PublicUrl { get; init; }

    public Conduct Conduct { get; init; } = new();

    public required InvestigateByHand Investigate { get; init; }

    /// <summary>The containers that are looked after; null when the host has none.</summary>
    public Func<IReadOnlyList<ContainerStanding>>? Containers { get; init; }

    public HealByHand? Heal { get; init; }

    /// <summary>What came in since the start; null when the host counts nothing.</summary>
    public Func<IntakeFigures>? Intake { get; init; }

    public AskReadiness? Readiness { get; init; }

    /// <summary>Which agent works, and what agents spent; null when the host has none.</summary>
    public Func<CancellationToken, Task<AgentLine>>? Agent { get; init; }

    /// <summary>Takes GitHub's webhooks; null when none are wanted.</summary>
    public TakeHook? GitHub { get; init; }

    /// <summary>Makes a pass for a person, and tells what came of it; null when the host makes none.</summary>
    public Func<string, CancellationToken, Task<RunRecord>>? Pass { get; init; }

    public string Version { get; init; } = "dev";
}
