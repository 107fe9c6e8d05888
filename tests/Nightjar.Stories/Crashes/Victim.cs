using Nightjar.Core.Incidents;
using Nightjar.Testing;

namespace Nightjar.Stories.Crashes;

/// <summary>
/// Plays the whole way of one incident from wherever the folder's store left it, and, when told a point, kills its own process
/// there with SIGKILL, as a power cut would. Everything it does is what the main job does: nothing here repairs anything.
/// </summary>
internal static class Victim
{
    /// <summary>The story's clock is kept in a file, so that time does not run backwards after a kill.</summary>
    private const string ClockFile = "clock";

    public static async Task<int> RunAsync(string folder, string point)
    {
        var reached = 0;
        await PlayAsync(folder, at =>
        {
            if (at == point && reached++ == 0)
            {
                System.Diagnostics.Process.GetCurrentProcess().Kill();
                new ManualResetEventSlim().Wait();
            }
        });
        return 0;
    }

    /// <summary>Plays until the incident has ended; returns the points that were passed, in order.</summary>
    public static async Task<IReadOnlyList<string>> PlayAsync(string folder, Action<string> reached)
    {
        var points = new List<string>();
        var clockFile = Path.Combine(folder, ClockFile);
        var clock = File.Exists(clockFile) ? new FakeClock(new DateTimeOffset(long.Parse(await File.ReadAllTextAsync(clockFile), null), TimeSpan.Zero)) : new FakeClock();
        await using var world = await World.StartAsync(new WorldOptions
        {
            Folder = folder,
            DeleteAtEnd = false,
            Clock = clock,
            Reached = point =>
            {
                File.WriteAllText(clockFile, clock.GetUtcNow().UtcTicks.ToString(System.Globalization.CultureInfo.InvariantCulture));
                points.Add(point);
                reached(point);
            },
        });
        world.Logs.Digest = Seen.DigestOf(Seen.StockGoesNegative(new FakeClock().GetUtcNow()));
        if ((await world.IncidentsAsync()).IsEmpty)
        {
            await world.SeeAsync(Seen.StockGoesNegative(clock.GetUtcNow()));
        }

        await world.SettleAsync();
        if ((await world.RequestsAsync())[0].State == Core.Proposal.HostedState.Open)
        {
            await world.MergeAsync(1);
            await world.DeployAsync();
        }

        if ((await world.OnlyIncidentAsync()).State == IncidentState.Verifying)
        {
            await world.DeployAsync();
            await world.ServeAsync(0, 3_000, TimeSpan.FromMinutes(11));
        }

        await world.SettleAsync();
        return points;
    }
}
