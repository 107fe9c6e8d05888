using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Hosting;

namespace Nightjar.Stories.Healing;

/// <summary>A person asks for a container to be healed; what happens is decided where it always is.</summary>
public class HealWishStories
{
    [Fact]
    public async Task What_a_person_asks_for_is_healed_and_verified_by_its_incident()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        hands.Set(HealLab.Web, isWell: false, says: "exited with code 1");
        hands.Effect = _ => hands.Set(HealLab.Web, isWell: true);
        var reply = await AskAsync(world);
        Assert.True(reply.Done, reply.Says);
        await world.SettleAsync();
        await world.PassAsync(TimeSpan.FromSeconds(3));
        Assert.Equal((reply.Incident, IncidentOutcome.Healed), ((await world.OnlyIncidentAsync()).Id, (await world.OnlyIncidentAsync()).Outcome));
        Assert.Equal("restart container/web", hands.Labels);
    }

    [Fact]
    public async Task In_observe_mode_it_is_said_what_would_be_done_and_nothing_is_opened()
    {
        var (options, hands) = HealLab.Options(Mode.Observe);
        await using var world = await World.StartAsync(options);
        hands.Set(HealLab.Web, isWell: false);
        var reply = await AskAsync(world);
        Assert.False(reply.Done);
        Assert.Contains("would do: restart container/web; mode observe", reply.Says, StringComparison.Ordinal);
        Assert.Empty(await world.IncidentsAsync());
        Assert.Empty(hands.Labels);
    }

    [Fact]
    public async Task What_is_well_is_left_alone()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        Assert.Contains("is well", (await AskAsync(world)).Says, StringComparison.Ordinal);
        Assert.Empty(await world.IncidentsAsync());
        Assert.Empty(hands.Labels);
    }

    [Fact]
    public async Task A_container_whose_incident_is_open_already_gets_no_second_one()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        hands.Set(HealLab.Web, isWell: false);
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        var reply = await AskAsync(world);
        Assert.Equal((true, (await world.OnlyIncidentAsync()).Id), (reply.Done, reply.Incident));
        await world.PassAsync(TimeSpan.FromMinutes(10));
        Assert.Contains("past healing", (await AskAsync(world)).Says, StringComparison.Ordinal);
        await world.OnlyIncidentAsync();
    }

    private static Task<Nightjar.Web.HandReply> AskAsync(World world) =>
        world.Part<HealWish>().HealAsync(new ContainerStanding("web", World.Shop, null, null, null), "ann", default);
}
