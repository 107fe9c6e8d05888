using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Nightjar.Core.Services;

/// <summary>Every service we look after, by name.</summary>
public sealed class Catalogue(IEnumerable<Service> services)
{
    private readonly FrozenDictionary<ServiceName, Service> byName = services.ToFrozenDictionary(s => s.Name);

    public ImmutableArray<Service> All => byName.Values;

    public Service? Find(ServiceName name) => byName.GetValueOrDefault(name);

    /// <summary>The service, or a bare one for a name that only the outside world knows (an alert's label, say).</summary>
    public Service Get(ServiceName name) => Find(name) ?? new Service { Name = name };
}
