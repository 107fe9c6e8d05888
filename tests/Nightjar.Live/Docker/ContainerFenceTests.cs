using System.Diagnostics;
using Nightjar.Agents.Fence;
using Nightjar.Testing;

namespace Nightjar.Live.Docker;

/// <summary>The fence of containers keeps what every fence keeps, in a real engine.</summary>
public sealed class ContainerFenceTests : FenceContract
{
    protected override IFence Fence { get; } = new ContainerFence(TimeProvider.System);

    [Fact]
    public async Task A_folder_whose_name_would_end_an_option_is_seen_as_it_is()
    {
        var folder = Directory.CreateTempSubdirectory("a,\"b\" readonly");
        try
        {
            var state = await Fence.ProbeAsync(CancellationToken.None);
            Assert.SkipUnless(state.IsUsable, state.Says);
            var run = await Fence.RunAsync(FencedCommand.Shell("echo hello > made; pwd", folder.FullName, TimeSpan.FromSeconds(60)), TestContext.Current.CancellationToken);
            Assert.Equal((0, folder.FullName + "\n"), (run.ExitCode, run.Output));
            Assert.True(File.Exists(Path.Combine(folder.FullName, "made")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task What_a_killed_Nightjar_left_behind_is_ended_by_the_next()
    {
        var state = await Fence.ProbeAsync(CancellationToken.None);
        Assert.SkipUnless(state.IsUsable, state.Says);
        using var gone = Process.Start("true");
        await gone.WaitForExitAsync(TestContext.Current.CancellationToken);
        var name = $"nightjar-fence-{gone.Id}-left";
        await RunAsync("run", "--detach", "--name", name, "--mount", "type=bind,src=/usr,dst=/usr", "--mount", "type=bind,src=/bin,dst=/bin", "--mount", "type=bind,src=/lib,dst=/lib", "--mount", "type=bind,src=/lib64,dst=/lib64", "nightjar/fence:empty", "/bin/sleep", "987654");

        await new ContainerFence(TimeProvider.System).ProbeAsync(CancellationToken.None);

        await Sleepers.AssertNoneAsync("987654");
    }

    [Fact]
    public async Task A_missing_program_and_an_engine_that_does_not_answer_are_told()
    {
        Assert.Contains("could not be started", (await new ContainerFence(TimeProvider.System, "/no/such/docker").ProbeAsync(CancellationToken.None)).Says, StringComparison.Ordinal);
        var refuses = Path.Combine(Directory.CreateTempSubdirectory("nightjar-test-").FullName, "docker");
        await File.WriteAllTextAsync(refuses, "#!/bin/sh\necho 'permission denied while trying to connect' >&2\nexit 1\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(refuses, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.EndsWith("reaches no engine (permission denied while trying to connect): start it, and let this user use it", (await new ContainerFence(TimeProvider.System, refuses).ProbeAsync(CancellationToken.None)).Says, StringComparison.Ordinal);
    }

    private static async Task RunAsync(params string[] arguments)
    {
        using var docker = Process.Start("docker", arguments);
        await docker.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, docker.ExitCode);
    }
}
