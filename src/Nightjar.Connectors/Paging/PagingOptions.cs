using System.Collections.Immutable;
using Nightjar.Core.Policy;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Paging;

public enum PageStepKind
{
    Console,
    PagerDuty,
    Opsgenie,
    Email,
    Webhook,
}

/// <summary>One step of a route.</summary>
public sealed record PageStepOptions
{
    public PageStepKind Kind { get; init; }

    /// <summary>PagerDuty's routing key, Opsgenie's API key, or what a webhook is signed with.</summary>
    public Secret? Key { get; init; }

    /// <summary>The webhook's address, or where the API of PagerDuty or Opsgenie begins; null takes theirs.</summary>
    public Uri? Url { get; init; }

    /// <summary>Addresses of people, for email.</summary>
    public ImmutableArray<string> To { get; init; } = [];
}

/// <summary>A named list of steps.</summary>
public sealed record PageRouteOptions
{
    public string Name { get; init; } = "";

    /// <summary>Between two tellings of a page that nobody acknowledged.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Tellings of one step before the next.</summary>
    public int Times { get; init; } = 3;

    public ImmutableArray<PageStepOptions> Steps { get; init; } = [];
}

/// <summary>One way that announcements are told by: a file, mail or a webhook.</summary>
public sealed record AnnounceOptions
{
    public string? File { get; init; }

    /// <summary>Addresses of people.</summary>
    public ImmutableArray<string> Email { get; init; } = [];

    public Uri? Webhook { get; init; }

    /// <summary>What the webhook is signed with.</summary>
    public Secret? Key { get; init; }

    /// <summary>What is less grave is left out; the end of what was told is told, too.</summary>
    public Severity Severity { get; init; } = Severity.Critical;
}

/// <summary>The server that mail is handed to.</summary>
public sealed record MailOptions
{
    public string Host { get; init; } = "";

    public int Port { get; init; } = 587;

    public string From { get; init; } = "nightjar@localhost";

    public string? User { get; init; }

    public Secret? Password { get; init; }

    /// <summary>Whether the server must offer STARTTLS with a certificate that is trusted here.</summary>
    public bool Tls { get; init; } = true;
}
