using Microsoft.Extensions.DependencyInjection;
using Nightjar.Connectors;
using Nightjar.Connectors.Alerts;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Signals;
using Nightjar.Testing;

namespace Nightjar.Stories;

/// <summary>Problems that others saw: a store of telemetry, other people's alerts.</summary>
public class DetectionStories
{
    private const string Trace = "StockMismatchError: stock is -3\n   at Shop.Inventory.Reserve(String item) in /app/src/Inventory.cs:line 10";

    [Fact]
    public async Task From_spans_in_ClickHouse_to_a_verified_fix()
    {
        await using var store = await StandIn.StartAsync();
        var tables = new OpenTelemetryTables { ASlice = { ["shop"] = (20, 100) }, Logged = { ["shop"] = [OpenTelemetryTables.Kind("StockMismatchError", "stock is -3", 120, Trace, "reserve failed for order 7", ["4bf92f3577b34da6"])] } };
        store.Answer = tables.Answer;
        await using var world = await WatchedAsync(store);
        await LookAsync(world);

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.InReview, "StockMismatchError"), (incident.State, incident.Trigger.ErrorClass));
        var (_, bundle) = (await world.Store.Evidence.ReadAsync(incident.Id, default))[^1];
        var group = Assert.Single(bundle.Logs?.ErrorGroups ?? []);
        Assert.Equal(["4bf92f3577b34da6"], group.Traces);
        Assert.Contains("reserve failed for order 7", group.Sample, StringComparison.Ordinal);
        Assert.True(bundle.Rates.Length > 100, "the half hour before is there, too");

        await world.MergeAsync(1);
        await world.DeployAsync();
        tables.ASlice["shop"] = (0, 100);
        for (var minute = 0; minute < 12; minute++)
        {
            await world.PassAsync(TimeSpan.FromMinutes(1));
            await LookAsync(world);
        }

        incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.Resolved, IncidentOutcome.Merged), (incident.State, incident.Outcome));
        Assert.Equal((0.2, 0d), (incident.Verification?.Before?.Rate, incident.Verification?.After?.Rate));
    }

    [Fact]
    public async Task While_the_store_cannot_be_asked_nothing_is_verified()
    {
        await using var store = await StandIn.StartAsync();
        var tables = new OpenTelemetryTables { ASlice = { ["shop"] = (20, 100) }, Logged = { ["shop"] = [OpenTelemetryTables.Kind("StockMismatchError", "stock is -3", 120, Trace)] } };
        store.Answer = tables.Answer;
        await using var world = await WatchedAsync(store);
        await LookAsync(world);
        await world.MergeAsync(1);
        await world.DeployAsync();
        store.Answer = _ => (503, "overloaded");
        for (var minute = 0; minute < 20; minute++)
        {
            await world.PassAsync(TimeSpan.FromMinutes(1));
            await LookAsync(world);
        }

        Assert.Equal(IncidentState.Verifying, (await world.OnlyIncidentAsync()).State);
    }

    [Fact]
    public async Task Two_bugs_in_one_service_are_two_incidents_and_a_second_look_folds_into_them()
    {
        await using var store = await StandIn.StartAsync();
        store.Answer = new OpenTelemetryTables { ASlice = { ["shop"] = (50, 100) }, Logged = { ["shop"] = [OpenTelemetryTables.Kind("StockMismatchError", "stock is -3", 150), OpenTelemetryTables.Kind("PaymentTimeoutError", "no answer", 140)] } }.Answer;
        await using var world = await WatchedAsync(store);
        await LookAsync(world);
        await world.PassAsync(TimeSpan.FromMinutes(1));
        await LookAsync(world);
        Assert.Equal(["StockMismatchError", "PaymentTimeoutError"], (await world.IncidentsAsync()).Select(i => i.Trigger.ErrorClass));
    }

    [Fact]
    public async Task An_alert_that_was_resolved_after_the_fix_proves_it()
    {
        await using var world = await AlertedAsync();
        await world.PassAsync(TimeSpan.FromMinutes(2));
        await SendAsync(world, "resolved");
        await world.PassAsync(TimeSpan.FromMinutes(12));
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.Resolved, IncidentOutcome.MendedByHand), (incident.State, incident.Outcome));
        Assert.Contains("the alert QueueIsFull was resolved at 2026-05-19 21:0", incident.Why, StringComparison.Ordinal);
        Assert.Contains(await world.JournalAsync(), e => e.Act == "alert-resolved" && e.Incident == incident.Id);
    }

    [Fact]
    public async Task An_alert_that_began_an_hour_ago_and_fires_still_is_not_over()
    {
        await using var world = await World.StartAsync(new WorldOptions { Change = o => o with { Alerts = [Receiver] } });
        await SendAsync(world, "firing", world.Clock.Now.AddHours(-1));
        Assert.Equal((IncidentState.NeedsHuman, IncidentOutcome.None), ((await world.OnlyIncidentAsync()).State, (await world.OnlyIncidentAsync()).Outcome));
    }

    [Fact]
    public async Task An_alert_that_fires_on_is_waited_for_and_then_opens_the_incident_again()
    {
        await using var world = await AlertedAsync();
        await world.ServeAsync(0, 3_000, TimeSpan.FromMinutes(15));
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(IncidentState.Verifying, incident.State);
        Assert.Contains("the alert QueueIsFull fires since 2026-05-19 21:00", incident.Waiting, StringComparison.Ordinal);

        await world.PassAsync(TimeSpan.FromMinutes(25));
        Assert.Equal(1, (await world.OnlyIncidentAsync()).Reopened);
    }

    [Fact]
    public async Task A_repeat_of_an_alert_is_no_new_sight_of_the_problem_but_one_that_fires_anew_is()
    {
        await using var world = await AlertedAsync();
        await world.PassAsync(TimeSpan.FromMinutes(5));
        await SendAsync(world, "firing");
        await world.PassAsync(TimeSpan.FromMinutes(8));
        Assert.Equal((IncidentState.Verifying, 0), ((await world.OnlyIncidentAsync()).State, (await world.OnlyIncidentAsync()).Reopened));

        await SendAsync(world, "resolved");
        await SendAsync(world, "firing", world.Clock.Now);
        await world.PassAsync(TimeSpan.FromMinutes(8));
        Assert.Equal(1, (await world.OnlyIncidentAsync()).Reopened);
    }

    private static AlertReceiverOptions Receiver => new() { Name = "prod", Kind = AlertKind.Json, Secret = new Secret("s3cret") };

    /// <summary>An alert opened an incident, a person mended it, and it runs.</summary>
    private static async Task<World> AlertedAsync()
    {
        var world = await World.StartAsync(new WorldOptions { Change = o => o with { Alerts = [Receiver] } });
        await SendAsync(world, "firing");
        await world.PassAsync(TimeSpan.FromMinutes(1));
        await world.TellAsync(InboxKind.Approve, "ann", "made the queue longer");
        await world.TellAsync(InboxKind.Deployed, "ann", "restart");
        Assert.Equal((IncidentState.Verifying, SignalKind.Alert), ((await world.OnlyIncidentAsync()).State, (await world.OnlyIncidentAsync()).Trigger.Kind));
        return world;
    }

    private static async Task SendAsync(World world, string status, DateTimeOffset? at = null)
    {
        var moment = at ?? (status == "firing" ? new DateTimeOffset(2026, 5, 19, 21, 0, 0, TimeSpan.Zero) : world.Clock.Now);
        var body = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { alert = "QueueIsFull", service = "shop", status, message = "9,000 wait", at = moment });
        var reply = await world.Part<IAlertDoor>().TakeAsync("prod", new AlertDelivery("Bearer s3cret", null, body), default);
        Assert.Equal(AlertVerdict.Taken, reply.Verdict);
        await world.Intake.FlushAsync(default);
        await world.SettleAsync();
    }

    private static Task<World> WatchedAsync(StandIn store) => World.StartAsync(new WorldOptions
    {
        Change = o => o with { Sources = [new RateSourceOptions { Name = "telemetry", Kind = RateSourceKind.ClickHouse, Url = store.Url }] },
        Parts = (services, _) => services.AddSingleton<ILogDigests>(s => s.GetRequiredService<RateSources>()),
    });

    private static async Task LookAsync(World world)
    {
        await world.Part<RateSources>().LookAsync(default);
        await world.Intake.FlushAsync(default);
        await world.SettleAsync();
    }
}
