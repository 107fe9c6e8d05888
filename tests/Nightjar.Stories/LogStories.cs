using Nightjar.Core.Incidents;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Testing;

namespace Nightjar.Stories;

/// <summary>From lines in a real file to incidents, through the log engine itself.</summary>
public sealed class LogStories : IDisposable
{
    /// <summary>Longer than an open event, a commit and a file that is leaving are waited for.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(8);

    private readonly string folder = Directory.CreateTempSubdirectory("nightjar-story-").FullName;
    private readonly FakeClock clock = new();
    private readonly ShopLog log;

    public LogStories() => log = new ShopLog(folder, clock);

    [Theory]
    [InlineData(100, 15, true)]
    [InlineData(100, 14, false)]
    [InlineData(99, 15, false)]
    public async Task An_incident_opens_at_fifteen_failures_of_a_hundred_requests_and_not_before(int requests, int failures, bool opens)
    {
        await using var world = await StartAsync();
        log.Serve(requests - failures);
        log.Fail(failures);
        await CountedAsync(world);
        await world.LookAsync(Quiet);

        var incidents = await world.IncidentsAsync();
        Assert.Equal(opens ? 1 : 0, incidents.Length);
        Assert.All(incidents, i => Assert.Equal((15L, 100L, RateUnit.Requests), (i.Trigger.Rate?.Errors, i.Trigger.Rate?.Total, i.Trigger.Rate?.Of)));
    }

    [Fact]
    public async Task Two_bugs_in_one_file_are_two_linked_incidents()
    {
        await using var world = await StartAsync();
        log.Serve(120);
        log.Fail(40);
        log.Fail(40, "PaymentTimeoutError", "Payments");
        await CountedAsync(world);
        await world.LookAsync(Quiet);

        var incidents = await world.IncidentsAsync();
        Assert.Equal(new HashSet<string> { Seen.StockMismatch, "PaymentTimeoutError" }, incidents.Select(i => i.Trigger.ErrorClass).ToHashSet());
        Assert.Equal(2, incidents.Length);
        Assert.Equal(incidents[0].Id, Assert.Single(incidents[1].Links).To);
        Assert.Equal(2, (await world.RequestsAsync()).Length);
    }

    [Fact]
    public async Task One_bug_under_load_with_twenty_thousand_lines_and_a_rotation_is_one_incident_and_each_request_is_counted_once()
    {
        await using var world = await StartAsync();
        for (var round = 0; round < 20; round++)
        {
            log.Serve(600);
            if (round == 10)
            {
                log.Rename();
            }

            log.Fail(200);
            log.OpenAnew();
            await world.LookAsync(TimeSpan.FromSeconds(1));
        }

        await CountedAsync(world);
        await world.LookAsync(Quiet);

        Assert.Equal((16_000, 4_000), (log.Requests, log.Failed));
        await AssertCountedOnceAsync(world);
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(IncidentState.InReview, incident.State);
        Assert.Single(await world.RequestsAsync());
        Assert.Equal(world.Code.Culprit, incident.Finding?.Suspect?.Sha);
        Assert.Equal(log.FirstFailure, Assert.Single(await world.Store.Evidence.ReadAsync(incident.Id, default)).Bundle.Onset);
        Assert.Empty(world.Options.Log.Errors);
    }

    [Fact]
    public async Task A_log_that_is_copied_and_truncated_in_the_middle_loses_and_doubles_nothing()
    {
        await using var world = await StartAsync();
        log.Serve(300);
        await world.LookAsync(TimeSpan.FromSeconds(2));
        log.Serve(70);
        log.CopyAndTruncate();
        log.Serve(500);
        await CountedAsync(world);
        await world.LookAsync(Quiet);

        await AssertCountedOnceAsync(world);
        Assert.Empty(await world.IncidentsAsync());
    }

    [Fact]
    public async Task A_line_that_matches_a_trigger_opens_an_incident_of_its_own()
    {
        await using var world = await StartAsync(s => s with { Triggers = [new LogTrigger("out of (disk|memory)")] });
        log.Serve(3);
        log.Write("2026-05-19 21:00:00 WARN cache: out of disk, 0 bytes left");
        await world.UntilAsync(async () => (await world.IncidentsAsync()).Length == 1);

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((SignalKind.LogTrigger, "out of (disk|memory)"), (incident.Trigger.Kind, incident.Trigger.Source));
        Assert.Contains("0 bytes left", Assert.Single(incident.Trigger.Samples), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopped_and_started_in_the_middle_it_loses_and_doubles_nothing()
    {
        for (var round = 0; round < 4; round++)
        {
            await using var world = await StartAsync();
            log.Serve(200);
            log.Fail(100);
            await world.LookAsync(TimeSpan.FromSeconds(0.2 + round));
            log.Fail(10);
            if (round == 2)
            {
                log.Rename();
                log.OpenAnew();
            }
        }

        await using var last = await StartAsync();
        await CountedAsync(last);
        await last.LookAsync(Quiet);

        await AssertCountedOnceAsync(last);
        Assert.Equal(IncidentState.InReview, (await last.OnlyIncidentAsync()).State);
        Assert.Single(await last.RequestsAsync());
    }

    [Fact]
    public async Task Lines_that_nobody_should_write_are_data_between_good_ones()
    {
        const string hostile = "\"; rm -rf / $(touch pwned) ../../x";
        await using var world = await StartAsync();
        string[] odd = [hostile, "a\0b", new string('x', 5_000_000), "{\"status\":200,\"message\":", "{\"status\":200}}", "\u001b]0;x\u0007", "{\"status\":\"" + hostile + "\"}", new string('{', 10_000)];
        foreach (var line in odd)
        {
            log.Serve(10);
            log.Write(line);
        }

        log.Serve(1);
        log.Fail(30, hostile);
        await CountedAsync(world);
        await world.LookAsync(Quiet);

        await AssertCountedOnceAsync(world);
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(hostile, incident.Trigger.ErrorClass);
        Assert.Matches("^incident/[0-9a-f]{8}$", incident.Request?.Branch);
        Assert.Empty(Directory.EnumerateFiles(folder, "pwned", SearchOption.AllDirectories));
        Assert.Empty(world.Options.Log.Errors);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private Task<World> StartAsync(Func<Service, Service>? change = null) => World.StartAsync(new WorldOptions
    {
        Folder = folder,
        DeleteAtEnd = false,
        Clock = clock,
        WatchesLogs = true,
        Service = s => (change ?? (x => x))(s with { Logs = [log.Path] }),
    });

    private Task CountedAsync(World world) => world.UntilAsync(async () => (await world.CountedAsync()).Total >= log.Requests);

    private async Task AssertCountedOnceAsync(World world)
    {
        var counted = await world.CountedAsync();
        Assert.Equal((log.Failed, log.Requests, RateUnit.Requests), (counted.Errors, counted.Total, counted.Of));
    }
}
