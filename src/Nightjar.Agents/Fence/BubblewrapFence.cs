using System.ComponentModel;
using System.Diagnostics;

namespace Nightjar.Agents.Fence;

/// <summary>
/// Linux namespaces by way of the <c>bwrap</c> program: no network unless asked for, a read-only system, an empty home, no
/// sight of other processes. Only the command's folder can be written to, and in it not <c>.git</c>, where a hook or a setting
/// written inside would run outside.
/// </summary>
/// <param name="program">Name or path of bubblewrap.</param>
public sealed class BubblewrapFence(TimeProvider clock, string program = "bwrap") : IFence
{
    private static readonly TimeSpan ProbeTime = TimeSpan.FromSeconds(10);

    /// <summary>How long a fence that worked is taken to work.</summary>
    private static readonly TimeSpan Lasts = TimeSpan.FromMinutes(1);

    private static readonly FenceState Works = new(true, "bubblewrap works");

    private long? workedAt;

    public string Name => "bubblewrap";

    public async Task<FenceState> ProbeAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            return new FenceState(false, "bubblewrap runs on Linux only");
        }

        if (workedAt is { } then && clock.GetElapsedTime(then) < Lasts)
        {
            return Works;
        }

        var folder = RunFolder.Create();
        try
        {
            var run = await RunAsync(new FencedCommand(["/bin/sh", "-c", "true"], folder.FullName, ProbeTime), cancellationToken);
            workedAt = run.ExitCode == 0 ? clock.GetTimestamp() : null;
            return run.ExitCode == 0 ? Works : new FenceState(false, BubblewrapRefusal.Explain(run));
        }
        catch (Win32Exception e)
        {
            return new FenceState(false, $"{program} could not be started ({e.Message}): install the package bubblewrap (apt install bubblewrap, dnf install bubblewrap)");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The kernel kills all of a process namespace with its first process: there is nothing left to sweep.</summary>
    public Task<FencedRun> RunAsync(FencedCommand command, CancellationToken cancellationToken) =>
        ChildProcess.RunAsync(Start(command), command.Timeout, () => { }, clock, cancellationToken);

    public async Task<FencedSession> StartAsync(FencedCommand command, CancellationToken cancellationToken) =>
        new(await ChildProcess.StartAsync(Start(command), () => { }, new OutputTail()));

    private ProcessStartInfo Start(FencedCommand command)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var tools = !command.HasToolchain ? Toolchain.None : Toolchain.Find(command.Arguments, Environment.GetEnvironmentVariable, home);
        var start = new ProcessStartInfo(program, BubblewrapArguments.For(command, tools)) { WorkingDirectory = "/" };

        // bwrap stays visible inside as process 1, its first environment with it: it gets none of ours.
        var path = Environment.GetEnvironmentVariable("PATH");
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        return start;
    }
}
