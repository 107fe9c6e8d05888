using System.Collections.Immutable;
using System.Text.Json;
using Nightjar.Connectors.Kubernetes;
using Nightjar.Connectors.Kubernetes.Access;
using Nightjar.Connectors.Kubernetes.Rights;
using Nightjar.Connectors.Kubernetes.Wire;
using Nightjar.Core.Policy;
using Nightjar.Testing.Kubernetes;

namespace Nightjar.Tests.Connectors.Kubernetes;

/// <summary>What an account may do, asked of a cluster, against what its mode needs.</summary>
public sealed class RightTests
{
    [Theory]
    [InlineData(Mode.Observe)]
    [InlineData(Mode.Approve)]
    [InlineData(Mode.Autonomous)]
    public async Task An_account_that_may_what_its_mode_needs_is_right(Mode mode)
    {
        await using var cluster = await StartAsync(mode);
        var found = await AskAsync(cluster, mode, ["shop"]);
        Assert.True(found.IsRight, Shown(found));
        Assert.All(cluster.Asked, a => Assert.Equal("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", a.Path));
    }

    [Fact]
    public async Task What_is_missing_is_told_by_what_cannot_be_done_without_it_and_in_which_namespace()
    {
        await using var cluster = await StartAsync(Mode.Approve, lacks: r => r is { Verb: "patch", Resource: "deployments", Namespace: "shop" } or { Resource: "nodes" });
        var found = await AskAsync(cluster, Mode.Approve, ["shop", "bank"]);
        Assert.Equal(["see nodes: get nodes, list nodes, watch nodes", "restart, undo, scale, and change image, memory or probe: patch deployments.apps in shop", "cordon and uncordon nodes: patch nodes"], found.Missing.Select(m => $"{m.What}: {string.Join(", ", m.Rights)}"));
        Assert.Empty(found.TooMuch);
    }

    [Fact]
    public async Task Who_only_observes_should_not_be_able_to_enter_containers_or_read_secrets()
    {
        await using var cluster = await StartAsync(Mode.Observe, also: r => r is { Resource: "pods/exec", Verb: "get" } or { Resource: "secrets", Verb: "list" });
        var found = await AskAsync(cluster, Mode.Observe, [null]);
        Assert.Empty(found.Missing);
        Assert.Equal(["get pods/exec in all namespaces", "list secrets in all namespaces"], found.TooMuch);
    }

    [Fact]
    public async Task Who_may_everything_may_too_much_in_any_mode()
    {
        await using var cluster = await StartAsync(Mode.Autonomous, also: _ => true);
        var found = await AskAsync(cluster, Mode.Autonomous, [null]);
        Assert.Contains("everything", found.TooMuch);
        Assert.Contains("create clusterrolebindings.rbac.authorization.k8s.io", found.TooMuch);
        Assert.False(found.IsRight);
    }

    [Fact]
    public async Task The_lease_needs_its_rights_when_it_is_to_be_held_in_observe_too()
    {
        await using var cluster = await StartAsync(Mode.Observe);
        var found = await AskAsync(cluster, Mode.Observe, [null], LeaseUse.Always);
        Assert.Equal(["create leases.coordination.k8s.io in nightjar", "update leases.coordination.k8s.io in nightjar"], Assert.Single(found.Missing).Rights);
    }

    [Fact]
    public async Task Another_account_is_asked_about_by_its_name_and_groups()
    {
        await using var cluster = await StartAsync(Mode.Observe);
        await AskAsync(cluster, Mode.Observe, [null], account: "system:serviceaccount:nightjar:nightjar");
        Assert.All(cluster.Asked, a => Assert.Equal("/apis/authorization.k8s.io/v1/subjectaccessreviews", a.Path));
        using var body = JsonDocument.Parse(cluster.Asked.First().Body);
        Assert.Equal(["system:serviceaccounts", "system:serviceaccounts:nightjar", "system:authenticated"], body.RootElement.GetProperty("spec").GetProperty("groups").EnumerateArray().Select(g => g.GetString()));
    }

    [Fact]
    public async Task A_server_that_does_not_say_is_no_yes()
    {
        await using var cluster = await KubeStandIn.StartAsync();
        cluster.Refuses = _ => (403, "you may not even ask <b>'\"\n");
        var refused = await Assert.ThrowsAsync<KubeException>(() => AskAsync(cluster, Mode.Observe, [null]));
        Assert.Equal(KubeFault.Forbidden, refused.Fault);
    }

    [Fact]
    public void Exactly_what_is_watched_may_be_looked_at_and_secrets_are_nowhere()
    {
        var looked = RightTable.Needed(Mode.Observe, LeaseUse.Never).SelectMany(u => u.Rights).ToList();
        foreach (var kind in KubeResource.Watched)
        {
            var group = kind.Versions[0].Split('/') is [var name, _] ? name : "";
            Assert.All(["list", "watch"], verb => Assert.Contains(looked, r => (r.Group, r.Resource, r.Verb) == (group, kind.Plural, verb)));
        }

        Assert.Equal(KubeResource.Watched.Select(k => k.Plural).Order(), looked.Select(r => r.Resource).Except(["pods/log", "leases", "controllerrevisions"]).Distinct().Order());
        Assert.DoesNotContain(looked, r => r.Writes);
        Assert.DoesNotContain(RightTable.Uses.SelectMany(u => u.Rights), r => r.Resource.StartsWith("secrets", StringComparison.Ordinal) || r.Resource == "*" || r.Verb == "*");
    }

    /// <summary>A cluster in which an account may exactly what a mode needs, and what is said besides.</summary>
    private static async Task<KubeStandIn> StartAsync(Mode mode, Func<(string? Account, string Group, string Resource, string Verb, string Namespace), bool>? lacks = null, Func<(string? Account, string Group, string Resource, string Verb, string Namespace), bool>? also = null)
    {
        var cluster = await KubeStandIn.StartAsync();
        var granted = RightTable.Needed(mode, LeaseUse.Acting).SelectMany(u => u.Rights).Select(r => (r.Group, r.Resource, r.Verb)).ToHashSet();
        cluster.May = r => (granted.Contains((r.Group, r.Resource, r.Verb)) && lacks?.Invoke(r) != true) || also?.Invoke(r) == true;
        return cluster;
    }

    private static async Task<RightsFound> AskAsync(KubeStandIn cluster, Mode mode, ImmutableArray<string?> watched, LeaseUse lease = LeaseUse.Acting, string? account = null)
    {
        using var api = new KubeApi(new ClusterAccess { Name = "test", Server = cluster.Url, Login = new FixedLogin(KubeProof.None) });
        return await new RightReview(api, watched, "nightjar", account).AskAsync(mode, lease, TestContext.Current.CancellationToken);
    }

    private static string Shown(RightsFound found) => $"missing {string.Join("; ", found.Missing.SelectMany(m => m.Rights))}, too much {string.Join("; ", found.TooMuch)}";
}
