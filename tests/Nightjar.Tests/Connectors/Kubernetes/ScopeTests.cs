using System.Text.Json.Nodes;

namespace Nightjar.Tests.Connectors.Kubernetes;

public sealed class ScopeTests
{
    [Fact]
    public async Task A_pattern_that_means_no_namespace_is_a_fault_and_nothing_is_looked_at_in_its_place()
    {
        await using var watched = await Watched.StartAsync(c => { Space(c, "default"); Space(c, "shop"); }, o => o with { Namespaces = ["team-*", "sho*"] });
        watched.Pod("broken", "default", Watched.Crashing);
        watched.Pod("web", "shop", Watched.Crashing);
        await watched.UntilAsync(() => watched.Told.Count == 1);

        Assert.Equal("pod/web", watched.Told.Single().Workload);
        Assert.False(watched.Health.IsWell);
        Assert.StartsWith("kubernetes.namespaces: team-* means no namespace of this cluster, which has default, shop", watched.Health.Says, StringComparison.Ordinal);

        Space(watched.Cluster, "team-a");
        await watched.UntilAsync(() => watched.Health.IsWell);
    }

    [Fact]
    public async Task Namespaces_by_name_are_asked_for_one_by_one_and_do_not_hide_each_other()
    {
        await using var watched = await Watched.StartAsync(
            c =>
            {
                Space(c, "shop");
                Space(c, "bank");
                c.Put("/api/v1/pods", Watched.Object("a", "shop", ("status", Watched.Json(Watched.Crashing)), ("spec", Watched.Json("""{"containers": [{"name": "app"}]}"""))));
                c.Put("/api/v1/pods", Watched.Object("b", "bank", ("status", Watched.Json(Watched.Crashing)), ("spec", Watched.Json("""{"containers": [{"name": "app"}]}"""))));
                c.Refuses = a => a.Path == "/api/v1/pods" ? (403, "not in all of them") : null;
            },
            o => o with { Namespaces = ["shop", "bank"] });
        await watched.UntilAsync(() => watched.Told.Count == 2);

        Assert.Contains("2 pods", watched.Health.Says, StringComparison.Ordinal);
        Assert.Equal("pod/a crash-loop, pod/b crash-loop", watched.Conditions);
        Assert.True(watched.Health.IsWell, watched.Health.Says);
    }

    [Fact]
    public async Task A_label_selector_is_asked_of_the_server_for_what_people_label()
    {
        await using var watched = await Watched.StartAsync(_ => { }, o => o with { Selector = "team=shop,tier in (web)" });

        var asked = watched.Cluster.Asked.Where(a => a.Query.Contains("labelSelector=team%3Dshop%2Ctier%20in%20%28web%29", StringComparison.Ordinal)).Select(a => a.Path[(a.Path.LastIndexOf('/') + 1)..]).Distinct().ToList();
        Assert.Contains("pods", asked);
        Assert.Contains("deployments", asked);
        Assert.DoesNotContain("nodes", asked);
        Assert.DoesNotContain("configmaps", asked);
    }

    [Fact]
    public async Task Secrets_are_never_asked_for_and_nothing_is_written()
    {
        await using var watched = await Watched.StartAsync(_ => { });
        watched.Pod("web", status: """{"phase": "Pending", "containerStatuses": [{"name": "app", "state": {"waiting": {"reason": "CreateContainerConfigError", "message": "secret \"db\" not found"}}}]}""", spec: """{"containers": [{"name": "app", "env": [{"name": "P", "valueFrom": {"secretKeyRef": {"name": "db", "key": "p"}}}]}]}""");
        await watched.UntilAsync(() => watched.Told.Count == 1);

        Assert.Contains("secret \"db\" not found", watched.Told.Single().Samples);
        Assert.DoesNotContain(watched.Cluster.Asked, a => a.Path.Contains("secret", StringComparison.Ordinal));
        Assert.All(watched.Cluster.Asked, a => Assert.Equal("GET", a.Method));
    }

    private static void Space(Testing.Kubernetes.KubeStandIn cluster, string name) => cluster.Put("/api/v1/namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = name } });
}
