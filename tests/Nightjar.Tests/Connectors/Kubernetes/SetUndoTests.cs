using System.Text.Json.Nodes;
using Nightjar.Core.Healing;
using Nightjar.Core.Services;

namespace Nightjar.Tests.Connectors.Kubernetes;

/// <summary>Stateful sets and daemon sets, whose past is in controller revisions.</summary>
public sealed class SetUndoTests
{
    private const string Revisions = "/apis/apps/v1/controllerrevisions";

    [Theory]
    [InlineData("StatefulSet", "statefulsets", ", and let db-0 go, which would hold it up")]
    [InlineData("DaemonSet", "daemonsets", "")]
    public async Task It_goes_back_to_the_revision_before_and_a_pod_that_would_be_waited_for_for_ever_goes(string kind, string plural, string more)
    {
        await using var lab = await StartAsync(kind, plural);
        Pod(lab, kind, "db-0", "db-bbb", isReady: false);
        Pod(lab, kind, "db-1", "db-bbb", isReady: true);
        Pod(lab, kind, "db-2", "db-aaa", isReady: false);

        Assert.Equal($"did roll {kind.ToLowerInvariant()}/db back to revision 1 (image nignx:1 → postgres:1){more}", await lab.DoAsync(Undo(kind)));

        Assert.Equal("postgres:1", $"{lab.Cluster.Find($"/apis/apps/v1/namespaces/shop/{plural}/db")?["spec"]?["template"]?["spec"]?["containers"]?[0]?["image"]}");
        Assert.Equal(more.Length == 0, lab.Cluster.Find("/api/v1/namespaces/shop/pods/db-0") is not null);
        Assert.NotNull(lab.Cluster.Find("/api/v1/namespaces/shop/pods/db-1"));
        Assert.NotNull(lab.Cluster.Find("/api/v1/namespaces/shop/pods/db-2"));
    }

    [Fact]
    public async Task Killed_after_the_change_and_before_the_pod_went_it_lets_the_pod_go_and_changes_nothing_twice()
    {
        await using var lab = await StartAsync("StatefulSet", "statefulsets");
        Pod(lab, "StatefulSet", "db-0", "db-bbb", isReady: false);
        var action = await lab.AimedAsync(Undo("StatefulSet"));
        lab.Cluster.Refuses = a => a.Method == "DELETE" ? (503, "etcd leader changed") : null;
        await Assert.ThrowsAsync<Nightjar.Core.Pipeline.TryLaterException>(() => lab.Actuator.DoAsync(action, default));

        lab.Cluster.Refuses = _ => null;
        Assert.False(await lab.Actuator.WasDoneAsync(action, default, TestContext.Current.CancellationToken));
        await lab.Actuator.DoAsync(action, TestContext.Current.CancellationToken);

        Assert.True(await lab.Actuator.WasDoneAsync(action, default, TestContext.Current.CancellationToken));
        Assert.Null(lab.Cluster.Find("/api/v1/namespaces/shop/pods/db-0"));
        Assert.Equal(1, lab.Cluster.Asked.Count(a => a.Method == "PATCH" && !a.Query.Contains("dryRun", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("service/db")]
    [InlineData("ingress/db")]
    [InlineData("configmap/db")]
    [InlineData("horizontalpodautoscaler/db")]
    [InlineData("persistentvolumeclaim/db")]
    [InlineData("secret/db")]
    public async Task What_neither_runs_nor_is_run_on_is_not_acted_upon(string workload)
    {
        await using var lab = await StartAsync("StatefulSet", "statefulsets");
        Func<ServiceName, HealAction>[] all =
        [
            s => new HealAction.Restart(workload) { Service = s }, s => new HealAction.Undo(workload) { Service = s }, s => new HealAction.DeletePod(workload) { Service = s },
            s => new HealAction.Evict(workload) { Service = s }, s => new HealAction.AddKey(workload) { Service = s }, s => new HealAction.Exec(workload, ["true"]) { Service = s },
        ];
        Assert.DoesNotContain(all, a => lab.Actuator.Can(a(KubeLab.Name)));
        Assert.Null(await lab.Workloads.LookAsync(KubeLab.Name, workload, TestContext.Current.CancellationToken));
        Assert.Empty(lab.Cluster.Asked);
    }

    private static HealAction Undo(string kind) => new HealAction.Undo($"{kind.ToLowerInvariant()}/db") { Service = KubeLab.Name };

    /// <summary>It ran postgres:1 until a rollout of an image that does not exist.</summary>
    private static async Task<KubeLab> StartAsync(string kind, string plural)
    {
        var lab = await KubeLab.StartAsync();
        lab.Cluster.Put($"/apis/apps/v1/{plural}", new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "db", ["namespace"] = "shop", ["uid"] = "db-uid", ["generation"] = 2 },
            ["spec"] = new JsonObject { ["replicas"] = 3, ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = "db" } }, ["template"] = Template("nignx:1") },
        });
        foreach (var (name, number, image) in new[] { ("db-aaa", 1, "postgres:1"), ("db-bbb", 2, "nignx:1") })
        {
            lab.Cluster.Put(Revisions, new JsonObject
            {
                ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "shop", ["labels"] = new JsonObject { ["app"] = "db" }, ["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = kind, ["name"] = "db", ["uid"] = "db-uid", ["controller"] = true }) },
                ["revision"] = number,
                ["data"] = new JsonObject { ["spec"] = new JsonObject { ["template"] = Template(image) } },
            });
        }

        return lab;
    }

    private static JsonObject Template(string image) => new()
    {
        ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = "db" } },
        ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "app", ["image"] = image }) },
    };

    private static void Pod(KubeLab lab, string kind, string name, string revision, bool isReady) => lab.Cluster.Put("/api/v1/pods", new JsonObject
    {
        ["metadata"] = new JsonObject
        {
            ["name"] = name, ["namespace"] = "shop", ["uid"] = $"{name}-uid", ["labels"] = new JsonObject { ["app"] = "db", ["controller-revision-hash"] = revision },
            ["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = kind, ["name"] = "db", ["controller"] = true }),
        },
        ["spec"] = Template("nignx:1")["spec"]!.DeepClone(),
        ["status"] = new JsonObject { ["phase"] = "Pending", ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = isReady ? "True" : "False" }) },
    });
}
