using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Nightjar.Agents.Fence;

namespace Nightjar.Testing;

/// <summary>What every fence keeps.</summary>
public abstract class FenceContract : IDisposable
{
    private static readonly TimeSpan Generous = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nightjar-test-");

    protected abstract IFence Fence { get; }

    public void Dispose()
    {
        folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_command_sees_its_folder_at_its_own_path_and_may_write_there()
    {
        var run = await RunAsync("echo hello > made; pwd; echo wrong >&2; exit 3");

        Assert.Equal(3, run.ExitCode);
        Assert.False(run.TimedOut);
        Assert.Contains(folder.FullName, run.Output, StringComparison.Ordinal);
        Assert.Contains("wrong", run.Output, StringComparison.Ordinal);
        Assert.Equal("hello\n", await File.ReadAllTextAsync(Path.Join(folder.FullName, "made")));
    }

    [Fact]
    public async Task Nothing_outside_the_folder_can_be_written()
    {
        var outside = Directory.CreateTempSubdirectory("nightjar-outside-");
        try
        {
            var run = await RunAsync($"touch /usr/x /etc/x /x /home/x {outside.FullName}/x; mkdir -p {outside.FullName} && touch {outside.FullName}/y; true");

            Assert.Equal(0, run.ExitCode);
            Assert.Empty(outside.EnumerateFileSystemInfos());
            Assert.False(File.Exists("/usr/x") || File.Exists("/etc/x") || File.Exists("/x") || File.Exists("/home/x"));
        }
        finally
        {
            outside.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Keys_below_the_home_and_the_shadow_file_are_not_there()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var run = await RunAsync($"ls -a {home}/.ssh ~/.ssh; cat /etc/shadow; cat {home}/.gitconfig; ls -A ~ | wc -l");

        Assert.EndsWith("0\n", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("root:", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_of_the_whole_machine_cannot_be_opened_for_writing()
    {
        var run = await RunAsync("for f in /proc/sys/kernel/core_pattern /proc/sys/vm/overcommit_memory; do (exec 3<>$f) 2>/dev/null && echo opened $f; done; echo end");

        Assert.Equal("end\n", run.Output);
    }

    [Fact]
    public async Task No_environment_of_the_parent_can_be_read()
    {
        Environment.SetEnvironmentVariable("NIGHTJAR_TEST_SECRET", "s3cret-value");
        try
        {
            var run = await RunAsync("env; cat /proc/[0-9]*/environ | tr '\\0' '\\n'");

            Assert.Contains("CI=true", run.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("s3cret-value", run.Output, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("NIGHTJAR_TEST_SECRET", null);
        }
    }

    [Fact]
    public async Task The_loopback_of_the_host_cannot_be_reached()
    {
        using var door = new TcpListener(IPAddress.Loopback, 0);
        door.Start();
        var port = ((IPEndPoint)door.LocalEndpoint).Port;

        var inside = await RunAsync(Connect(port));

        Assert.Contains("refused", inside.Output, StringComparison.Ordinal);
        Assert.False(door.Pending());
    }

    [Fact]
    public async Task The_network_is_there_when_it_was_asked_for()
    {
        using var door = new TcpListener(IPAddress.Loopback, 0);
        door.Start();

        var run = await RunAsync(Connect(((IPEndPoint)door.LocalEndpoint).Port), c => c with { Network = true });

        Assert.Contains("connected", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_out_of_the_folder_leads_nowhere()
    {
        var outside = Directory.CreateTempSubdirectory("nightjar-outside-");
        try
        {
            await File.WriteAllTextAsync(Path.Join(outside.FullName, "key"), "private");
            File.CreateSymbolicLink(Path.Join(folder.FullName, "link"), outside.FullName);

            var run = await RunAsync("cat link/key; echo more > link/key; true");

            Assert.DoesNotContain("private", run.Output, StringComparison.Ordinal);
            Assert.Equal("private", await File.ReadAllTextAsync(Path.Join(outside.FullName, "key")));
        }
        finally
        {
            outside.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_process_outside_cannot_be_seen_or_killed()
    {
        using var outside = Process.Start(new ProcessStartInfo("sleep", ["300"])) ?? throw new InvalidOperationException("no sleep");
        try
        {
            var run = await RunAsync($"kill -9 {outside.Id}; kill -9 -1; ls /proc | grep -x {outside.Id}; true");

            Assert.Contains("kill", run.Output, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain($"\n{outside.Id}\n", $"\n{run.Output}", StringComparison.Ordinal);
            Assert.False(outside.HasExited);
        }
        finally
        {
            outside.Kill();
        }
    }

    [Fact]
    public async Task A_hook_or_setting_of_the_clone_cannot_be_planted()
    {
        Directory.CreateDirectory(Path.Join(folder.FullName, ".git", "hooks"));

        var run = await RunAsync("touch .git/hooks/pre-commit; touch .git/config; mv .git away; rm -rf .git; ls -d .git");

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(Directory.EnumerateFiles(Path.Join(folder.FullName, ".git"), "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("setsid sleep 987651 & nohup sleep 987651 >/dev/null 2>&1 & exit 0", false)]
    [InlineData("setsid sleep 987652 & (setsid sleep 987652 &) ; sleep 987652", true)]
    public async Task Nothing_is_left_running_however_it_ends(string line, bool timesOut)
    {
        var run = await RunAsync(line, c => c with { Timeout = timesOut ? TimeSpan.FromSeconds(1) : Generous });

        Assert.Equal(timesOut, run.TimedOut);
        Assert.Equal(timesOut ? null : 0, run.ExitCode);
        await Sleepers.AssertNoneAsync(timesOut ? "987652" : "987651");
    }

    [Fact]
    public async Task A_cancelled_command_is_killed_with_its_children()
    {
        using var source = new CancellationTokenSource();
        await SkipAsync();
        var run = Fence.RunAsync(FencedCommand.Shell("setsid sleep 987653 & touch started; sleep 987653", folder.FullName, Generous), source.Token);
        await Sleepers.WaitForFileAsync(Path.Join(folder.FullName, "started"));

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        await Sleepers.AssertNoneAsync("987653");
    }

    [Fact]
    public async Task Extra_paths_can_be_read_and_not_written()
    {
        var store = Directory.CreateTempSubdirectory("nightjar-store-");
        try
        {
            await File.WriteAllTextAsync(Path.Join(store.FullName, "object"), "blob");

            var run = await RunAsync($"cat {store.FullName}/object; echo x > {store.FullName}/object; touch {store.FullName}/y; true", c => c with { ReadOnly = [store.FullName, "/not/there"] });

            Assert.Contains("blob", run.Output, StringComparison.Ordinal);
            Assert.Single(store.EnumerateFiles());
            Assert.Equal("blob", await File.ReadAllTextAsync(Path.Join(store.FullName, "object")));
        }
        finally
        {
            store.Delete(recursive: true);
        }
    }

    /// <summary>Opens a connection with what every machine with git has.</summary>
    private static string Connect(int port) =>
        $"if perl -MIO::Socket::INET -e 'exit(IO::Socket::INET->new(PeerAddr=>\"127.0.0.1\",PeerPort=>{port},Timeout=>5) ? 0 : 1)'; then echo connected; else echo refused; fi";

    private async Task<FencedRun> RunAsync(string line, Func<FencedCommand, FencedCommand>? change = null)
    {
        await SkipAsync();
        var command = FencedCommand.Shell(line, folder.FullName, Generous);
        return await Fence.RunAsync(change is null ? command : change(command), TestContext.Current.CancellationToken);
    }

    /// <summary>With the reason, where this fence cannot be had.</summary>
    private async Task SkipAsync()
    {
        var state = await Fence.ProbeAsync(CancellationToken.None);
        Assert.SkipUnless(state.IsUsable, state.Says);
    }
}
