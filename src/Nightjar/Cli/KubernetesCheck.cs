using Nightjar.Configuration;
using Nightjar.Connectors.Kubernetes;

namespace Nightjar.Cli;

/// <summary>Whether each cluster can be reached, and pods may be listed there.</summary>
internal static class KubernetesCheck
{
    public static async Task<IEnumerable<CheckLine>> RunAsync(NightjarOptions options, TimeProvider clock, CancellationToken cancellationToken) =>
        (await new KubernetesRoom(options.Kubernetes, clock).TryAsync(cancellationToken))
            .Select(c => c.IsReached ? CheckLine.Ok(c.Cluster, c.Says) : CheckLine.Fail(c.Cluster, c.Says, "Until then nothing is known of what runs there"));
}
