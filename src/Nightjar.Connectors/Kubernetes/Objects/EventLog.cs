using System.Text.Json;
using Nightjar.Connectors.Kubernetes.Wire;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Connectors.Kubernetes.Objects;

/// <summary>The last events about each object: a cluster has many more of them than of anything else.</summary>
internal sealed class EventLog : IReflected
{
    private const int MostOfOne = 20;

    private const int MostObjects = 20_000;

    private readonly Lock gate = new();
    private readonly Dictionary<ObjectRef, List<ClusterEvent>> all = [];
    private readonly Queue<ObjectRef> order = new();

    public IReadOnlyList<ClusterEvent> About(ObjectRef about)
    {
        lock (gate)
        {
            return all.TryGetValue(about, out var of) ? [.. of] : [];
        }
    }

    public void Replace(IReadOnlyList<JsonElement> page, bool isFirst, bool isLast)
    {
        foreach (var item in page)
        {
            Changed(item);
        }
    }

    public void Changed(JsonElement item)
    {
        var one = SurroundingsReader.Event(item);
        lock (gate)
        {
            if (!all.TryGetValue(one.About, out var of))
            {
                Forget();
                all[one.About] = of = [];
                order.Enqueue(one.About);
            }

            of.RemoveAll(e => e.Meta.Uid == one.Meta.Uid);
            of.Insert(of.FindLastIndex(e => e.Last <= one.Last) + 1, one);
            if (of.Count > MostOfOne)
            {
                of.RemoveAt(0);
            }
        }
    }

    /// <summary>The cluster forgets events after an hour; what they said happened all the same.</summary>
    public void Gone(JsonElement item)
    {
    }

    private void Forget()
    {
        while (order.Count >= MostObjects && order.TryDequeue(out var oldest))
        {
            all.Remove(oldest);
        }
    }
}
