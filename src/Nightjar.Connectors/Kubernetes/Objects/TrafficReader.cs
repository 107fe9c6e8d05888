using System.Text.Json;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Connectors.Kubernetes.Objects;

/// <summary>How traffic finds pods: services, where they lead, ingresses.</summary>
internal static class TrafficReader
{
    public static ClusterService Service(JsonElement item)
    {
        var spec = item.At("spec");
        return new ClusterService(
            MetaReader.Read("Service", item), spec.Text("type"), spec.Map("selector"),
            [.. spec.Items("ports").Select(p => new ServicePort(p.Text("name"), p.Whole("port"), p.Text("targetPort") is { Length: > 0 } target ? target : p.Text("port"), p.Text("protocol")))]);
    }

    public static Endpoints Endpoints(JsonElement item)
    {
        var subsets = item.Items("subsets").ToList();
        return new Endpoints(MetaReader.Read("Endpoints", item), subsets.Sum(s => s.Items("addresses").Count()), subsets.Sum(s => s.Items("notReadyAddresses").Count()));
    }

    /// <summary>Before <c>networking.k8s.io/v1</c> a backend had <c>serviceName</c> and <c>servicePort</c>.</summary>
    public static Ingress Ingress(JsonElement item)
    {
        var spec = item.At("spec");
        var routes = spec.Items("rules").SelectMany(r => r.At("http").Items("paths").Select(p => Route(r.Text("host"), p.Text("path"), p.At("backend"))));
        var otherwise = new[] { spec.At("defaultBackend"), spec.At("backend") }.Where(b => b.ValueKind == JsonValueKind.Object).Select(b => Route("", "", b));
        return new Ingress(
            MetaReader.Read("Ingress", item), spec.Text("ingressClassName"), [.. routes.Concat(otherwise)],
            [.. spec.Items("tls").SelectMany(t => t.Texts("hosts")).Distinct()],
            [.. item.At("status").At("loadBalancer").Items("ingress").Select(a => a.Text("ip") is { Length: > 0 } ip ? ip : a.Text("hostname")).Where(a => a.Length > 0)]);
    }

    private static IngressRoute Route(string host, string path, JsonElement backend)
    {
        var service = backend.At("service");
        var port = service.At("port");
        return service.ValueKind == JsonValueKind.Object
            ? new IngressRoute(host, path, service.Text("name"), port.Text("name") is { Length: > 0 } name ? name : port.Text("number"))
            : new IngressRoute(host, path, backend.Text("serviceName"), backend.Text("servicePort"));
    }
}
