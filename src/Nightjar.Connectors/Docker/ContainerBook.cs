using System.Collections.Concurrent;
using Nightjar.Core.Services;

namespace Nightjar.Connectors.Docker;

/// <summary>The workloads that are looked after, by name.</summary>
internal sealed class ContainerBook(Catalogue catalogue)
{
    /// <summary>Workloads that are remembered; a pattern that fits more is not a way to look after them one by one.</summary>
    private const int Most = 5_000;

    private readonly ConcurrentDictionary<string, WatchedContainer> byName = new(StringComparer.Ordinal);

    public ICollection<WatchedContainer> All => byName.Values;

    /// <summary>Containers that have to be there.</summary>
    public IEnumerable<(Service Service, ContainerWatch Watch, string Name)> Required =>
        catalogue.All.SelectMany(s => s.Containers.Where(w => w.IsOne()).Select(w => (s, w, w.Name ?? "")));

    public bool IsWanted => catalogue.All.Any(s => !s.Containers.IsEmpty);

    public WatchedContainer? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>Null for a container that nobody picks.</summary>
    public WatchedContainer? Meet(string name, IReadOnlyDictionary<string, string> labels) =>
        byName.TryGetValue(name, out var known) ? known
        : byName.Count < Most && catalogue.OwnerOf(name, labels) is { } owner ? byName.GetOrAdd(name, new WatchedContainer(name, owner.Service, owner.Watch))
        : null;

    public WatchedContainer Meet(string name, Service service, ContainerWatch watch) => byName.GetOrAdd(name, _ => new WatchedContainer(name, service, watch));

    /// <summary>What is gone and need not be there is forgotten after an hour, with its deaths.</summary>
    public void Forget(IReadOnlySet<string> present, DateTimeOffset now)
    {
        foreach (var gone in All.Where(w => !present.Contains(w.Name) && !w.Watch.IsOne() && now - (w.Look?.At ?? DateTimeOffset.MinValue) > Core.Signals.ContainerTrack.LoopWindow).ToList())
        {
            byName.TryRemove(gone.Name, out _);
        }
    }
}
