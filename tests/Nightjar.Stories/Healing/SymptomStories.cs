using Nightjar.Core.Incidents;

namespace Nightjar.Stories.Healing;

/// <summary>One fault with several symptoms, of which only one has a playbook.</summary>
public class SymptomStories
{
    [Fact]
    public async Task A_last_cry_in_the_log_and_the_end_of_the_container_are_one_incident_and_it_is_healed()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        hands.Set(HealLab.Web, isWell: false);
        hands.Effect = _ => hands.Set(HealLab.Web, isWell: true);
        await world.SeeAsync(HealLab.Logged(world, "container-exited") with { Condition = null, ErrorClass = "", Message = "CRITICAL no memory left" });
        Assert.Equal(IncidentState.Detected, (await world.OnlyIncidentAsync()).State);

        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        await world.PassAsync(TimeSpan.FromSeconds(10));
        var incident = await world.OnlyIncidentAsync();
        Assert.Equal((IncidentOutcome.Healed, 2), (incident.Outcome, incident.Fingerprints.Length));
        Assert.Single(hands.Done);
    }

    [Fact]
    public async Task A_cry_in_the_log_alone_is_investigated_two_seconds_later()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        await world.SeeAsync(HealLab.Logged(world, "container-exited") with { Condition = null, Message = "CRITICAL no memory left" });
        await world.PassAsync(TimeSpan.FromSeconds(3));
        Assert.NotNull((await world.OnlyIncidentAsync()).Finding);
        Assert.Empty(hands.Done);
    }
}
