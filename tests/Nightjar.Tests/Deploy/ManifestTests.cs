using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Nightjar.Connectors.Kubernetes;
using Nightjar.Connectors.Kubernetes.Rights;
using Nightjar.Core.Policy;
using Nightjar.Tests.Configuration;

namespace Nightjar.Tests.Deploy;

/// <summary>What <c>deploy/</c> grants and runs, against what the program needs: the one table of rights, and its own configuration.</summary>
public sealed partial class ManifestTests
{
    [Theory]
    [InlineData("observe", Mode.Observe)]
    [InlineData("approve", Mode.Approve)]
    [InlineData("autonomous", Mode.Autonomous)]
    [InlineData("cronjob", Mode.Observe)]
    public void An_overlay_grants_exactly_what_its_mode_needs(string overlay, Mode mode)
    {
        var granted = Manifests.Granted(Manifests.Overlay(overlay));
        Assert.Equal(Needed(mode), granted.Select(Shown).Order());
    }

    [Theory]
    [InlineData("observe")]
    [InlineData("cronjob")]
    public void Observe_has_no_verb_that_changes_anything(string overlay) => Assert.DoesNotContain(Manifests.Granted(Manifests.Overlay(overlay)), r => r.Writes);

    [Theory]
    [InlineData("observe")]
    [InlineData("approve")]
    [InlineData("autonomous")]
    [InlineData("cronjob")]
    public void No_overlay_reads_secrets_or_grants_by_a_star(string overlay) =>
        Assert.DoesNotContain(Manifests.Granted(Manifests.Overlay(overlay)), r => r.Resource.StartsWith("secrets", StringComparison.Ordinal) || $"{r.Group}{r.Resource}{r.Verb}".Contains('*', StringComparison.Ordinal));

    [Theory]
    [InlineData("observe", "Deployment")]
    [InlineData("cronjob", "CronJob")]
    public void A_pod_can_write_nothing_but_its_store_and_its_scratch_and_is_nobody(string overlay, string kind)
    {
        var pod = Pod(Manifests.Overlay(overlay).Single(m => Manifests.Kind(m) == kind));
        var container = Assert.Single(pod["containers"]?.AsArray() ?? []);
        Assert.Equal("true", $"{container?["securityContext"]?["readOnlyRootFilesystem"]}");
        Assert.Equal("false", $"{container?["securityContext"]?["allowPrivilegeEscalation"]}");
        Assert.Equal("ALL", $"{container?["securityContext"]?["capabilities"]?["drop"]?[0]}");
        Assert.Equal("true", $"{pod["securityContext"]?["runAsNonRoot"]}");
        var writable = (container?["volumeMounts"]?.AsArray() ?? []).Where(m => m?["readOnly"] is null).Select(m => $"{m?["mountPath"]}");
        Assert.Equal(["/state", "/tmp"], writable);
    }

    [Fact]
    public void The_daemon_and_the_cron_job_run_the_same_pod()
    {
        var (daemon, once) = (Container("observe", "Deployment"), Container("cronjob", "CronJob"));
        foreach (var part in new[] { "image", "resources", "securityContext", "volumeMounts" })
        {
            Assert.True(JsonNode.DeepEquals(daemon[part], once[part]), part);
        }
    }

    [Fact]
    public void The_shipped_configuration_is_one_that_the_program_takes()
    {
        var text = File.ReadAllText(Path.Combine(Manifests.Root, "kubernetes", "base", "nightjar.yaml"));
        var options = Yaml.Options(text, ("NIGHTJAR_MODE", "approve"));
        Assert.Equal((Mode.Approve, true, 7677), (options.Conduct.Mode, options.Kubernetes.IsOn, options.Dashboard.Listen.Port));
        Assert.Equal(Mode.Observe, Yaml.Options(text).Conduct.Mode);
        var probe = Container("observe", "Deployment")["readinessProbe"]?["httpGet"];
        Assert.Equal(("/readyz", "localhost:7677"), ($"{probe?["path"]}", $"{probe?["httpHeaders"]?[0]?["value"]}"));
    }

    [Fact]
    public void Templates_of_secrets_hold_none()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Manifests.Root, "kubernetes", "secrets")))
        {
            var values = Assert.Single(Manifests.Read(file))["stringData"]?.AsObject() ?? [];
            Assert.All(values, v => Assert.Equal("", $"{v.Value}"));
        }
    }

    [Theory]
    [InlineData(Mode.Observe, "observe", "observe-cluster", "lease-look")]
    [InlineData(Mode.Approve, "observe", "observe-cluster", "lease-look", "act", "act-cluster", "lease")]
    [InlineData(Mode.Autonomous, "observe", "observe-cluster", "lease-look", "act", "act-cluster", "lease", "exec")]
    public void The_roles_of_the_chart_are_those_of_the_overlays(Mode mode, params string[] roles)
    {
        var granted = roles.SelectMany(r => Manifests.Rights(Assert.Single(Manifests.Read(Path.Combine(Chart, "roles", $"{r}.yaml")))["rules"], r.StartsWith("lease", StringComparison.Ordinal)));
        Assert.Equal(Needed(mode), granted.Select(Shown).Order());
    }

    [Fact]
    public void Every_value_that_the_chart_uses_has_a_default_and_every_default_is_used()
    {
        var values = Assert.Single(Manifests.Read(Path.Combine(Chart, "values.yaml")));
        var templates = string.Concat(Directory.EnumerateFiles(Path.Combine(Chart, "templates")).Select(File.ReadAllText));
        var used = Value().Matches(templates).Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        Assert.All(used, path => Assert.True(path.Split('.').Aggregate((Node: (JsonNode?)values, Is: true), (at, name) => at.Node is JsonObject map && map.ContainsKey(name) ? (map[name], true) : (null, false)).Is, path));
        Assert.All(values.AsObject(), v => Assert.Contains(used, u => u == v.Key || u.StartsWith($"{v.Key}.", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_block_of_a_template_is_ended()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Chart, "templates")))
        {
            var text = File.ReadAllText(file);
            Assert.True(Opens().Count(text) == Ends().Count(text), file);
        }
    }

    private static string Chart { get; } = Path.Combine(Manifests.Root, "helm", "nightjar");

    private static IOrderedEnumerable<string> Needed(Mode mode) => RightTable.Needed(mode, LeaseUse.Acting).SelectMany(u => u.Rights).Select(Shown).Order();

    private static string Shown(Right right) => $"{right.Says} ({right.Place})";

    private static JsonNode Pod(JsonNode workload) => (workload["spec"]?["jobTemplate"]?["spec"]?["template"] ?? workload["spec"]?["template"])?["spec"] ?? throw new InvalidOperationException("no pod");

    private static JsonNode Container(string overlay, string kind) => Pod(Manifests.Overlay(overlay).Single(m => Manifests.Kind(m) == kind))["containers"]?[0] ?? throw new InvalidOperationException("no container");

    [GeneratedRegex(@"\$?\.Values\.([A-Za-z.]+)")]
    private static partial Regex Value();

    [GeneratedRegex(@"\{\{-? *(?:if|range|with|define)\b")]
    private static partial Regex Opens();

    [GeneratedRegex(@"\{\{-? *end\b")]
    private static partial Regex Ends();
}
