using System.Collections.Immutable;
using System.Text.Json;
using Nightjar.Connectors.Kubernetes.Objects;
using Nightjar.Connectors.Kubernetes.Wire;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Signals.Cluster.Ahead;

namespace Nightjar.Connectors.Kubernetes.Ahead;

/// <summary>What containers and nodes use just now, where the cluster has a metrics server (https://github.com/kubernetes-sigs/metrics-server).</summary>
internal static class Usages
{
    private const string Version = "metrics.k8s.io/v1beta1";

    private const string Root = "/apis/metrics.k8s.io/v1beta1";

    /// <summary>Empty where nothing measures, or what is measured may not be read.</summary>
    public static async Task<(ImmutableDictionary<(string, string, string), Usage> Containers, ImmutableDictionary<string, Usage> Nodes)> ReadAsync(KubeApi api, Discovery discovery, IReadOnlyList<string?> spaces, CancellationToken cancellationToken)
    {
        var containers = ImmutableDictionary.CreateBuilder<(string, string, string), Usage>();
        var nodes = ImmutableDictionary.CreateBuilder<string, Usage>();
        try
        {
            if ((await discovery.ServedAsync(cancellationToken)).Contains(Version))
            {
                foreach (var space in spaces)
                {
                    using var answer = await api.GetAsync(space is null ? $"{Root}/pods" : $"{Root}/namespaces/{Uri.EscapeDataString(space)}/pods", "read what pods use", cancellationToken);
                    foreach (var (pod, container) in answer.RootElement.Items("items").SelectMany(p => p.Items("containers").Select(c => (p.At("metadata"), c))))
                    {
                        containers[(pod.Text("namespace"), pod.Text("name"), container.Text("name"))] = Read(container);
                    }
                }

                using var all = await api.GetAsync($"{Root}/nodes", "read what nodes use", cancellationToken);
                foreach (var node in all.RootElement.Items("items"))
                {
                    nodes[node.At("metadata").Text("name")] = Read(node);
                }
            }
        }
        catch (KubeException e) when (e.Fault is not (KubeFault.NoLogin or KubeFault.Unauthorized))
        {
            // What was read until then counts; the metrics server of a cluster comes and goes.
        }

        return (containers.ToImmutable(), nodes.ToImmutable());
    }

    private static Usage Read(JsonElement of) => new(Quantity.Read(of.At("usage").Text("cpu")) ?? 0, Quantity.Read(of.At("usage").Text("memory")) ?? 0);
}
