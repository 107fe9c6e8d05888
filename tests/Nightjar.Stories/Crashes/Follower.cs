using System.Diagnostics;
using Nightjar.Core.Services;
using Nightjar.Testing;

namespace Nightjar.Stories.Crashes;

/// <summary>Follows the shop's log in a process of its own, as fast as it can, and says a word after every look, until it is killed.</summary>
internal sealed class Follower : IDisposable
{
    private readonly Process process;

    private Follower(Process process) => this.process = process;

    public static WorldOptions Options(string folder, FakeClock clock) => new()
    {
        Folder = folder,
        DeleteAtEnd = false,
        Clock = clock,
        WatchesLogs = true,
        Service = (Service s) => s with { Logs = [new ShopLog(folder, clock).Path] },
    };

    public static async Task<int> RunAsync(string folder)
    {
        await using var world = await World.StartAsync(Options(folder, new FakeClock()));
        while (true)
        {
            Console.WriteLine("looked");
            await world.LookAsync(TimeSpan.FromSeconds(0.2));
        }
    }

    public static Follower Start(string folder)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Follower).Assembly.Location, "follow", folder]) { RedirectStandardOutput = true, RedirectStandardError = true };
        return new Follower(Process.Start(start) ?? throw new InvalidOperationException("the follower did not start"));
    }

    public async Task LookedAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            if (await process.StandardOutput.ReadLineAsync() is null)
            {
                throw new InvalidOperationException($"the follower ended: {await process.StandardError.ReadToEndAsync()}");
            }
        }
    }

    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public void Dispose() => process.Dispose();
}
