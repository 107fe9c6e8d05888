using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Nightjar.Agents.Fence;

/// <summary>
/// A container for machines on which users may make no namespaces: by way of the <c>docker</c> or <c>podman</c> program, from an empty image, so
/// that nothing is pulled. The engine must run on this machine, because what is seen inside is this machine's system and the command's folder.
/// </summary>
/// <param name="program">Name or path of <c>docker</c> or <c>podman</c>.</param>
public sealed class ContainerFence(TimeProvider clock, string program = "docker") : IFence
{
    private const string Image = "nightjar/fence:empty";

    /// <summary>Begins the names of our containers; our process id follows.</summary>
    private const string Prefix = "nightjar-fence-";

    private static readonly TimeSpan ProbeTime = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan KillTime = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Lasts = TimeSpan.FromMinutes(1);

    /// <summary>How the engine is found; the rest of our environment is not the program's business.</summary>
    private static readonly string[] Variables = ["PATH", "HOME", "XDG_RUNTIME_DIR", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "CONTAINER_HOST"];

    private long? workedAt;
    private string user = OwnUser();

    public string Name => "container";

    public async Task<FenceState> ProbeAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            return new FenceState(false, "a fence of containers shows this machine's system inside, and runs on Linux only");
        }

        if (workedAt is { } then && clock.GetElapsedTime(then) < Lasts)
        {
            return Works();
        }

        try
        {
            var says = await TryAsync(cancellationToken);
            workedAt = says is null ? clock.GetTimestamp() : null;
            return says is null ? Works() : new FenceState(false, says);
        }
        catch (Win32Exception e)
        {
            return new FenceState(false, $"{program} could not be started ({e.Message})");
        }
    }

    public async Task<FencedRun> RunAsync(FencedCommand command, CancellationToken cancellationToken)
    {
        var (start, kill) = Start(command);
        var run = await ChildProcess.RunAsync(start, command.Timeout, kill, clock, cancellationToken);

        // 125 is the program's own code for a container that did not come to be; a command may end with it, too.
        return run.ExitCode == 125 && (run.Output.StartsWith("docker: ", StringComparison.Ordinal) || run.Output.StartsWith("Error: ", StringComparison.Ordinal))
            ? throw new Win32Exception(0, $"{program} made no container: {run.Output.Trim()}")
            : run;
    }

    public async Task<FencedSession> StartAsync(FencedCommand command, CancellationToken cancellationToken)
    {
        var (start, kill) = Start(command);
        return new(await ChildProcess.StartAsync(start, kill, new OutputTail()));
    }

    private FenceState Works() => new(true, $"containers of {program} work");

    /// <summary>Null when it works: the engine runs, and what a command writes in its folder is here.</summary>
    private async Task<string?> TryAsync(CancellationToken cancellationToken)
    {
        var old = await AskAsync(["ps", "--all", "--filter", $"name={Prefix}", "--format", "{{.Names}}"], cancellationToken);
        if (old.ExitCode != 0)
        {
            return $"{program} reaches no engine ({Line(old)}): start it, and let this user use it";
        }

        await SweepAsync(old.Output, cancellationToken);

        if (await AskAsync(["image", "inspect", Image], cancellationToken) is { ExitCode: not 0 } && await MakeImageAsync(cancellationToken) is { ExitCode: not 0 } made)
        {
            return $"{program} could not make the empty image {Image} ({Line(made)})";
        }

        var first = await WriteAsync(cancellationToken);
        if (first is not null && user != "0:0")
        {
            // In an engine that a user runs for themselves, its root is that user.
            user = "0:0";
            if (await WriteAsync(cancellationToken) is null)
            {
                return null;
            }

            user = OwnUser();
        }

        return first;
    }

    private async Task<FencedRun> MakeImageAsync(CancellationToken cancellationToken)
    {
        var folder = RunFolder.Create();
        try
        {
            var archive = Path.Combine(folder.FullName, "empty.tar");
            await File.WriteAllBytesAsync(archive, new byte[1024], cancellationToken);
            return await AskAsync(["import", archive, Image], cancellationToken);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<string?> WriteAsync(CancellationToken cancellationToken)
    {
        var folder = RunFolder.Create();
        try
        {
            var run = await RunAsync(FencedCommand.Shell("echo works > here", folder.FullName, ProbeTime) with { HasToolchain = false }, cancellationToken);
            return run.ExitCode != 0 ? $"a container of {program} does not run ({Line(run)})"
                : !File.Exists(Path.Combine(folder.FullName, "here")) ? $"the engine of {program} runs on another machine, or in another file system than Nightjar"
                : null;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Ends what a killed Nightjar left behind.</summary>
    private async Task SweepAsync(string names, CancellationToken cancellationToken)
    {
        foreach (var name in names.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            if (int.TryParse(name[Prefix.Length..].Split('-')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var owner) && !RunFolder.IsAlive(owner))
            {
                await AskAsync(["rm", "--force", name], cancellationToken);
            }
        }
    }

    private (ProcessStartInfo Start, Action Kill) Start(FencedCommand command)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var tools = !command.HasToolchain ? Toolchain.None : Toolchain.Find(command.Arguments, Environment.GetEnvironmentVariable, home);
        var name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId}-{Guid.NewGuid():N}");
        return (Program(ContainerArguments.For(command, tools, Image, name, user)), () => Kill(name));
    }

    /// <summary>The program's own end does not end the container.</summary>
    private void Kill(string name)
    {
        var start = Program(["rm", "--force", name]);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var killed = Process.Start(start);
        killed?.WaitForExit(KillTime);
    }

    private Task<FencedRun> AskAsync(IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        ChildProcess.RunAsync(Program(arguments), ProbeTime, () => { }, clock, cancellationToken);

    private ProcessStartInfo Program(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = "/" };
        foreach (var name in start.Environment.Keys.Except(Variables).ToList())
        {
            start.Environment.Remove(name);
        }

        return start;
    }

    private static string Line(FencedRun run) => run.TimedOut ? "no answer in time" : run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries) is [.., var last] ? last : $"exit code {run.ExitCode}";

    /// <summary>The effective user and group, as Linux tells of a process (proc_pid_status(5)).</summary>
    private static string OwnUser()
    {
        if (!File.Exists("/proc/self/status"))
        {
            return "0:0";
        }

        var lines = File.ReadAllLines("/proc/self/status");
        return $"{Effective("Uid:")}:{Effective("Gid:")}";

        string Effective(string what) => Array.Find(lines, l => l.StartsWith(what, StringComparison.Ordinal))?.Split('\t') is [_, _, var id, ..] ? id : "0";
    }
}
