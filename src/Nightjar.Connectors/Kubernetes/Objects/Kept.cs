using System.Collections.Concurrent;
using System.Text.Json;
using Nightjar.Connectors.Kubernetes.Wire;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Connectors.Kubernetes.Objects;

/// <summary>All objects of one kind, as they were last told of; whoever asks sees them as they are now.</summary>
internal sealed class Kept<T> : IReflected
    where T : class
{
    private readonly Func<JsonElement, T> read;
    private readonly Func<T, ObjectMeta> meta;
    private readonly Action<T, bool> changed;
    private readonly ConcurrentDictionary<(string Namespace, string Name), T> all = new();
    private readonly Part whole;
    private long changes;

    /// <param name="changed">Told of each object that is new or has changed, and of each that is gone.</param>
    public Kept(Func<JsonElement, T> read, Func<T, ObjectMeta> meta, Action<T, bool> changed)
    {
        (this.read, this.meta, this.changed) = (read, meta, changed);
        whole = new Part(this, null);
    }

    public IEnumerable<T> All => all.Values;

    public int Count => all.Count;

    /// <summary>Raised with each change.</summary>
    public long Changes => Interlocked.Read(ref changes);

    public T? Find(string space, string name) => all.GetValueOrDefault((space, name));

    /// <summary>What one reflector keeps up to date: a namespace, or (null) all of it. What is in other namespaces is others' to say.</summary>
    public IReflected In(string? space) => new Part(this, space);

    public void Replace(IReadOnlyList<JsonElement> page, bool isFirst, bool isLast) => whole.Replace(page, isFirst, isLast);

    public void Changed(JsonElement item) => Take(read(item));

    public void Gone(JsonElement item) => Drop(Key(read(item)));

    private (string Namespace, string Name) Take(T item)
    {
        var key = Key(item);
        if (!all.TryGetValue(key, out var known) || meta(known).Version != meta(item).Version || meta(item).Version.Length == 0)
        {
            all[key] = item;
            Interlocked.Increment(ref changes);
            changed(item, true);
        }

        return key;
    }

    private void Drop((string Namespace, string Name) key)
    {
        if (all.TryRemove(key, out var gone))
        {
            Interlocked.Increment(ref changes);
            changed(gone, false);
        }
    }

    private (string Namespace, string Name) Key(T item) => (meta(item).Namespace, meta(item).Name);

    private sealed class Part(Kept<T> of, string? space) : IReflected
    {
        private HashSet<(string, string)> listed = [];

        public void Replace(IReadOnlyList<JsonElement> page, bool isFirst, bool isLast)
        {
            if (isFirst)
            {
                listed = [];
            }

            foreach (var item in page)
            {
                listed.Add(of.Take(of.read(item)));
            }

            if (!isLast)
            {
                return;
            }

            foreach (var key in of.all.Keys.Where(k => (space is null || k.Namespace == space) && !listed.Contains(k)).ToList())
            {
                of.Drop(key);
            }

            listed = [];
        }

        public void Changed(JsonElement item) => of.Changed(item);

        public void Gone(JsonElement item) => of.Gone(item);
    }
}
