using System.Text;
using Nightjar.Core.Healing;

namespace Nightjar.Tests.Connectors.Kubernetes;

/// <summary>Programs that are run in pods, and what a hostile one can do with its output.</summary>
public sealed class PodExecTests
{
    private static readonly HealAction.Exec Reload = new("deployment/web", ["nginx", "-s", "reload; $(id) \"'"]) { Service = KubeLab.Name };

    [Theory]
    [InlineData("v4.channel.k8s.io")]
    [InlineData("v5.channel.k8s.io")]
    public async Task A_program_is_run_word_for_word_in_a_pod_that_runs(string protocol)
    {
        await using var lab = await StartAsync();
        string[] ran = [];
        lab.Cluster.ExecProtocol = protocol;
        lab.Cluster.Runs = words =>
        {
            ran = words;
            return ([.. new[] { "sig", "naled" }.Select(Encoding.UTF8.GetBytes)], 0);
        };
        Assert.Equal("ran nginx in pod web-bbb-1, container app, exit code 0: signaled", (await lab.Actuator.DoAsync(Reload, TestContext.Current.CancellationToken)).Says);
        Assert.Equal(Reload.Command, ran);
    }

    [Fact]
    public async Task How_it_ended_is_told_with_its_code()
    {
        await using var lab = await StartAsync();
        lab.Cluster.Runs = _ => (["no such pid"u8.ToArray()], 3);
        Assert.Equal("nginx in pod web-bbb-1, container app ended with exit code 3: no such pid", (await FailsAsync(lab, Reload)).Message);
    }

    [Fact]
    public async Task A_hundred_megabytes_of_output_are_read_and_not_kept()
    {
        await using var lab = await StartAsync();
        var part = new byte[1024 * 1024];
        lab.Cluster.Runs = _ => (Enumerable.Repeat(part, 100), 0);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var says = (await lab.Actuator.DoAsync(Reload, TestContext.Current.CancellationToken)).Says;
        Assert.InRange(says.Length, 16_000, 20_000);
        Assert.EndsWith("(104857600 bytes in all)", says, StringComparison.Ordinal);
        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < 50_000_000);
    }

    [Fact]
    public async Task A_program_that_never_ends_is_left_when_its_time_is_over()
    {
        await using var lab = await StartAsync();
        lab.Cluster.Runs = _ => null;
        Assert.Contains("took longer than 0.2 s and was left; it may still run there", (await FailsAsync(lab, Reload with { Timeout = TimeSpan.FromMilliseconds(200) })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_run_where_nothing_runs_or_where_it_may_not_be()
    {
        await using var lab = await KubeLab.StartAsync();
        lab.Shop.Deploy();
        Assert.Contains("No pod of deployment/web runs", (await FailsAsync(lab, Reload)).Message, StringComparison.Ordinal);
        lab.Shop.Well();
        lab.Cluster.Refuses = a => a.Path.EndsWith("/exec", StringComparison.Ordinal) ? (403, "pods/exec is forbidden") : null;
        Assert.Contains("it is not permitted; grant it with RBAC", (await FailsAsync(lab, Reload)).Message, StringComparison.Ordinal);
        Assert.Null(await lab.Actuator.WasDoneAsync(Reload, default, TestContext.Current.CancellationToken));
    }

    private static async Task<KubeLab> StartAsync()
    {
        var lab = await KubeLab.StartAsync();
        lab.Shop.Deploy();
        lab.Shop.Well();
        return lab;
    }

    private static Task<ActionFailedException> FailsAsync(KubeLab lab, HealAction action) => Assert.ThrowsAsync<ActionFailedException>(() => lab.Actuator.DoAsync(action, TestContext.Current.CancellationToken));
}
