using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Nightjar.Core.Announcements;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;

namespace Nightjar.Stories;

/// <summary>Somebody is told until somebody has heard.</summary>
public class PagingStories
{
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    [Fact]
    public async Task A_page_repeats_goes_on_along_the_route_survives_restarts_and_ends_with_the_acknowledgement()
    {
        var (first, second) = (new KeptChannel("1 pagerduty"), new KeptChannel("2 email"));
        var options = Asking(new PageRoute("shop", [first, second])) with { DeleteAtEnd = false };
        await using (var before = await World.StartAsync(options))
        {
            await MainJobStories.SeeTheRaceAsync(before);
            Assert.Equal(IncidentState.NeedsHuman, (await before.OnlyIncidentAsync()).State);
            await PassAsync(before, Quarter * 2);
            Assert.Equal(["Trigger 1", "Trigger 2", "Trigger 3"], first.Said);
        }

        await using var world = await World.StartAsync(options with { DeleteAtEnd = true });
        await PassAsync(world, TimeSpan.FromMinutes(14));
        Assert.Equal((3, 0), (first.All.Count, second.All.Count));
        await PassAsync(world, TimeSpan.FromMinutes(1));
        Assert.Equal(["Trigger 4"], second.Said);
        Assert.Single(first.All.Concat(second.All).Select(n => n.Page.Key).Distinct());

        await world.TellAsync(new IncidentId(1), InboxKind.Acknowledge, "ann", "");
        await PassAsync(world, TimeSpan.FromHours(3));
        Assert.Equal((4, "Acknowledge 4"), (first.All.Count, first.Said[^1]));
        Assert.Equal(["Trigger 4", "Acknowledge 4"], second.Said);
        Assert.Equal("ann", second.All.Last().Says);

        await world.TellAsync(new IncidentId(1), InboxKind.Approve, "ann", "");
        await PassAsync(world, TimeSpan.FromMinutes(1));
        Assert.Equal(("Resolve 4", "Resolve 4"), (first.Said[^1], second.Said[^1]));
        Assert.Empty(await world.Store.Pages.StandingAsync(null, default));
        Assert.Contains(await world.JournalAsync(), e => e is { Actor: "pager", Why: "paged by route shop, 2 email, time 4" });
    }

    [Fact]
    public async Task A_channel_that_is_away_is_tried_again_and_then_the_next_one_is_told()
    {
        var (first, second) = (new KeptChannel("1 pagerduty") { IsAway = true }, new KeptChannel("2 email"));
        await using var world = await World.StartAsync(Asking(new PageRoute("shop", [first, second])));
        await MainJobStories.SeeTheRaceAsync(world);
        await PassAsync(world, TimeSpan.FromSeconds(129));
        Assert.Equal((3, 0), (first.Tries, second.All.Count));
        await PassAsync(world, TimeSpan.FromSeconds(2));
        Assert.Equal((4, 1), (first.Tries, second.All.Count));

        // Nobody was told there, so nobody is told that it ended.
        await world.TellAsync(new IncidentId(1), InboxKind.Reject, "ann", "");
        await PassAsync(world, TimeSpan.FromMinutes(5));
        Assert.Equal((4, "Resolve 1"), (first.Tries, second.Said[^1]));
        Assert.Contains(await world.JournalAsync(), e => e.Why == "not paged by route shop, 1 pagerduty: away");
    }

    [Fact]
    public async Task Who_gives_an_incident_up_is_not_paged_for_it()
    {
        var channel = new KeptChannel("1 pagerduty");
        await using var world = await World.StartAsync(new WorldOptions { Parts = Routes(new PageRoute("shop", [channel])) });
        await MainJobStories.SeeTheRaceAsync(world);
        await world.TellAsync(new IncidentId(1), InboxKind.GiveUp, "ann", "");
        await PassAsync(world, TimeSpan.FromHours(1));
        Assert.Empty(channel.All);
    }

    [Fact]
    public async Task What_failed_for_days_is_paged_until_somebody_takes_note()
    {
        var channel = new KeptChannel("1 pagerduty");
        await using var world = await World.StartAsync(new WorldOptions { Service = s => s with { Repository = new RepositoryLocation("/nowhere/shop.git") }, Parts = Routes(new PageRoute("shop", [channel]) { Every = TimeSpan.FromHours(6) }) });
        await MainJobStories.SeeTheRaceAsync(world);
        await PassAsync(world, TimeSpan.FromMinutes(5));
        Assert.Equal(["Trigger 1"], channel.Said);
        await world.PassAsync(TimeSpan.FromHours(60));
        Assert.Equal(IncidentState.GaveUp, (await world.OnlyIncidentAsync()).State);
        await PassAsync(world, TimeSpan.FromMinutes(1));
        Assert.Equal(2, channel.All.Where(n => n.Act == PageAct.Trigger).Select(n => n.Page.Key).Distinct().Count());

        await world.TellAsync(new IncidentId(1), InboxKind.Acknowledge, "ann", "");
        await PassAsync(world, TimeSpan.FromMinutes(1));
        Assert.Empty(await world.Store.Pages.StandingAsync(null, default));
        Assert.Equal("Resolve", channel.All.Last().Act.ToString());
    }

    [Fact]
    public async Task A_dry_run_pages_nobody()
    {
        await using var world = await World.StartAsync(new WorldOptions { Change = o => o with { Route = "shop", Routes = [new Connectors.Paging.PageRouteOptions { Name = "shop", Steps = [new Connectors.Paging.PageStepOptions { Kind = Connectors.Paging.PageStepKind.Webhook, Url = new Uri("http://127.0.0.1:1/"), Key = new Core.Policy.Secret("k") }] }], Conduct = o.Conduct with { DryRun = true } } });
        await MainJobStories.SeeTheRaceAsync(world);
        Assert.NotEmpty(await world.Store.Pages.StandingAsync(null, default));
        await PassAsync(world, TimeSpan.FromMinutes(1));
        Assert.DoesNotContain(await world.JournalAsync(), e => e.Why.Contains("webhook", StringComparison.Ordinal));
        Assert.Contains(await world.JournalAsync(), e => e.Why.Contains("1 console", StringComparison.Ordinal));
    }

    /// <summary>The check fails, so that a person is asked.</summary>
    private static WorldOptions Asking(PageRoute route) => new() { Service = s => s with { Check = new CheckCommand("false") }, Review = new Core.Pipeline.ReviewOptions { Poll = TimeSpan.FromHours(2) }, Parts = Routes(route) };

    private static Action<IServiceCollection, Storage.Sqlite.SqliteStore> Routes(PageRoute route) => (services, _) => services.AddSingleton(new PageRoutes([], route, new Catalogue([])));

    /// <summary>Time passes in seconds, as the daemon's own pager sees it.</summary>
    private static async Task PassAsync(World world, TimeSpan time)
    {
        var until = world.Clock.GetUtcNow() + time;
        var pager = world.Part<Pager>();
        for (; ; )
        {
            while (await pager.SendDueAsync(default) > 0)
            {
            }

            if (world.Clock.GetUtcNow() >= until)
            {
                return;
            }

            var next = (await world.Store.Pages.DueAsync(until, 100, default)).Min(p => p.NextAt) ?? until;
            await world.PassAsync((next < until ? next : until) - world.Clock.GetUtcNow());
        }
    }

    private sealed class KeptChannel(string name) : IPageChannel
    {
        public ConcurrentQueue<PageNotice> All { get; } = [];

        public bool IsAway { get; init; }

        public int Tries { get; private set; }

        public string Name => name;

        public string[] Said => [.. All.Select(n => $"{n.Act} {n.Time}")];

        public Task SendAsync(PageNotice notice, CancellationToken cancellationToken)
        {
            Tries++;
            if (IsAway)
            {
                throw new PageFailedException("away", isFinal: false);
            }

            All.Enqueue(notice);
            return Task.CompletedTask;
        }
    }
}
