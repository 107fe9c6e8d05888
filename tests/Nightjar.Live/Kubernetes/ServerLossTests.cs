namespace Nightjar.Live.Kubernetes;

/// <summary>A real API server that is killed and comes back.</summary>
public sealed class ServerLossTests(Space space) : IClassFixture<Space>
{
    [Fact]
    public async Task While_the_server_is_gone_it_is_said_and_afterwards_what_breaks_is_seen_and_what_was_known_is_not_told_anew()
    {
        _ = space.Api;
        Assert.SkipUnless(ApiServer.MayBeKilled, ApiServer.WhyNot);
        await using var place = new Place();
        var daemon = await ClusterShop.RunAsync(place, "", space.Name);
        await space.DeployAsync("before", "cat /etc/shop/prices.json");
        await daemon.WaitAsync("the first to be told", n => $"{n}".Contains($"{space.Name}/before", StringComparison.Ordinal), "incidents?open=true");

        await ApiServer.KillAndStartAsync();
        await daemon.WaitAsync("it to be said", s => $"{s["watchers"]}".Contains("does not see", StringComparison.Ordinal), "status");
        await daemon.WaitAsync("the cluster to be seen again", s => !$"{s["watchers"]}".Contains("does not see", StringComparison.Ordinal), "status");
        await Until.HoldsAsync("the server to take objects", TimeSpan.FromSeconds(30), async () =>
        {
            try
            {
                await space.DeployAsync("after", "cat /etc/shop/prices.json");
                return true;
            }
            catch (Nightjar.Connectors.Kubernetes.KubeException)
            {
                return false;
            }
        });
        var all = await daemon.WaitAsync("the second to be told", n => $"{n}".Contains($"{space.Name}/after", StringComparison.Ordinal), "incidents?limit=200");
        Assert.Equal(2, all["incidents"]?.AsArray().Count(i => $"{i?["service"]}".StartsWith($"{space.Name}/", StringComparison.Ordinal)));
    }
}
