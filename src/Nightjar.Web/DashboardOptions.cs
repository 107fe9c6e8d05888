using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;

namespace Nightjar.Web;

/// <summary>Opens an incident by hand for a service and returns it.</summary>
public delegate Task<IncidentId> InvestigateByHand(ServiceName service, string person, CancellationToken cancellationToken);

/// <summary>The report of an incident as Markdown; null while there is none.</summary>
public delegate Task<string?> ReportText(Incident incident, CancellationToken cancellationToken);

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

    public ReportText? Report { get; init; }

    public string Version { get; init; } = "dev";
}
