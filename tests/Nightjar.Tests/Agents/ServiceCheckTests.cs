using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Agents.Fence;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;
using Nightjar.Testing;

namespace Nightjar.Tests.Agents;

public sealed class ServiceCheckTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nightjar-test-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task The_first_fence_that_works_is_used()
    {
        var result = await Check(new ScriptedFence("broken", false), new ScriptedFence("second", true)).RunAsync(Shop("anything"), folder.FullName, CodeOrigin.WrittenByModel, CancellationToken.None);

        Assert.True(result.Passed);
        Assert.Equal("second", result.Fence);
    }

    [Fact]
    public async Task Without_a_fence_code_of_the_repository_is_checked_plainly_and_says_so()
    {
        var result = await Check(new ScriptedFence("broken", false)).RunAsync(Shop("echo checked; exit 4"), folder.FullName, CodeOrigin.HeldByRepository, CancellationToken.None);

        Assert.False(result.Passed);
        Assert.Equal(4, result.ExitCode);
        Assert.Equal("none", result.Fence);
        Assert.Equal("checked\n", result.Output);
    }

    [Fact]
    public async Task Without_a_fence_code_of_a_model_is_not_run()
    {
        var refusal = await Assert.ThrowsAsync<NoFenceException>(() => Check(new ScriptedFence("broken", false)).RunAsync(Shop("touch ran"), folder.FullName, CodeOrigin.WrittenByModel, CancellationToken.None));

        Assert.Contains("install broken", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(folder.EnumerateFiles());
    }

    [Fact]
    public async Task A_check_over_its_time_fails_without_an_exit_code()
    {
        var shop = new Service { Name = new("shop"), Check = new CheckCommand("setsid sleep 987654 & sleep 987654") { Timeout = TimeSpan.FromMilliseconds(300) } };

        var result = await Check().RunAsync(shop, folder.FullName, CodeOrigin.HeldByRepository, CancellationToken.None);

        Assert.False(result.Passed);
        Assert.Null(result.ExitCode);
        await Sleepers.AssertNoneAsync("987654");
    }

    [Fact]
    public async Task Children_that_left_the_session_are_killed_when_the_command_ends()
    {
        var result = await Check().RunAsync(Shop("setsid sleep 987655 & nohup setsid sleep 987655 >/dev/null 2>&1 & exit 0"), folder.FullName, CodeOrigin.HeldByRepository, CancellationToken.None);

        Assert.True(result.Passed);
        await Sleepers.AssertNoneAsync("987655");
    }

    [Fact]
    public async Task The_environment_of_the_daemon_is_not_handed_on_without_a_fence_either()
    {
        Environment.SetEnvironmentVariable("NIGHTJAR_OTHER_SECRET", "s3cret-other");
        try
        {
            var result = await Check().RunAsync(Shop("env"), folder.FullName, CodeOrigin.HeldByRepository, CancellationToken.None);

            Assert.Contains("CI=true", result.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("s3cret-other", result.Output, StringComparison.Ordinal);
        }
        finally
        {
            Environment.SetEnvironmentVariable("NIGHTJAR_OTHER_SECRET", null);
        }
    }

    [Fact]
    public async Task Only_the_end_of_a_long_output_is_kept_without_colours()
    {
        var result = await Check().RunAsync(Shop("i=0; while [ $i -lt 5000 ]; do echo line-$i; i=$((i+1)); done; printf '\\033[31mred\\033[0m\\000\\n'"), folder.FullName, CodeOrigin.HeldByRepository, CancellationToken.None);

        Assert.InRange(result.Output.Length, 15_000, OutputTail.Most);
        Assert.EndsWith("line-4999\nred\n", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("line-0\n", result.Output, StringComparison.Ordinal);
    }

    private static ServiceCheck Check(params IFence[] fences) => new(fences, new NoFence(TimeProvider.System), _ => [], NullLogger<ServiceCheck>.Instance);

    private static Service Shop(string line) => new() { Name = new("shop"), Check = new CheckCommand(line) { Timeout = TimeSpan.FromSeconds(60) } };

    private sealed class ScriptedFence(string name, bool works) : IFence
    {
        public string Name => name;

        public Task<FenceState> ProbeAsync(CancellationToken cancellationToken) => Task.FromResult(new FenceState(works, works ? "works" : $"install {name}"));

        public Task<FencedSession> StartAsync(FencedCommand command, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<FencedRun> RunAsync(FencedCommand command, CancellationToken cancellationToken) => Task.FromResult(new FencedRun(0, false, TimeSpan.Zero, ""));
    }
}
