using System.Diagnostics;

namespace Nightjar.Live.Run;

/// <summary>The unit that ships, as systemd itself reads it; no service manager need run for that.</summary>
public sealed class UnitTests : IAsyncDisposable
{
    private const string Program = "/usr/bin/systemd-analyze";

    private readonly Place place = new();

    [Fact]
    public async Task Systemd_finds_nothing_wrong_with_the_unit_and_would_find_a_slip()
    {
        var unit = await UnitAsync();
        Assert.Equal((0, ""), await RunAsync("verify", "--man=no", unit));
        await File.WriteAllTextAsync(unit, (await File.ReadAllTextAsync(unit)).Replace("ProtectClock=", "ProtectClok=", StringComparison.Ordinal));
        Assert.Contains("ProtectClok", (await RunAsync("verify", "--man=no", unit)).Says, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_unit_may_do_stays_little()
    {
        // In tenths of systemd's own measure, 0 to 100; a service without any of it has 96.
        var (code, says) = await RunAsync("security", "--offline=true", "--threshold=50", "--no-pager", await UnitAsync());
        Assert.True(code == 0, says);
    }

    public ValueTask DisposeAsync() => place.DisposeAsync();

    /// <summary>The unit with this program where it says that the program is: systemd looks whether it can be run.</summary>
    private async Task<string> UnitAsync()
    {
        Assert.SkipWhen(!File.Exists(Program), "there is no systemd-analyze here (Debian: apt-get install systemd)");
        var (unit, text) = (place.File("nightjar.service"), await File.ReadAllTextAsync(Path.Combine(Place.Repository, "deploy", "systemd", "nightjar.service")));
        Assert.Contains("ExecStart=/opt/nightjar/nightjar run ", text, StringComparison.Ordinal);
        await File.WriteAllTextAsync(unit, text.Replace("/opt/nightjar/nightjar", Path.Combine(Place.Repository, "nightjar"), StringComparison.Ordinal));
        return unit;
    }

    private static async Task<(int Code, string Says)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }) ?? throw new InvalidOperationException("systemd-analyze did not start");
        var says = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(says).Trim());
    }
}
