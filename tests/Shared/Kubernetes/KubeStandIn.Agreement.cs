using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Nightjar.Testing.Kubernetes;

/// <summary>Leases, which are written, and reviews of what an account may do.</summary>
public sealed partial class KubeStandIn
{
    private const string Leases = "/apis/coordination.k8s.io/v1/namespaces/";

    /// <summary>What an account may: group, resource with its subresource, verb, namespace. The account is null where it asks about itself.</summary>
    public Func<(string? Account, string Group, string Resource, string Verb, string Namespace), bool> May { get; set; } = _ => true;

    /// <summary>Namespaces in which a lease can be made.</summary>
    public List<string> Homes { get; } = ["nightjar"];

    /// <summary>The lease of a scope as it is now; null while there is none.</summary>
    public JsonObject? Lease(string home, string name)
    {
        lock (gate)
        {
            return objects.GetValueOrDefault($"{Leases}{home}/leases/{name}")?.DeepClone().AsObject();
        }
    }

    private async Task<bool> AgreeAsync(HttpContext http, KubeAsked asked)
    {
        if (asked.Method == "POST" && asked.Path.StartsWith("/apis/authorization.k8s.io/v1/", StringComparison.Ordinal))
        {
            await ReviewAsync(http, JsonNode.Parse(asked.Body)?["spec"] ?? new JsonObject());
            return true;
        }

        if (asked.Method is not ("POST" or "PUT") || !asked.Path.StartsWith(Leases, StringComparison.Ordinal))
        {
            return false;
        }

        var (status, lease) = Write(asked, asked.Path[Leases.Length..].Split('/')[0]);
        await (lease is null ? StatusAsync(http, status, $"{asked.Path}: {status}") : JsonAsync(http, lease));
        return true;
    }

    private (int Status, JsonObject? Lease) Write(KubeAsked asked, string home)
    {
        var lease = JsonNode.Parse(asked.Body)?.AsObject() ?? [];
        var path = asked.Method == "POST" ? $"{asked.Path}/{lease["metadata"]?["name"]}" : asked.Path;
        lock (gate)
        {
            var known = objects.GetValueOrDefault(path);
            if (!Homes.Contains(home) || (asked.Method == "PUT" && known is null))
            {
                return (404, null);
            }

            if (asked.Method == "POST" ? known is not null : (string?)known?["metadata"]?["resourceVersion"] != (string?)lease["metadata"]?["resourceVersion"])
            {
                return (409, null);
            }

            lease["metadata"]!["resourceVersion"] = (++version).ToString(CultureInfo.InvariantCulture);
            objects[path] = lease;
            return (200, lease);
        }
    }

    private Task ReviewAsync(HttpContext http, JsonNode spec)
    {
        var of = spec["resourceAttributes"];
        var resource = $"{of?["resource"]}{(of?["subresource"] is { } sub ? $"/{sub}" : "")}";
        var may = May(((string?)spec["user"], $"{of?["group"]}", resource, $"{of?["verb"]}", $"{of?["namespace"]}"));
        return JsonAsync(http, new JsonObject { ["kind"] = "SelfSubjectAccessReview", ["status"] = new JsonObject { ["allowed"] = may } });
    }
}
