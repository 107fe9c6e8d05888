using Nightjar.Connectors.Paging;
using Nightjar.Core.Incidents;
using Nightjar.Core.Signals;
using Nightjar.Stories.Healing;

namespace Nightjar.Stories;

/// <summary>What people are told where the configuration says it.</summary>
public class AnnounceStories
{
    [Fact]
    public async Task Each_state_is_told_once_by_severity_and_the_end_of_what_was_told_too()
    {
        var folder = Directory.CreateTempSubdirectory("nightjar-announce-");
        try
        {
            var (all, grave) = (Path.Combine(folder.FullName, "all.log"), Path.Combine(folder.FullName, "grave.log"));
            var (options, hands) = HealLab.Options(change: o => o with { Announce = [new AnnounceOptions { File = all, Severity = Severity.Info }, new AnnounceOptions { File = grave }] });
            await using var world = await World.StartAsync(options);
            hands.Set(HealLab.Web, isWell: false);
            hands.Effect = _ => hands.Set(HealLab.Web, isWell: true);
            for (var i = 0; i < 3; i++)
            {
                await world.SeeAsync(HealLab.Sick(world, "container-exited"));
            }

            await world.PassAsync(TimeSpan.FromSeconds(10));
            Assert.Equal(IncidentOutcome.Healed, (await world.OnlyIncidentAsync()).Outcome);
            var told = await File.ReadAllLinesAsync(all);
            Assert.Equal(2, told.Length);
            Assert.Contains("WARNING #1 opened", told[0], StringComparison.Ordinal);
            Assert.Contains("INFO #1 resolved", told[1], StringComparison.Ordinal);
            Assert.False(File.Exists(grave));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
