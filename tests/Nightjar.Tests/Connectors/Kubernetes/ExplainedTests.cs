using System.Text.Json.Nodes;

namespace Nightjar.Tests.Connectors.Kubernetes;

/// <summary>What explains what: nodes their pods, workloads their services; and what is to be left alone.</summary>
public sealed class ExplainedTests
{
    [Fact]
    public async Task A_node_that_fails_is_one_problem_and_its_pods_are_none_until_it_is_back()
    {
        await using var watched = await Watched.StartAsync(_ => { });
        watched.Node("node1", isReady: true);
        watched.Node("node2", isReady: true);
        watched.Pod("web-1");
        watched.Pod("web-2");
        await watched.UntilAsync(() => watched.Health.Says.Contains("2 pods", StringComparison.Ordinal));

        watched.Node("node1", isReady: false);
        await watched.UntilAsync(() => watched.Told.Count == 1);
        watched.Pod("web-1", status: Watched.Crashing);
        watched.Pod("web-3", status: Watched.Crashing, spec: """{"nodeName": "node2", "containers": [{"name": "app"}]}""");
        await watched.UntilAsync(() => watched.Told.Any(t => t.Workload == "pod/web-3"));
        await watched.PassAsync(TimeSpan.FromMinutes(3));

        Assert.Equal("node/node1 node-not-ready, pod/web-3 crash-loop", watched.Conditions);
        Assert.Equal("node node1 is not ready (NodeStatusUnknown), and 2 pods are on it", watched.Told.First().Message);
        watched.Node("node1", isReady: true);
        await watched.PassUntilAsync(() => watched.Told.Any(t => t.Workload == "pod/web-1"));
    }

    [Fact]
    public async Task A_node_that_runs_out_of_memory_explains_whom_it_evicts()
    {
        await using var watched = await Watched.StartAsync(_ => { });
        watched.Node("node1", isReady: true, """[{"type": "MemoryPressure", "status": "True", "reason": "KubeletHasInsufficientMemory"}]""");
        await watched.UntilAsync(() => watched.Told.Count == 1);
        watched.Pod("web-1", status: """{"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory."}""");
        await watched.UntilAsync(() => watched.Health.Says.Contains("1 pods", StringComparison.Ordinal));
        await watched.PassAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("node/node1 node-pressure", watched.Conditions);

        watched.Pod("web-2", status: """{"phase": "Failed", "reason": "Evicted", "message": "gone"}""", spec: """{"nodeName": "node2"}""");
        await watched.UntilAsync(() => watched.Told.Any(t => t.Condition == "evicted"));
    }

    [Fact]
    public async Task A_service_that_leads_nowhere_is_its_workloads_problem_or_its_own_and_one_that_is_scaled_to_nothing_is_none()
    {
        await using var watched = await Watched.StartAsync(_ => { });
        Service("web", """{"app": "web"}""");
        Service("typo", """{"app": "wbe"}""");
        Service("asleep", """{"app": "asleep"}""");
        Service("by-hand", "{}");
        watched.Cluster.Put("/apis/apps/v1/deployments", Watched.Object("asleep", "shop", ("spec", Watched.Json("""{"replicas": 0, "selector": {"matchLabels": {"app": "asleep"}}}"""))));
        watched.Pod("web-1", status: """{"phase": "Running", "containerStatuses": [{"name": "app", "state": {"running": {"startedAt": "2026-05-19T21:00:00Z"}}}]}""");
        await watched.UntilAsync(() => watched.Health.Says.Contains("1 pods", StringComparison.Ordinal));
        await watched.PassUntilAsync(() => watched.Told.Count(t => t.Condition == "endpoints-empty") >= 2);

        var told = watched.Told.Where(t => t.Condition == "endpoints-empty").DistinctBy(t => t.Workload).ToDictionary(t => t.Workload ?? "", t => t.Message);
        Assert.Equal(["pod/web-1", "service/typo"], told.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("service web leads nowhere: none of its 1 pods is ready", told["pod/web-1"]);
        Assert.Equal("service typo leads nowhere: no pod has the labels app=wbe", told["service/typo"]);

        void Service(string name, string selector)
        {
            watched.Cluster.Put("/api/v1/services", Watched.Object(name, "shop", ("spec", new JsonObject { ["selector"] = Watched.Json(selector) })));
            watched.Cluster.Put("/api/v1/endpoints", Watched.Object(name, "shop"));
        }
    }

    [Fact]
    public async Task What_is_marked_to_be_left_alone_is_left_alone_with_all_that_is_in_it()
    {
        await using var watched = await Watched.StartAsync(c => c.Put("/api/v1/namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "lab", ["annotations"] = new JsonObject { ["nightjar.dev/ignore"] = "true" } } }));
        watched.Pod("broken", "lab", Watched.Crashing);
        watched.Pod("alone", status: Watched.Crashing, annotations: """{"nightjar.dev/ignore": "true"}""");
        watched.Pod("web", status: Watched.Crashing, annotations: """{"nightjar.dev/ignore": "false"}""");
        await watched.UntilAsync(() => watched.Told.Count == 1);
        await watched.PassAsync(TimeSpan.FromSeconds(30));

        Assert.Equal("pod/web crash-loop", watched.Conditions);
    }

    [Fact]
    public async Task A_cron_jobs_run_that_failed_is_history_once_a_later_one_did_its_work()
    {
        await using var watched = await Watched.StartAsync(_ => { });
        Run("import-1", "2026-05-19T19:00:00Z", """{"failed": 1, "conditions": [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}]}""");
        Run("import-2", "2026-05-19T20:00:00Z", """{"succeeded": 1}""");
        Run("export-1", "2026-05-19T20:00:00Z", """{"failed": 1, "conditions": [{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded"}]}""");
        await watched.PassUntilAsync(() => watched.Told.Any(t => t.Workload == "cronjob/export"));
        watched.Told.Clear();
        await watched.PassAsync(TimeSpan.FromMinutes(2));

        Assert.Equal("cronjob/export job-failed", watched.Conditions);

        void Run(string name, string created, string status)
        {
            var job = Watched.Object(name, "shop", ("status", Watched.Json(status)));
            job["metadata"]!["creationTimestamp"] = created;
            job["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject { ["kind"] = "CronJob", ["name"] = name[..6], ["controller"] = true });
            watched.Cluster.Put("/apis/batch/v1/jobs", job);
        }
    }

    [Fact]
    public async Task A_probe_that_ends_a_container_is_told_from_a_crash_by_kubelets_own_words()
    {
        await using var watched = await Watched.StartAsync(_ => { });
        Said("Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 500", 1);
        Said("Killing", "Container app failed liveness probe, will be restarted", 2);
        await watched.PassAsync(TimeSpan.FromSeconds(5));
        watched.Pod("web", spec: """{"containers": [{"name": "app", "livenessProbe": {"httpGet": {"path": "/live", "port": 80}}}]}""", status: """{"phase": "Running", "containerStatuses": [{"name": "app", "restartCount": 1, "state": {"running": {"startedAt": "2026-05-19T21:00:01Z"}}, "lastState": {"terminated": {"exitCode": 137, "reason": "Error", "finishedAt": "2026-05-19T21:00:00Z"}}}]}""");
        await watched.UntilAsync(() => watched.Told.Count == 1);

        var signal = watched.Told.Single();
        Assert.Equal("liveness-failed", signal.Condition);
        Assert.Contains("Liveness probe failed: HTTP probe failed with statuscode: 500", signal.Samples);

        void Said(string reason, string message, int number) => watched.Cluster.Put("/api/v1/events", Watched.Object(
            $"web.{number}", "shop", ("involvedObject", Watched.Json("""{"kind": "Pod", "namespace": "shop", "name": "web"}""")), ("reason", reason), ("message", message), ("type", "Warning"), ("lastTimestamp", "2026-05-19T21:00:00Z"), ("firstTimestamp", "2026-05-19T21:00:00Z")));
    }

    [Fact]
    public async Task Two_containers_and_an_init_container_are_told_apart_by_name()
    {
        await using var watched = await Watched.StartAsync(_ => { });
        watched.Pod("two", spec: """{"initContainers": [{"name": "migrate"}], "containers": [{"name": "app"}, {"name": "proxy"}]}""", status: """{"phase": "Running", "initContainerStatuses": [{"name": "migrate", "state": {"terminated": {"exitCode": 0}}}], "containerStatuses": [{"name": "app", "ready": true, "state": {"running": {"startedAt": "2026-05-19T20:00:00Z"}}}, {"name": "proxy", "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {"terminated": {"exitCode": 3}}}]}""");
        watched.Pod("init", spec: """{"initContainers": [{"name": "migrate"}], "containers": [{"name": "app"}]}""", status: """{"phase": "Pending", "initContainerStatuses": [{"name": "migrate", "restartCount": 2, "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": {"terminated": {"exitCode": 9}}}], "containerStatuses": [{"name": "app", "state": {"waiting": {"reason": "PodInitializing"}}}]}""");
        await watched.UntilAsync(() => watched.Told.Count == 2);

        Assert.Equal(
            ["pod init init container migrate ends again and again, and is started ever later (CrashLoopBackOff); the last time it ended with exit code 9", "pod two container proxy ends again and again, and is started ever later (CrashLoopBackOff); the last time it ended with exit code 3"],
            watched.Told.Select(t => t.Message).Order(StringComparer.Ordinal));
    }
}
