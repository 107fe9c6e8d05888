using System.Text.Json;
using System.Text.Json.Nodes;
using Nightjar.Connectors.Kubernetes.Objects;
using Nightjar.Connectors.Kubernetes.Wire;
using Nightjar.Core.Healing;

namespace Nightjar.Connectors.Kubernetes.Changes;

/// <summary>Asks the server to let one pod go: the very one that was seen, tried before it is done.</summary>
internal sealed class PodEnd(Target pod, DoomedPod doomed)
{
    private string Shown => $"pod {pod.Ref.Name}";

    /// <exception cref="ActionFailedException">It is gone already, or a disruption budget keeps it.</exception>
    /// <exception cref="KubeException">The server refused, or nobody answered.</exception>
    public async Task AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            var version = doomed.IsEvicted ? await EvictionAsync(cancellationToken) : "";
            foreach (var isTrial in new[] { true, false })
            {
                using var answer = doomed.IsEvicted
                    ? await pod.Api.AskAsync(HttpMethod.Post, $"{pod.Path}/eviction", Body(Eviction(version, isTrial)), $"evict {Shown}", cancellationToken)
                    : await pod.Api.AskAsync(HttpMethod.Delete, $"{pod.Path}{(isTrial ? "?dryRun=All" : "")}", Body(Options(isTrial, "v1")), $"delete {Shown}", cancellationToken);
            }
        }
        catch (KubeException e) when (e.Fault is KubeFault.NotFound or KubeFault.Conflict)
        {
            throw new ActionFailedException($"{Shown} is gone since it was looked at, so nothing was done.", e);
        }
        catch (KubeException e) when (doomed.IsEvicted && e.Fault == KubeFault.TooMany)
        {
            throw new ActionFailedException($"A disruption budget keeps {Shown} for now: {e.Message}", e);
        }
    }

    /// <summary>The version that evictions have here: v1beta1 before 1.22, v1 from then on, and what comes after is named as well.</summary>
    private async Task<string> EvictionAsync(CancellationToken cancellationToken)
    {
        using var served = await pod.Api.GetAsync("/api/v1", "ask which version evictions have", cancellationToken);
        var found = served.RootElement.Items("resources").FirstOrDefault(r => r.Text("name") == "pods/eviction");
        return found.Text("version") is { Length: > 0 } version ? $"policy/{version}" : "policy/v1";
    }

    private JsonObject Eviction(string version, bool isTrial) => new()
    {
        ["apiVersion"] = version,
        ["kind"] = "Eviction",
        ["metadata"] = new JsonObject { ["name"] = pod.Ref.Name, ["namespace"] = pod.Ref.Namespace },
        ["deleteOptions"] = Options(isTrial, null),
    };

    private JsonObject Options(bool isTrial, string? version)
    {
        var options = new JsonObject { ["preconditions"] = new JsonObject { ["uid"] = doomed.Uid } };
        if (version is not null)
        {
            (options["apiVersion"], options["kind"]) = (version, "DeleteOptions");
        }

        if (isTrial)
        {
            options["dryRun"] = new JsonArray("All");
        }

        return options;
    }

    private static KubeBody Body(JsonObject json) => new(JsonSerializer.SerializeToUtf8Bytes(json));
}
