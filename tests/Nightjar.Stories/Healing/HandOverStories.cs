using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;

namespace Nightjar.Stories.Healing;

/// <summary>What goes along when healing hands an incident over to investigation.</summary>
public class HandOverStories
{
    [Fact]
    public async Task Lines_around_the_onset_without_secrets_and_what_the_container_used()
    {
        var (options, hands) = HealLab.Options();
        await using var world = await World.StartAsync(options);
        var now = world.Clock.Now;
        world.Part<StoryDigests>().Digest = new LogDigest
        {
            From = now.AddMinutes(-5),
            To = now,
            Around = [new(now.AddSeconds(-2), "connecting with password=hunter2"), new(now, "-----BEGIN RSA PRIVATE KEY-----"), new(now, "MIIEowIBAAKCAQEA7"), new(now, "-----END RSA PRIVATE KEY-----"), new(now, "out of memory")],
        };
        await world.Store.Figures.AddAsync([new ContainerFigure("web", now, true, TimeSpan.FromMilliseconds(80), 0.5, 250_000_000, 268_435_456, 2)], default);
        hands.Set(HealLab.Web, isWell: false, says: "exited with code 137");
        await world.SeeAsync(HealLab.Sick(world, "container-exited"));
        await world.PassAsync(TimeSpan.FromMinutes(10));

        var incident = await world.OnlyIncidentAsync();
        Assert.NotEqual(IncidentState.Healing, incident.State);
        var bundle = (await world.Store.Evidence.ReadAsync(incident.Id, default))[^1].Bundle;
        Assert.Equal(["connecting with password=[masked]", "[masked]", "[masked]", "[masked]", "out of memory"], bundle.Logs?.Around.Select(l => l.Text));
        Assert.Equal(("web", 250_000_000, 2), (bundle.Container?.Name, bundle.Container?.Slices.Single().Memory, bundle.Container?.Slices.Single().Restarts));
    }
}
