using System.Collections.Concurrent;
using System.Text.Json;
using Nightjar.Connectors.Kubernetes.Wire;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Connectors.Kubernetes.Objects;

/// <summary>All objects of one kind, as they were last told of; whoever asks sees them as they are now.</summary>
/// <param name="changed">Told of each object that is new or has changed, and of each that is gone.</param>
internal sealed class Kept<T>(Func<JsonElement, T> read, Func<T, ObjectMeta> meta, Action<T, bool> changed) : IReflected
    where T : class
{
    private readonly ConcurrentDictionary<(string Namespace, string Name), T> all = new();
    private HashSet<(string, string)> listed = [];

    public IEnumerable<T> All => all.Values;

    public int Count => all.Count;

    public T? Find(string space, string name) => all.GetValueOrDefault((space, name));

    public void Replace(IReadOnlyList<JsonElement> page, bool isFirst, bool isLast)
    {
        if (isFirst)
        {
            listed = [];
        }

        foreach (var item in page)
        {
            listed.Add(Take(read(item)));
        }

        if (!isLast)
        {
            return;
        }

        foreach (var key in all.Keys.Where(k => !listed.Contains(k)).ToList())
        {
            Drop(key);
        }

        listed = [];
    }

    public void Changed(JsonElement item) => Take(read(item));

    public void Gone(JsonElement item) => Drop(Key(read(item)));

    private (string Namespace, string Name) Take(T item)
    {
        var key = Key(item);
        if (!all.TryGetValue(key, out var known) || meta(known).Version != meta(item).Version || meta(item).Version.Length == 0)
        {
            all[key] = item;
            changed(item, true);
        }

        return key;
    }

    private void Drop((string Namespace, string Name) key)
    {
        if (all.TryRemove(key, out var gone))
        {
            changed(gone, false);
        }
    }

    private (string Namespace, string Name) Key(T item) => (meta(item).Namespace, meta(item).Name);
}
