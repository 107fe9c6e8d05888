using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;

namespace Nightjar.Stories.Healing;

/// <summary>Tier 1: what a playbook heals, and what only looks so.</summary>
public class HealStories
{
    [Fact]
    public async Task A_container_that_ended_is_restarted_verified_and_resolved_without_a_request()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        hands.Set(HealLab.Web, isWell: false, says: "exited with code 1");
        hands.Effect = _ => hands.Set(HealLab.Web, isWell: true);
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        Assert.Equal(IncidentState.Healing, (await world.OnlyIncidentAsync()).State);
        await world.PassAsync(TimeSpan.FromSeconds(3));

        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentState.Resolved, IncidentOutcome.Healed), (incident.State, incident.Outcome));
        Assert.Equal("restart container/web", hands.Labels);
        Assert.Equal((HealEnd.Verified, "restart"), (Assert.Single(incident.Heal?.Tried ?? []).End, incident.Heal?.Playbook.Name));
        Assert.Empty(await world.RequestsAsync());
        Assert.Contains(await world.JournalAsync(), e => e.Act == "healed" && e.Why.Contains("restart container/web helped", StringComparison.Ordinal));
        Assert.Empty(world.Options.Log.Errors);
    }
}
