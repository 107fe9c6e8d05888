using System.Collections.Concurrent;
using Nightjar.Connectors.Kubernetes.Access;
using Nightjar.Connectors.Kubernetes.Wire;

namespace Nightjar.Connectors.Kubernetes.Changes;

/// <summary>The clusters that are watched, for whoever asks them something now: each is opened when it is first needed.</summary>
/// <param name="contexts">By the names that people gave them; null is the current one, or the cluster that we run in.</param>
/// <param name="open">Reads how a cluster is reached, anew each time.</param>
/// <param name="mayAct">Whether something may be done there now, and not another Nightjar holds the scope; null is always.</param>
internal sealed class Clusters(IReadOnlyList<string?> contexts, Func<string?, ClusterAccess> open, Func<string?, bool>? mayAct = null) : IDisposable
{
    private readonly ConcurrentDictionary<string, KubeApi> apis = new(StringComparer.Ordinal);

    public bool Any => contexts.Count > 0;

    /// <exception cref="KubeException">There is no usable kubeconfig.</exception>
    public IReadOnlyList<KubeApi> All => [.. contexts.Select(c => apis.GetOrAdd(c ?? "", _ => new KubeApi(open(c))))];

    public bool MayAct(KubeApi api) => mayAct is null || !contexts.Any(c => apis.GetValueOrDefault(c ?? "") == api && !mayAct(c));

    /// <summary>Credentials that are not taken any more may have been replaced: the next one who asks reads them anew.</summary>
    public void Forget(KubeApi api)
    {
        foreach (var (context, _) in apis.Where(a => a.Value == api).ToList())
        {
            // Whoever is in the middle of a request keeps its connection; it is not disposed of under their hands.
            apis.TryRemove(context, out _);
        }
    }

    public void Dispose()
    {
        foreach (var api in apis.Values)
        {
            api.Dispose();
        }
    }
}
