using System.Collections.Immutable;
using System.Net;
using Nightjar.Connectors;
using Nightjar.Connectors.Alerts;
using Nightjar.Connectors.Docker;
using Nightjar.Connectors.GitHub;
using Nightjar.Connectors.Host;
using Nightjar.Connectors.Kubernetes;
using Nightjar.Connectors.Paging;
using Nightjar.Core.Healing;
using Nightjar.Core.Policy;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Configuration;

/// <summary>Everything that <c>nightjar.yaml</c> says, bound once at the start. Inside, nobody reads the file again.</summary>
internal sealed record NightjarOptions
{
    public ImmutableArray<Service> Services { get; init; } = [];

    /// <summary>What makes a signal of a log event of any service.</summary>
    public ImmutableArray<LogTrigger> Triggers { get; init; } = LogTrigger.Usual;

    public ImmutableArray<RateSourceOptions> Sources { get; init; } = [];

    public ImmutableArray<AlertReceiverOptions> Alerts { get; init; } = [];

    public DockerOptions Docker { get; init; } = new();

    public HostOptions Host { get; init; } = new();

    public KubernetesOptions Kubernetes { get; init; } = new();

    public Conduct Conduct { get; init; } = new();

    /// <summary>The folder of the store, transcripts and clones; absolute once it was read.</summary>
    public string State { get; init; } = "${XDG_STATE_HOME:-~/.local/state}/nightjar";

    public DashboardOptions Dashboard { get; init; } = new();

    public FingerprintStrategy Fingerprints { get; init; } = FingerprintStrategy.Evidence;

    public AgentOptions Agent { get; init; } = new();

    public RetentionOptions Retention { get; init; } = new();

    public HeartbeatOptions Heartbeat { get; init; } = new();

    public FenceChoice Fence { get; init; } = FenceChoice.Auto;

    public AuthorOptions Author { get; init; } = new();

    public GitHubOptions GitHub { get; init; } = new();

    public GateOptions Gate { get; init; } = new();

    public RequestLimits Limits { get; init; } = new();

    /// <summary>The folder of the playbooks; those that came with the program when null.</summary>
    public string? Playbooks { get; init; }

    public HealOptions Healing { get; init; } = new();

    public ImmutableArray<PageRouteOptions> Routes { get; init; } = [];

    /// <summary>The route of pages that nothing else is named for; null leaves them in our own log.</summary>
    public string? Route { get; init; }

    /// <summary>How people are told, beside our own log.</summary>
    public ImmutableArray<AnnounceOptions> Announce { get; init; } = [];

    public MailOptions Mail { get; init; } = new();

    /// <summary>Where people reach the dashboard; what links in messages begin with.</summary>
    public string PublicUrl => Dashboard.Url?.GetLeftPart(UriPartial.Authority) ?? $"http://{Dashboard.Reached}";
}

internal sealed record DashboardOptions
{
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 7677);

    /// <summary>Who listens on every address is reached on the loopback one, from here.</summary>
    public IPEndPoint Reached => Listen.Address.Equals(IPAddress.Any) ? new(IPAddress.Loopback, Listen.Port) : Listen.Address.Equals(IPAddress.IPv6Any) ? new(IPAddress.IPv6Loopback, Listen.Port) : Listen;

    /// <summary>How people reach it, for links in messages; null when that is the address it listens on.</summary>
    public Uri? Url { get; init; }
}

/// <summary>A URL asked while all is well, so that somebody notices when Nightjar itself is gone.</summary>
internal sealed record HeartbeatOptions
{
    public Uri? Url { get; init; }

    public TimeSpan Every { get; init; } = TimeSpan.FromMinutes(1);
}

internal enum FenceChoice
{
    Auto,
    None,
    Bubblewrap,
    Container,
}

/// <summary>Who signs the commits of a fix.</summary>
internal sealed record AuthorOptions
{
    public string Name { get; init; } = "Nightjar";

    public string Email { get; init; } = "nightjar@localhost";
}
