using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Nightjar.Connectors.Kubernetes;
using Nightjar.Connectors.Kubernetes.Access;
using Nightjar.Connectors.Kubernetes.Wire;
using Nightjar.Core.Evidence;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Testing;
using Nightjar.Testing.Kubernetes;

namespace Nightjar.Tests.Connectors.Kubernetes;

public sealed class ClusterEvidenceTests
{
    [Fact]
    public async Task What_is_around_a_workload_is_listed_once_and_nothing_of_secrets_is_asked_for()
    {
        await using var cluster = await KubeStandIn.StartAsync();
        Put(cluster, "shop", "web");
        Put(cluster, "other", "batch");

        var (snapshot, missing) = await Around(cluster, new Service { Name = new ServiceName("shop/web") });

        Assert.Empty(missing);
        Assert.NotNull(snapshot);
        Assert.Equal("shop/Deployment/web", $"{snapshot.Subject}");
        Assert.Equal("web-1-a", Assert.Single(snapshot.Pods).Meta.Name);
        Assert.Equal("cart:7070", Assert.Single(snapshot.Pods[0].Containers).Addresses["CART_ADDR"]);
        Assert.DoesNotContain("hunter2", BundleFormat.Write(Bundle(snapshot)), StringComparison.Ordinal);
        Assert.DoesNotContain(cluster.Asked, a => a.Path.Contains("secrets", StringComparison.Ordinal) || a.Method != "GET");
    }

    [Fact]
    public async Task What_may_not_be_seen_is_said_and_the_rest_counts()
    {
        await using var cluster = await KubeStandIn.StartAsync();
        Put(cluster, "shop", "web");
        cluster.Refuses = a => a.Path.EndsWith("/nodes", StringComparison.Ordinal) ? (403, "nodes is forbidden") : null;

        var (snapshot, missing) = await Around(cluster, new Service { Name = new ServiceName("shop/web") });

        Assert.Contains("nodes is forbidden", Assert.Single(missing), StringComparison.Ordinal);
        Assert.Single(snapshot?.Pods ?? []);
    }

    [Theory]
    [InlineData("shop/nothing")]
    [InlineData("nowhere/web")]
    [InlineData("web")]
    [InlineData("shop/web/../../x")]
    public async Task What_is_nowhere_has_no_snapshot(string name)
    {
        await using var cluster = await KubeStandIn.StartAsync();
        Put(cluster, "shop", "web");

        Assert.Null((await Around(cluster, new Service { Name = new ServiceName(name) })).Snapshot);
    }

    [Fact]
    public async Task A_service_is_found_by_its_place_and_a_bundle_of_it_comes_back_from_disk_as_it_was()
    {
        await using var cluster = await KubeStandIn.StartAsync();
        Put(cluster, "shop", "web");

        var (snapshot, _) = await Around(cluster, new Service { Name = new ServiceName("checkout"), Kubernetes = [new ClusterPlace { Namespace = "shop", Workload = "we*" }] });

        Assert.NotNull(snapshot);
        var back = BundleFormat.Read(BundleFormat.Write(Bundle(snapshot))).Cluster;
        Assert.NotNull(back);
        Assert.Equal((snapshot.Subject, snapshot.Pods.Length, snapshot.Workloads.Length), (back.Subject, back.Pods.Length, back.Workloads.Length));
        Assert.Equal(snapshot.Pods[0].Containers[0].Addresses, back.Pods[0].Containers[0].Addresses);
        Assert.NotNull(back.Workload(back.Subject));
    }

    private static async Task<(ClusterSnapshot? Snapshot, ImmutableArray<string> Missing)> Around(KubeStandIn cluster, Service service) =>
        await new ClusterEvidence(() => [], () => [() => new KubeApi(new ClusterAccess { Name = "test", Server = cluster.Url, Login = new FixedLogin(KubeProof.None) })], new Scope(new KubernetesOptions()), new FakeClock()).AroundAsync(service, null, CancellationToken.None);

    private static EvidenceBundle Bundle(ClusterSnapshot snapshot) => new()
    {
        Service = new ServiceName("x"), TakenAt = snapshot.TakenAt, Onset = snapshot.TakenAt, Cluster = snapshot,
        Trigger = new Signal { Kind = SignalKind.Finding, Service = new ServiceName("x"), At = snapshot.TakenAt },
    };

    private static void Put(KubeStandIn cluster, string space, string name)
    {
        cluster.Put("/apis/apps/v1/deployments", JsonNode.Parse($$$"""{"metadata":{"name":"{{{name}}}","namespace":"{{{space}}}","uid":"d-{{{name}}}"},"spec":{"replicas":1}}""")!.AsObject());
        cluster.Put("/apis/apps/v1/replicasets", JsonNode.Parse($$$"""{"metadata":{"name":"{{{name}}}-1","namespace":"{{{space}}}","uid":"r-{{{name}}}","ownerReferences":[{"kind":"Deployment","name":"{{{name}}}","controller":true}]},"spec":{"replicas":1}}""")!.AsObject());
        cluster.Put("/api/v1/pods", JsonNode.Parse($$$"""
            {"metadata":{"name":"{{{name}}}-1-a","namespace":"{{{space}}}","uid":"p-{{{name}}}","ownerReferences":[{"kind":"ReplicaSet","name":"{{{name}}}-1","controller":true}]},
             "spec":{"containers":[{"name":"app","image":"shop:1","env":[{"name":"CART_ADDR","value":"cart:7070"},{"name":"DB_PASSWORD","value":"hunter2:1234"},{"name":"NOTE","value":"hunter2"},{"name":"DB_URL","value":"postgres://shop:hunter2@db/shop"}]}]},
             "status":{"phase":"Pending","containerStatuses":[{"name":"app","state":{"waiting":{"reason":"ErrImagePull","message":"no"} } }]}}
            """)!.AsObject());
    }
}
