namespace Nightjar.Live.Kubernetes;

/// <summary>What pods write, read through a real API server and kubelet.</summary>
public sealed class PodLogsTests(Space space) : IClassFixture<Space>
{
    [Fact]
    public async Task A_pod_that_logs_errors_while_it_runs_is_an_incident_of_its_deployment()
    {
        _ = space.Api;
        await using var place = new Place();
        await space.DeployAsync("old", "while true; do echo 'ERROR StockError: the shelf is empty'; sleep 0.05; done");
        await space.DeployAsync("calm", "while true; do echo 'INFO sold a book'; sleep 0.05; done");
        await space.WaitAsync("v1/pods", "it to run", p => $"{p["metadata"]?["labels"]?["app"]}" == "old" && Space.State(p, "running") is not null);
        var daemon = await ClusterShop.RunAsync(place, "", space.Name);
        await space.DeployAsync("young", "echo 'INFO begins'; while true; do echo 'ERROR PaymentError: the bank refuses the card'; sleep 0.05; done");

        var found = await daemon.WaitAsync("both to be told", n => new[] { "old", "young" }.All(w => $"{n}".Contains($"{space.Name}/{w} elevated error rate", StringComparison.Ordinal)), "incidents?open=true");
        Assert.DoesNotContain("/calm", $"{found}", StringComparison.Ordinal);
        Assert.Contains("logs of 3 containers read", $"{await daemon.GetAsync("status")}", StringComparison.Ordinal);
    }
}
