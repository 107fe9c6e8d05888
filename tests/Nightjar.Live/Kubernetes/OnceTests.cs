namespace Nightjar.Live.Kubernetes;

/// <summary>One look at a real cluster, as a cron job takes it, and the check of a configuration.</summary>
public sealed class OnceTests(Space space) : IClassFixture<Space>
{
    [Fact]
    public async Task One_look_tells_by_its_exit_code_whether_something_is_wrong()
    {
        _ = space.Api;
        await using var place = new Place();
        await space.DeployAsync("well", "httpd -f -p 8080 -h /www", "readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}");
        await space.WaitAsync("apps/v1/deployments", "it to be ready", d => (int?)d["status"]?["readyReplicas"] == 1);
        var config = await ClusterShop.ConfigureAsync(place, "", space.Name);
        var well = await Program.RunAsync(place, "once", "--config", config, "--deadline", "50s");
        Assert.True(well.Code == 0, $"{well}");
        Assert.Contains("Nothing is wrong.", well.Out, StringComparison.Ordinal);
        Assert.Contains($"no memory limit: {space.Name}/deployment/well", well.Out, StringComparison.Ordinal);

        await space.DeployAsync("crashes", "cat /etc/shop/prices.json");
        await space.WaitAsync("v1/pods", "the container to fail", p => $"{p["metadata"]?["labels"]?["app"]}" == "crashes" && Space.State(p, "terminated") is not null);
        var broken = await Program.RunAsync(place, "once", "--config", config);
        Assert.True(broken.Code == 1, $"{broken}");
        Assert.Contains($"#1 {space.Name}/crashes deployment/crashes fails", broken.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("/well deployment/well fails", broken.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_looked_at_is_not_well_and_check_says_why()
    {
        _ = space.Api;
        await using var place = new Place();
        var config = await ClusterShop.ConfigureAsync(place, "", "no-such-*");
        var once = await Program.RunAsync(place, "once", "--config", config);
        Assert.True(once.Code == 2, $"{once}");
        Assert.Contains("no-such-* means no namespace of this cluster", once.Error, StringComparison.Ordinal);

        var check = await Program.RunAsync(place, "check", "--config", config);
        Assert.Contains("FAIL  kubernetes nightjar-test: kubernetes.namespaces: no-such-* means no namespace of this cluster, which has default", check.Out, StringComparison.Ordinal);
    }
}
