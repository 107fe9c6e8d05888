using System.Diagnostics;
using System.Security;
using System.Text;

namespace Nightjar.Agents.Fence;

/// <summary>
/// No fence at all: the command sees and may change what Nightjar may. Only for code that the repository already held. It
/// still gets a small environment, and what it leaves behind is killed.
/// </summary>
public sealed class NoFence(TimeProvider clock) : IFence
{
    /// <summary>Every child inherits it, whatever session or parent it has by then; only one that clears its environment is missed.</summary>
    private const string Mark = "NIGHTJAR_RUN";

    /// <summary>Rounds of looking for children: each may start another one meanwhile, but not for ever.</summary>
    private const int MostSweeps = 20;

    public string Name => "none";

    public Task<FenceState> ProbeAsync(CancellationToken cancellationToken) => Task.FromResult(new FenceState(true, "runs without a fence"));

    public Task<FencedRun> RunAsync(FencedCommand command, CancellationToken cancellationToken)
    {
        var (start, sweep) = Start(command);
        return ChildProcess.RunAsync(start, command.Timeout, sweep, clock, cancellationToken);
    }

    public async Task<FencedSession> StartAsync(FencedCommand command, CancellationToken cancellationToken)
    {
        var (start, sweep) = Start(command);
        return new FencedSession(await ChildProcess.StartAsync(start, sweep, new OutputTail()));
    }

    private static (ProcessStartInfo Start, Action Sweep) Start(FencedCommand command)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var tools = Toolchain.Find([], Environment.GetEnvironmentVariable, home);
        var start = new ProcessStartInfo(command.Arguments[0], command.Arguments.Skip(1)) { WorkingDirectory = command.Folder };
        start.Environment.Clear();
        foreach (var (name, value) in SmallEnvironment.For(tools, home).Concat(command.Variables.Select(v => KeyValuePair.Create(v.Name, v.Value))))
        {
            start.Environment[name] = value;
        }

        var mark = $"{Mark}={Guid.NewGuid():N}";
        start.Environment[Mark] = mark[(Mark.Length + 1)..];
        return (start, () => Sweep(Encoding.ASCII.GetBytes(mark)));
    }

    private static void Sweep(byte[] mark)
    {
        for (var round = 0; round < MostSweeps && KillMarked(mark) > 0; round++)
        {
        }
    }

    private static int KillMarked(byte[] mark)
    {
        if (!Directory.Exists("/proc/self"))
        {
            return 0;
        }

        var killed = 0;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var id) && IsMarked(folder, mark))
            {
                Kill(id);
                killed++;
            }
        }

        return killed;
    }

    private static bool IsMarked(string folder, byte[] mark)
    {
        try
        {
            return File.ReadAllBytes(Path.Join(folder, "environ")).AsSpan().IndexOf(mark) >= 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SecurityException)
        {
            // Gone already, or somebody else's: not one of ours.
            return false;
        }
    }

    private static void Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It ended between the look and the kill.
        }
    }
}
