using System.Collections.Immutable;
using Nightjar.Core.Policy;

namespace Nightjar.Connectors.Alerts;

public enum AlertKind
{
    Alertmanager,
    Grafana,
    PagerDuty,
    Json,
}

/// <summary>One sender of alerts, at <c>/hooks/alerts/&lt;name&gt;</c>.</summary>
public sealed record AlertReceiverOptions
{
    public string Name { get; init; } = "";

    public AlertKind Kind { get; init; }

    /// <summary>What the sender shows: a bearer token, a password where there is a <see cref="User"/>, the key of the signature for PagerDuty.</summary>
    public Secret Secret { get; init; } = new("");

    /// <summary>Its name for basic authentication; null takes a bearer token.</summary>
    public string? User { get; init; }

    /// <summary>Labels that name the service, the first that leads to one counts.</summary>
    public ImmutableArray<string> Labels { get; init; } = ["service", "job"];

    /// <summary>A label's value, to the service that it means; a value that is not here is taken as it is.</summary>
    public ImmutableDictionary<string, string> Services { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The service that all other alerts are about; null tells them as unknown.</summary>
    public string? Otherwise { get; init; }
}
