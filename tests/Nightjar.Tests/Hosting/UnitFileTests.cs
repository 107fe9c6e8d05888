using System.Diagnostics;
using Nightjar.Tests.Configuration;

namespace Nightjar.Tests.Hosting;

/// <summary>The unit of systemd says what the program takes, and leaves the fence what it needs.</summary>
public sealed class UnitFileTests
{
    private static string Unit => Path.Combine(Yaml.RepositoryRoot(), "deploy", "systemd", "nightjar.service");

    private static ILookup<string, string> Settings => File.ReadLines(Unit).Where(l => l.Contains('=', StringComparison.Ordinal) && l[0] != '#').Select(l => l.Split('=', 2)).ToLookup(l => l[0], l => l[1]);

    [Fact]
    public async Task The_program_has_the_verb_and_the_options_that_the_unit_starts_it_with()
    {
        var words = Settings["ExecStart"].Single().Split(' ');
        var (status, help) = await RunAsync("dotnet", Path.Combine(AppContext.BaseDirectory, "nightjar.dll"), words[1], "--help");
        Assert.Equal(0, status);
        Assert.Contains("Watch the services", help, StringComparison.Ordinal);
        Assert.All(words.Where(w => w.StartsWith('-')), o => Assert.Contains($"{o} <", help, StringComparison.Ordinal));
        Assert.Equal("--config", Assert.Single(words, w => w.StartsWith('-')));
        Assert.Equal(Nightjar.Cli.ExitCode.BadInput.ToString(System.Globalization.CultureInfo.InvariantCulture), Settings["RestartPreventExitStatus"].Single());
    }

    [Theory]
    [InlineData("RestrictNamespaces")]
    [InlineData("ProtectKernelTunables")]
    [InlineData("ProtectKernelLogs")]
    [InlineData("ProtectProc")]
    [InlineData("ProcSubset")]
    [InlineData("MemoryDenyWriteExecute")]
    public void What_would_break_the_fence_or_the_runtime_is_left_out(string setting) => Assert.Empty(Settings[setting]);

    [Fact]
    public void Nothing_gains_rights() => Assert.Equal(("yes", "", "strict", "nightjar"), (Settings["NoNewPrivileges"].Single(), Settings["CapabilityBoundingSet"].Single(), Settings["ProtectSystem"].Single(), Settings["User"].Single()));

    [Fact]
    public async Task Systemd_has_nothing_to_say_against_it()
    {
        if (!File.Exists("/usr/bin/systemd-analyze"))
        {
            Assert.Skip("there is no systemd-analyze on this machine");
        }

        var folder = Directory.CreateTempSubdirectory("nightjar-unit-");
        try
        {
            // It would say that the program is not installed.
            var copy = Path.Combine(folder.FullName, "nightjar.service");
            await File.WriteAllTextAsync(copy, (await File.ReadAllTextAsync(Unit)).Replace("/opt/nightjar/nightjar", "/usr/bin/env", StringComparison.Ordinal));
            var (status, says) = await RunAsync("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", copy);
            Assert.Equal((0, ""), (status, string.Join('\n', says.Split('\n').Where(l => l.Contains("nightjar.service", StringComparison.Ordinal)))));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(int Status, string Said)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }) ?? throw new InvalidOperationException($"{program} did not start");
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(said));
    }
}
