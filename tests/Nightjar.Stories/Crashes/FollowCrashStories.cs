using Nightjar.Testing;

namespace Nightjar.Stories.Crashes;

/// <summary>Killed while it follows a log, Nightjar counts every line once.</summary>
public class FollowCrashStories
{
    [Fact]
    public async Task Killed_at_any_moment_while_it_follows_a_log_it_counts_every_request_once()
    {
        var folder = Directory.CreateTempSubdirectory("nightjar-follow-").FullName;
        var clock = new FakeClock();
        var log = new ShopLog(folder, clock);
        for (var kill = 0; kill < 6; kill++)
        {
            using var follower = Follower.Start(folder);
            await follower.LookedAsync(1);
            for (var burst = 0; burst < 3 + (7 * kill); burst++)
            {
                log.Serve(50);
                await follower.LookedAsync(1);
            }

            log.Serve(50);
            await follower.KillAsync();
            log.Serve(kill);
        }

        await using var world = await World.StartAsync(Follower.Options(folder, clock) with { DeleteAtEnd = true });
        await world.UntilAsync(async () => (await world.CountedAsync()).Total >= log.Requests);
        await world.LookAsync(TimeSpan.FromSeconds(8));
        Assert.Equal(log.Requests, (await world.CountedAsync()).Total);
    }
}
