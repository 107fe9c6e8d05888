
namespace Nightjar.Live.Run;

/// <summary>Killed with <c>kill -9</c> and started again: nothing is lost, nothing is done twice.</summary>
public sealed class RestartTests
{
    [Fact]
    public async Task Killed_while_the_check_runs_the_incident_goes_on_with_one_request_and_one_fix()
    {
        await using var place = new Place();
        var service = await BookShop.BuildAsync(place, checkSeconds: 5);
        var daemon = await service.RunAsync();
        await service.ServeAsync(well: 80, failed: 40);
        await Until.HoldsAsync("the check to run", TimeSpan.FromSeconds(30), () => Processes.Naming(service.CheckSleep).Count > 0);

        daemon.Program.Send("KILL");
        await daemon.Program.EndAsync(TimeSpan.FromSeconds(5));
        await place.NothingRunsAsync();
        daemon = await service.RunAsync();

        await daemon.IncidentAsync("inReview");
        await AssertNothingTwiceAsync(daemon, service);
    }

    [Fact]
    public async Task Killed_again_and_again_it_still_ends_with_one_request_and_one_fix()
    {
        await using var place = new Place();
        var service = await BookShop.BuildAsync(place);
        var daemon = await service.RunAsync();
        await service.ServeAsync(well: 80, failed: 40);
        foreach (var milliseconds in new[] { 300, 700, 1_200 })
        {
            // The moment is left to chance on purpose: the crash stories stop at each named point.
            await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, TestContext.Current.CancellationToken);
            daemon.Program.Send("KILL");
            await daemon.Program.EndAsync(TimeSpan.FromSeconds(5));
            daemon = await service.RunAsync();
        }

        await daemon.IncidentAsync("inReview");
        await AssertNothingTwiceAsync(daemon, service);
    }

    [Fact]
    public async Task What_was_logged_while_it_was_down_is_read_after_the_restart_and_counted_once()
    {
        await using var place = new Place();
        var service = await BookShop.BuildAsync(place);
        var daemon = await service.RunAsync();
        await service.ServeAsync(well: 30, failed: 0);
        await RequestsAsync(daemon, 30);
        await daemon.StopAsync();
        await service.ServeAsync(well: 50, failed: 0);

        daemon = await service.RunAsync();
        await RequestsAsync(daemon, 80);
        daemon.Program.Send("KILL");
        await daemon.Program.EndAsync(TimeSpan.FromSeconds(5));
        await service.ServeAsync(well: 20, failed: 0);

        daemon = await service.RunAsync();
        await RequestsAsync(daemon, 100);
    }

    private static Task RequestsAsync(Daemon daemon, long count) =>
        daemon.WaitAsync($"{count} requests to be counted", n => (long?)n["services"]?[0]?["rate"]?["total"] == count, "services");

    private static async Task AssertNothingTwiceAsync(Daemon daemon, BookShop service)
    {
        var incident = Assert.Single((await daemon.GetAsync("incidents"))["incidents"]?.AsArray() ?? []);
        var request = Assert.Single((await daemon.GetAsync("requests"))["requests"]?.AsArray() ?? []);
        var branch = Assert.Single(await Git.LinesAsync(service.Bare, "for-each-ref", "--format=%(refname:short)", "refs/heads/incident"));
        Assert.Equal(branch, (string?)request?["branch"]);
        Assert.Single(await service.SubjectsAsync($"main..{branch}"), s => s.StartsWith("fix", StringComparison.Ordinal));
        Assert.Equal(BookShop.Culprit, (string?)incident?["finding"]?["suspect"]?["subject"]);
    }
}
