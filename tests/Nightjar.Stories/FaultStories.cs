using Nightjar.Core.Incidents;
using Nightjar.Core.Services;

namespace Nightjar.Stories;

public class FaultStories
{
    [Fact]
    public async Task The_cause_is_looked_for_without_a_repository_that_is_gone_and_the_fix_waits_for_it()
    {
        await using var world = await World.StartAsync(new WorldOptions { Service = s => s with { Repository = new RepositoryLocation("/nowhere/shop.git") } });
        await MainJobStories.SeeTheRaceAsync(world);
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.Proposing, 1), (incident.State, incident.Attempts));
        Assert.NotNull(incident.Finding);
        Assert.Contains("/nowhere/shop.git", incident.Waiting, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Three_failed_tries_open_the_breaker_for_an_hour_and_page_once()
    {
        await using var world = await World.StartAsync(new WorldOptions { Service = s => s with { Repository = new RepositoryLocation("/nowhere/shop.git") } });
        await MainJobStories.SeeTheRaceAsync(world);
        await world.PassAsync(TimeSpan.FromMinutes(5));
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(1, incident.BreakerTrips);
        Assert.Contains("the breaker is open for 1 h", incident.Waiting, StringComparison.Ordinal);

        await world.PassAsync(TimeSpan.FromMinutes(54));
        Assert.Equal(1, (await world.OnlyIncidentAsync()).BreakerTrips);
        await world.PassAsync(TimeSpan.FromHours(60));
        incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.GaveUp, IncidentOutcome.GivenUp), (incident.State, incident.Outcome));
        Assert.Equal(2, world.Told.All.Count(a => a.IsPage));
    }

    [Fact]
    public async Task A_repository_that_comes_back_is_taken_up_where_it_was()
    {
        await using var world = await World.StartAsync();
        var away = world.Code.Bare + ".away";
        Directory.Move(world.Code.Bare, away);
        await MainJobStories.SeeTheRaceAsync(world);
        Assert.Equal(1, (await world.OnlyIncidentAsync()).Attempts);

        Directory.Move(away, world.Code.Bare);
        await world.PassAsync(TimeSpan.FromMinutes(1));
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(IncidentState.InReview, incident.State);
        Assert.NotNull(incident.Finding?.Suspect);
        Assert.Single(await world.RequestsAsync());
    }

    [Fact]
    public async Task A_push_that_did_not_happen_is_not_taken_for_done_because_an_earlier_one_did()
    {
        var options = new WorldOptions { DeleteAtEnd = false, Service = s => s with { Check = new CheckCommand("false") } };
        await using (var before = await World.StartAsync(options))
        {
            await MainJobStories.SeeTheRaceAsync(before);
            Assert.Null((await before.OnlyIncidentAsync()).Change?.FixCommit);
        }

        // The second attempt's fix passes its check, and its push is cut off right before it happens.
        var cut = false;
        await using var world = await World.StartAsync(options with
        {
            DeleteAtEnd = true,
            Service = s => s,
            Reached = point =>
            {
                if (!cut && point.StartsWith("propose:push-", StringComparison.Ordinal) && point.EndsWith(":intent", StringComparison.Ordinal))
                {
                    cut = true;
                    throw new InvalidOperationException("cut off");
                }
            },
        });
        world.Logs.Digest = Seen.DigestOf(Seen.StockGoesNegative(world.Clock.GetUtcNow()));
        await world.TellAsync(new IncidentId(1), InboxKind.Retry, "ann", "");
        await world.PassAsync(TimeSpan.FromMinutes(1));

        var incident = await world.OnlyIncidentAsync();
        Assert.True(cut);
        Assert.Equal(IncidentState.InReview, incident.State);
        Assert.DoesNotContain(CodeBase.Fault, await world.Code.ReadAsync(incident.Request?.Branch ?? "", "src/Inventory.cs"), StringComparison.Ordinal);
        Assert.Contains(incident.Change?.FixCommit ?? "none", (await world.Code.CommitsAsync($"main..{incident.Request?.Branch}"))[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_daemon_on_the_same_store_is_refused_and_the_first_is_named()
    {
        await using var world = await World.StartAsync();
        var refusal = await Assert.ThrowsAnyAsync<Exception>(() => World.StartAsync(new WorldOptions { Folder = world.Options.Folder, DeleteAtEnd = false }));
        Assert.Contains(Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_over_before_anybody_looked_is_not_investigated()
    {
        await using var world = await World.StartAsync();
        await world.SeeAsync(Seen.StockGoesNegative(world.Clock.GetUtcNow().AddMinutes(-30)));
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.Resolved, IncidentOutcome.OverByItself), (incident.State, incident.Outcome));
        Assert.Empty(await world.RequestsAsync());
    }
}
