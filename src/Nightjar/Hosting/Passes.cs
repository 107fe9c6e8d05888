using System.Collections.Immutable;
using Nightjar.Configuration;
using Nightjar.Connectors.Kubernetes;
using Nightjar.Core.Runs;
using Nightjar.Core.Signals;

namespace Nightjar.Hosting;

/// <summary>Passes of a daemon, which looks all the time: a pass says how everything is now, and which incidents are open.</summary>
internal sealed class Passes(PassBook book, OpenIncidents open, IEnumerable<IWatcher> watchers, KubernetesRoom clusters, NightjarOptions options)
{
    /// <summary>What is watched, as runs name it.</summary>
    public static string Spaces(NightjarOptions options) => options.Kubernetes.IsOn ? string.Join(",", options.Kubernetes.Namespaces) : "";

    public async Task<RunRecord> LookAsync(string person, CancellationToken cancellationToken)
    {
        var run = await book.BeginAsync(Spaces(options), person, cancellationToken);
        var unwell = watchers.Select(w => (w.Name, w.Health)).Where(w => !w.Health.IsWell).Select(w => $"{w.Name}: {w.Health.Says}").ToImmutableArray();
        return await book.EndAsync(run, new PassResult(clusters.Pods, [.. open.All], unwell), cancellationToken);
    }
}
