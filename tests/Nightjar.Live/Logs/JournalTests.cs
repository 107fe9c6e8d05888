using System.Diagnostics;
using System.Globalization;

namespace Nightjar.Live.Logs;

/// <summary>A real journal, written by systemd-journal-remote and read by the real journalctl; and standard input.</summary>
public sealed class JournalTests : IAsyncDisposable
{
    private const string Writer = "/lib/systemd/systemd-journal-remote";

    private readonly Place place = new();
    private readonly int port = BookShop.FreePort();

    [Fact]
    public async Task Lines_of_a_unit_open_incidents_also_those_that_came_while_nobody_read()
    {
        Assert.SkipWhen(!File.Exists(Writer) || !File.Exists("/usr/bin/journalctl"), "there is no systemd-journal-remote here (Debian: apt-get install systemd-journal-remote)");
        var config = await ConfigureAsync("journal: [shop.service, 'shop-*.service']");
        await WriteAsync("other.service", "a word to begin with");
        await using (var first = Program.Start(place, "run", "--config", config))
        {
            await first.SaysAsync("Sign in", TimeSpan.FromSeconds(20));
            var daemon = new Daemon(place, first, new Uri("http://127.0.0.1"));
            await WriteAsync("other.service", "CRITICAL: not ours");
            await WriteAsync("shop.service", "CRITICAL: the till is on fire");
            await first.SaysAsync("the till is on fire", TimeSpan.FromSeconds(30));
            Assert.DoesNotContain("not ours", first.Out, StringComparison.Ordinal);
            var ran = await daemon.StopAsync();
            Assert.Equal(0, ran.Code);
        }

        await place.NothingRunsAsync();
        await WriteAsync("shop.service", "auto_heal_failed: nobody read this when it came");
        var second = Program.Start(place, "run", "--config", config);
        await second.SaysAsync("Sign in", TimeSpan.FromSeconds(20));
        await new Daemon(place, second, new Uri($"http://127.0.0.1:{port}/")).WaitAsync("the line in the same incident", n => n.ToJsonString().Contains("nobody read this", StringComparison.Ordinal), "incidents/1");
        Assert.Contains("shop: journal: shop.service, shop-*.service can be read", (await Program.RunAsync(place, "check", "--config", config)).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standard_input_is_read_to_its_end_and_the_daemon_goes_on()
    {
        var config = await ConfigureAsync("health: http://127.0.0.1:1/");
        var program = Program.StartWithInput(place, "run", "--config", config, "--stdin", "shop");
        await program.SaysAsync("Sign in", TimeSpan.FromSeconds(20));
        await program.Input.WriteAsync("INFO fine\nCRITICAL: the till is on fire\n");
        await program.Input.FlushAsync();
        await program.SaysAsync("the till is on fire", TimeSpan.FromSeconds(20));
        await program.Input.WriteAsync("CRITICAL: the last words");
        program.Input.Close();
        await program.SaysAsync("ended after 3 lines", TimeSpan.FromSeconds(20));

        Assert.False(program.HasExited);
        var refused = await Program.RunAsync(place, "run", "--config", config, "--stdin", "shpo");
        Assert.Equal(2, refused.Code);
        Assert.Contains("there is no service shpo; did you mean shop?", refused.Error, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => place.DisposeAsync();

    private async Task<string> ConfigureAsync(string keys)
    {
        Directory.CreateDirectory(place.File("journal"));
        var bin = Directory.CreateDirectory(place.File("bin")).FullName;
        var journalctl = Path.Combine(bin, "journalctl");
        await File.WriteAllTextAsync(journalctl, $"#!/bin/sh\nexec /usr/bin/journalctl -D {place.File("journal")} \"$@\"\n");
        File.SetUnixFileMode(journalctl, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        place.Variables["PATH"] = $"{bin}:{Environment.GetEnvironmentVariable("PATH")}";
        var config = Path.Combine(place.Work, "nightjar.yaml");
        await File.WriteAllTextAsync(config, $$"""
            state: {{place.State}}
            dashboard: { listen: 127.0.0.1:{{port}} }
            services:
              - name: shop
                {{keys}}
            """);
        return config;
    }

    /// <summary>One entry in the journal's export format (systemd's "Journal Export Formats").</summary>
    private async Task WriteAsync(string unit, string message)
    {
        var now = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        using var writer = Process.Start(new ProcessStartInfo(Writer, ["-o", place.File("journal/test.journal"), "-"]) { RedirectStandardInput = true, RedirectStandardError = true }) ?? throw new InvalidOperationException("it did not start");
        await writer.StandardInput.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"__REALTIME_TIMESTAMP={now}\n__MONOTONIC_TIMESTAMP={now}\n_BOOT_ID=3f8a0c2e4b6d48f19c7e5a1b2d3c4e5f\n_SYSTEMD_UNIT={unit}\n_PID=7\n_TRANSPORT=stdout\nPRIORITY=6\nMESSAGE={message}\n\n"));
        writer.StandardInput.Close();
        await writer.WaitForExitAsync();
        Assert.Equal(0, writer.ExitCode);
    }
}
