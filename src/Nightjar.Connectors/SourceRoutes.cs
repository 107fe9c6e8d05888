using System.Collections.Immutable;
using Nightjar.Core.Services;

namespace Nightjar.Connectors;

/// <summary>
/// Which service a name of a store means, and whether this source counts it: a service's figures come from one place, or they would be
/// counted twice. That is the source that its <c>errorRate.source</c> names; without one its log files; without those the first source.
/// </summary>
internal sealed class SourceRoutes
{
    private readonly RateSourceOptions options;
    private readonly Catalogue catalogue;
    private readonly ImmutableHashSet<ServiceName> owned;

    public SourceRoutes(RateSourceOptions options, Catalogue catalogue, bool isFirst)
    {
        this.options = options;
        this.catalogue = catalogue;
        owned = [.. catalogue.All.Where(s => s.ErrorRate.Source == options.Name || (s.ErrorRate.Source is null && !s.HasLogs && isFirst)).Select(s => s.Name)];
    }

    /// <summary>Services that this source counts.</summary>
    public IEnumerable<Service> Owned => owned.Select(catalogue.Get);

    public bool Owns(ServiceName service) => owned.Contains(service);

    /// <summary>Null for a name that nobody configured.</summary>
    public Service? Find(string name) => catalogue.Find(new ServiceName(options.Services.GetValueOrDefault(name, name)));

    /// <summary>What the store calls a service.</summary>
    public IEnumerable<string> NamesOf(ServiceName service) =>
        options.Services.Where(s => s.Value == service.Value).Select(s => s.Key).DefaultIfEmpty(service.Value);
}
