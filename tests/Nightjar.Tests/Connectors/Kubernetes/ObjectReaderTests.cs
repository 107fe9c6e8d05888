using System.Text.Json;
using Nightjar.Connectors.Kubernetes.Objects;
using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Tests.Connectors.Kubernetes;

public sealed class ObjectReaderTests
{
    [Fact]
    public void Of_a_config_map_only_the_names_of_its_entries_are_kept()
    {
        var kept = BoundsReader.Keys(Json("""{"metadata": {"name": "prices", "namespace": "shop", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "s3cret"}}, "data": {"url": "s3cret", "mode": "x"}, "binaryData": {"logo": "czNjcmV0"}}"""));

        Assert.Equal(["url", "mode", "logo"], kept.Keys);
        Assert.DoesNotContain("cret", $"{kept}{string.Join(',', kept.Meta.Annotations.Values)}", StringComparison.Ordinal);
    }

    [Fact]
    public void An_ingress_of_old_and_new_kind_leads_to_the_same_service()
    {
        var old = TrafficReader.Ingress(Json("""{"metadata": {"name": "a"}, "spec": {"rules": [{"host": "shop.example", "http": {"paths": [{"path": "/", "backend": {"serviceName": "web", "servicePort": 80}}]}}]}}"""));
        var young = TrafficReader.Ingress(Json("""{"metadata": {"name": "a"}, "spec": {"tls": [{"hosts": ["shop.example"]}], "rules": [{"host": "shop.example", "http": {"paths": [{"path": "/", "backend": {"service": {"name": "web", "port": {"number": 80}}}}]}}]}, "status": {"loadBalancer": {"ingress": [{"ip": "10.0.0.1"}]}}}"""));

        Assert.Equal(old.Routes, young.Routes);
        Assert.Equal(new IngressRoute("shop.example", "/", "web", "80"), Assert.Single(young.Routes));
        Assert.Equal(["shop.example"], young.TlsHosts);
        Assert.Equal(["10.0.0.1"], young.Addresses);
    }

    [Theory]
    [InlineData("""{"spec": {"ports": "x", "selector": [1]}, "subsets": {"addresses": 1}}""")]
    [InlineData("""{"metadata": [], "spec": null, "status": 7, "data": ["a"], "subsets": [{"addresses": {}}, 4]}""")]
    [InlineData("""{"metadata": {"name": {"a": 1}, "labels": "x"}, "spec": {"rules": [{"http": []}, 1], "tls": [{"hosts": [1, null]}], "hard": [], "claimRef": ""}}""")]
    public void What_is_of_another_shape_than_documented_is_empty_and_breaks_nothing(string json)
    {
        Assert.Empty(TrafficReader.Service(Json(json)).Selector);
        Assert.Equal(0, TrafficReader.Endpoints(Json(json)).Ready);
        Assert.Empty(TrafficReader.Ingress(Json(json)).TlsHosts);
        Assert.Empty(BoundsReader.Quota(Json(json)).Hard);
        Assert.Equal("", BoundsReader.Volume(Json(json)).Claim);
        Assert.Equal(0, BoundsReader.Autoscaler(Json(json)).Most);
        Assert.Empty(BoundsReader.Budget(Json(json)).Selector);
        Assert.Empty(BoundsReader.Keys(Json(json)).Keys);
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
