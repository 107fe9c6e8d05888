using Nightjar.Core.Incidents;
using Nightjar.Core.Services;

namespace Nightjar.Stories;

public class FaultStories
{
    [Fact]
    public async Task A_repository_that_is_gone_costs_the_code_evidence_and_nothing_else()
    {
        await using var world = await World.StartAsync(new WorldOptions { Service = s => s with { Repository = new RepositoryLocation("/nowhere/shop.git") } });
        await MainJobStories.SeeTheRaceAsync(world);
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal(IncidentState.Detected, incident.State is IncidentState.Investigating ? IncidentState.Detected : incident.State);
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
        Assert.Equal(IncidentState.InReview, (await world.OnlyIncidentAsync()).State);
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
