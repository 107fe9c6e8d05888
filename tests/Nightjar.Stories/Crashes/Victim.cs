using System.Diagnostics;
using Nightjar.Testing;

namespace Nightjar.Stories.Crashes;

/// <summary>A process that plays a way and kills itself at a point with SIGKILL, as a power cut would.</summary>
internal static class Victim
{
    public const int SigKill = 137;

    /// <summary>What <c>victim FOLDER WAY POINT</c> does.</summary>
    public static async Task<int> RunAsync(string folder, string way, string point)
    {
        await Way.All.Single(w => w.Name == way).PlayAsync(folder, at =>
        {
            if (at == point)
            {
                Process.GetCurrentProcess().Kill();
                new ManualResetEventSlim().Wait();
            }
        });
        return 0;
    }

    /// <summary>Null when it was killed, otherwise what it did instead.</summary>
    public static async Task<string?> KillAsync(string folder, Way way, string point)
    {
        // Copied here: a process that is killed builds its own each time, and leaves it behind.
        await CodeBase.OpenOrBuildAsync(folder, new FakeClock().GetUtcNow());
        var start = new ProcessStartInfo("dotnet", [typeof(Victim).Assembly.Location, "victim", folder, way.Name, point]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var victim = Process.Start(start) ?? throw new InvalidOperationException("the victim did not start");
        var output = victim.StandardOutput.ReadToEndAsync();
        var errors = victim.StandardError.ReadToEndAsync();
        await victim.WaitForExitAsync();
        return victim.ExitCode is SigKill ? null : $"the victim was not killed at {point}, it ended with {victim.ExitCode}: {await output} {await errors}";
    }
}
