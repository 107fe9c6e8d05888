using System.Collections.Immutable;
using System.Text.Json;
using Nightjar.Connectors.Kubernetes.Ahead;
using Nightjar.Connectors.Kubernetes.Objects;
using Nightjar.Core.Evidence.Cluster;
using Nightjar.Core.Signals;
using Nightjar.Core.Signals.Cluster.Ahead;

namespace Nightjar.Tests.Connectors.Kubernetes;

/// <summary>What is well and will not stay so: the table of weaknesses, and the one digest of them.</summary>
public sealed class LookAheadTests
{
    private const string Solid = """
        "image": "shop/web:1.2", "resources": {"requests": {"cpu": "100m"}, "limits": {"memory": "64Mi", "cpu": "1"}}, "readinessProbe": {"tcpSocket": {"port": 80}}, "livenessProbe": {"tcpSocket": {"port": 80}, "timeoutSeconds": 5}, "securityContext": {"runAsNonRoot": true}
        """;

    private static readonly DateTimeOffset Now = new(2026, 5, 19, 21, 0, 0, TimeSpan.Zero);

    private readonly ClusterMirror mirror = new((_, _) => { });

    [Theory]
    [InlineData("\"image\": \"shop/web\"", "image without a fixed tag: shop/deployment/web (shop/web)")]
    [InlineData("\"image\": \"registry:5000/web:latest\"", "image without a fixed tag: shop/deployment/web (registry:5000/web:latest)")]
    [InlineData("\"resources\": {\"limits\": {\"cpu\": \"1\"}}", "no memory limit: shop/deployment/web")]
    [InlineData("\"resources\": {}", "no memory limit: shop/deployment/web|no requests: shop/deployment/web")]
    [InlineData("\"readinessProbe\": null", "behind a service without a readiness probe: shop/deployment/web")]
    [InlineData("\"livenessProbe\": null", "no liveness probe: shop/deployment/web")]
    [InlineData("\"livenessProbe\": {\"tcpSocket\": {\"port\": 80}}", "liveness probe that waits for less than 5 s: shop/deployment/web")]
    [InlineData("\"securityContext\": {\"privileged\": true, \"runAsUser\": 1000}", "privileged container: shop/deployment/web")]
    [InlineData("\"securityContext\": {}", "may run as root: shop/deployment/web")]
    [InlineData("\"image\": \"web@sha256:abc\"", "")]
    public void A_container_is_weak_by_what_it_lacks(string key, string lines)
    {
        Deploy(Over(key));
        Assert.Equal(lines, string.Join('|', Digest()));
    }

    [Fact]
    public void One_replica_no_budget_a_budget_that_lets_nobody_go_and_too_few_pods()
    {
        Deploy(Solid, name: "one", replicas: 1);
        Deploy(Solid, name: "bare", replicas: 3, hasBudget: false);
        Deploy(Solid, name: "stuck", replicas: 2, allowed: 0);
        Deploy(Solid, name: "few", replicas: 3, available: 2);
        Take("Deployment", """{"metadata": {"name": "worker", "namespace": "shop"}, "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "worker"}}, "template": {"spec": {"containers": [{"name": "app", SOLID}]}}}, "status": {"availableReplicas": 1}}""".Replace("SOLID", Solid, StringComparison.Ordinal));

        Assert.Equal(
            ["a disruption budget that lets no pod go: shop/deployment/stuck", "a single replica behind a service: shop/deployment/one", "fewer pods available than wanted: shop/deployment/few (2 of 3)", "no disruption budget: shop/deployment/bare"],
            Digest());
    }

    [Fact]
    public void Autoscalers_quotas_nodes_certificates_and_use_are_held_to_their_bounds()
    {
        Deploy(Solid);
        Take("HorizontalPodAutoscaler", """{"metadata": {"name": "web", "namespace": "shop"}, "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "minReplicas": 2, "maxReplicas": 5}, "status": {"currentReplicas": 5, "desiredReplicas": 5, "conditions": [{"type": "ScalingActive", "status": "False", "reason": "FailedGetResourceMetric"}]}}""");
        Take("ResourceQuota", """{"metadata": {"name": "all", "namespace": "shop"}, "spec": {"hard": {"pods": "10", "limits.memory": "1Gi", "requests.cpu": "4"}}, "status": {"used": {"pods": "9", "limits.memory": "1023Mi", "requests.cpu": "3200m"}}}""");
        Take("Node", """{"metadata": {"name": "node1"}, "spec": {"unschedulable": true}, "status": {"allocatable": {"memory": "1000Mi", "cpu": "2"}}}""");
        var pod = PodReader.Read(Json("""{"metadata": {"name": "web-1", "namespace": "shop"}, "spec": {"containers": [{"name": "app", SOLID}]}}""".Replace("SOLID", Solid, StringComparison.Ordinal)));
        var facts = Facts() with
        {
            Pods = [(pod, new ObjectRef("Deployment", "shop", "web"))],
            Use = ImmutableDictionary<(string, string, string), Usage>.Empty.Add(("shop", "web-1", "app"), new Usage(0.9m, 40 * 1024 * 1024)),
            NodeUse = ImmutableDictionary<string, Usage>.Empty.Add("node1", new Usage(0.1m, 950m * 1024 * 1024)),
            Certificates = [Shown("month", 29), Shown("week", 6), Shown("day", 0.9), Shown("gone", -1), Shown("fine", 31)],
        };

        Assert.Equal(
            [
                "autoscaler at its maximum: shop/deployment/web (5 pods)", "autoscaler that does not scale: shop/deployment/web (FailedGetResourceMetric)", "certificate ran out: shop/ingress/web (gone)",
                "certificate runs out within 24 hours: shop/ingress/web (day)", "certificate runs out within 30 days: shop/ingress/web (month)", "certificate runs out within 7 days: shop/ingress/web (week)",
                "cordoned node: node/node1", "cpu above 80 % of the limit: shop/deployment/web", "node with more than 90 % of its memory in use: node/node1",
                "quota used to more than 80 %: shop/resourcequota/all (pods)", "quota used to more than 95 %: shop/resourcequota/all (limits.memory)",
            ],
            LookAhead.Digest(LookAhead.Find(facts)).Order(StringComparer.Ordinal));

        static ShownCertificate Shown(string host, double days) => new(new ObjectRef("Ingress", "shop", "web"), host, Now.AddDays(days));
    }

    [Fact]
    public void One_digest_of_the_lowest_severity_which_stays_the_same_for_a_day()
    {
        var teller = new DigestTeller("prod");
        Assert.Null(teller.Tell([], Now));
        ImmutableArray<Weakness> few = [new("no memory limit", new ObjectRef("Deployment", "shop", "web"))];
        var first = teller.Tell(few, Now);
        Assert.Equal((SignalKind.Finding, Severity.Info, "prod"), (first?.Kind, first?.Severity, first?.Service.Value));
        Assert.Equal("1 kinds of things to mend before they break: no memory limit: shop/deployment/web", first?.Message);

        ImmutableArray<Weakness> more = [.. few, new("no requests", new ObjectRef("Deployment", "shop", "web"))];
        Assert.Equal(first?.Source, teller.Tell(more, Now.AddHours(23))?.Source);
        var second = teller.Tell(more, Now.AddHours(24));
        Assert.NotEqual(first?.Source, second?.Source);
        Assert.Equal(second?.Source, new DigestTeller("prod").Tell(more, Now.AddHours(25))?.Source);
        Assert.Null(teller.Tell([], Now.AddHours(26)));
    }

    [Fact]
    public void A_family_that_hundreds_share_names_some_and_counts_the_rest()
    {
        var lines = LookAhead.Digest([.. Enumerable.Range(0, 300).Select(i => new Weakness("no requests", new ObjectRef("Deployment", "shop", $"web-{i:000}")))]);

        Assert.EndsWith("shop/deployment/web-007 and 292 more", Assert.Single(lines), StringComparison.Ordinal);
    }

    private static string Over(string key)
    {
        var fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>($"{{{Solid}}}") ?? [];
        foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, JsonElement>>($"{{{key}}}") ?? [])
        {
            fields[name] = value;
        }

        return JsonSerializer.Serialize(fields)[1..^1];
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private void Take(string kind, string json) => mirror.Keeper(kind, null).Changed(Json(json));

    private void Deploy(string container, string name = "web", int replicas = 2, bool hasBudget = true, int allowed = 1, int? available = null)
    {
        Take("Deployment", $$$"""{"metadata": {"name": "{{{name}}}", "namespace": "shop"}, "spec": {"replicas": {{{replicas}}}, "selector": {"matchLabels": {"app": "{{{name}}}"} }, "template": {"spec": {"containers": [{"name": "app", {{{container}}} }]} } }, "status": {"readyReplicas": {{{replicas}}}, "availableReplicas": {{{available ?? replicas}}} } }""");
        Take("Service", $$$"""{"metadata": {"name": "{{{name}}}", "namespace": "shop"}, "spec": {"selector": {"app": "{{{name}}}"} } }""");
        if (hasBudget)
        {
            Take("PodDisruptionBudget", $$$"""{"metadata": {"name": "{{{name}}}", "namespace": "shop"}, "spec": {"selector": {"matchLabels": {"app": "{{{name}}}"} } }, "status": {"disruptionsAllowed": {{{allowed}}} } }""");
        }
    }

    private AheadFacts Facts() => new(mirror, [.. mirror.Workloads], [], Now);

    private ImmutableArray<string> Digest() => LookAhead.Digest(LookAhead.Find(Facts()));
}
