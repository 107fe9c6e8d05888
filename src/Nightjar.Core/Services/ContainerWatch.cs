using System.Collections.Immutable;

namespace Nightjar.Core.Services;

/// <summary>Containers of a service, and how they are looked after. A container is picked when everything that is named here fits it.</summary>
public sealed record ContainerWatch
{
    /// <summary>Its name, or a pattern with <c>*</c>.</summary>
    public string? Name { get; init; }

    /// <summary><c>key</c> or <c>key=value</c>.</summary>
    public string? Label { get; init; }

    /// <summary>Compose project, or <c>project/service</c>.</summary>
    public string? Compose { get; init; }

    /// <summary>Asked in addition to the container's own health check; 2xx is well.</summary>
    public Uri? HealthUrl { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A data store or another part that nothing may be done to without a person's yes.</summary>
    public bool Critical { get; init; }

    /// <summary>Whether playbooks may restart it.</summary>
    public bool AutoRestart { get; init; } = true;

    public int MaxRestartsPerHour { get; init; } = 3;

    /// <summary>Containers that it needs, by name: an unhealthy one of them is healed first.</summary>
    public ImmutableArray<string> DependsOn { get; init; } = [];
}
