using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Nightjar.Live.Run;

/// <summary><c>nightjar run</c>: how it starts, refuses to, and stops.</summary>
public sealed class StartTests
{
    [Fact]
    public async Task A_bad_configuration_is_refused_with_every_fault_and_its_line()
    {
        await using var place = new Place();
        await File.WriteAllTextAsync(Path.Combine(place.Work, "nightjar.yaml"), "servces: []\nmode: wild\nservices:\n  - name: a\n    logs: x.log\n    verify: { window: soon }\n    health: ${NO_SUCH_VARIABLE}/health\n");

        var ran = await Program.RunAsync(place, "run");

        Assert.Equal(2, ran.Code);
        Assert.Equal("", ran.Out);
        Assert.All(new[] { ("1", "servces"), ("2", "wild"), ("6", "soon"), ("7", "NO_SUCH_VARIABLE") }, f => Assert.Contains(ran.Error.Split('\n'), l => l.Contains($"nightjar.yaml:{f.Item1}:", StringComparison.Ordinal) && l.Contains(f.Item2, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Without_a_configuration_it_says_how_to_get_one()
    {
        await using var place = new Place();
        var ran = await Program.RunAsync(place, "run");
        Assert.Equal(2, ran.Code);
        Assert.Contains("nightjar init", ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_is_named_with_the_option_that_changes_it()
    {
        await using var place = new Place();
        var service = await BookShop.BuildAsync(place);
        using var other = new TcpListener(IPAddress.Loopback, service.Port);
        other.Start();

        var ran = await Program.RunAsync(place, "run", "--config", service.Config);

        Assert.True(ran.Code == 2, ran.ToString());
        Assert.Contains($"127.0.0.1:{service.Port}", ran.Error, StringComparison.Ordinal);
        Assert.Contains("dashboard: { listen:", ran.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ran.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dashboard: { listen: 192.0.2.7:7677 }", "192.0.2.7:7677")]
    [InlineData("state: /proc/nightjar", "/proc/nightjar")]
    public async Task An_address_or_a_folder_that_cannot_be_had_is_named_without_a_stack_trace(string line, string named)
    {
        await using var place = new Place();
        await File.WriteAllTextAsync(Path.Combine(place.Work, "nightjar.yaml"), $"{(line.StartsWith("state", StringComparison.Ordinal) ? "" : $"state: {place.State}\n")}{line}\nservices:\n  - name: a\n    logs: a.log\n");

        var ran = await Program.RunAsync(place, "run");

        Assert.True(ran.Code == 2, ran.ToString());
        Assert.Contains(named, ran.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", ran.Out + ran.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listening_on_every_address_it_still_speaks_to_itself_on_loopback()
    {
        await using var place = new Place();
        var service = await BookShop.BuildAsync(place);
        await File.WriteAllTextAsync(service.Config, (await File.ReadAllTextAsync(service.Config)).Replace("listen: 127.0.0.1", "listen: 0.0.0.0", StringComparison.Ordinal));
        var daemon = await service.RunAsync();
        Assert.Contains($"http://127.0.0.1:{service.Port}", daemon.Program.Out, StringComparison.Ordinal);
        Assert.Equal(0, (await daemon.CliAsync("status")).Code);
    }

    [Fact]
    public async Task A_second_daemon_on_the_same_store_is_refused_and_the_first_named()
    {
        await using var place = new Place();
        var service = await BookShop.BuildAsync(place);
        var first = await service.RunAsync();

        var second = await Program.RunAsync(place, "run", "--config", service.Config);

        Assert.True(second.Code == 2, second.ToString());
        Assert.Contains($"{first.Program.Id}", second.Error, StringComparison.Ordinal);
        Assert.Contains($"{service.Port}", second.Error, StringComparison.Ordinal);
        Assert.False(first.Program.HasExited);
    }

    [Fact]
    public async Task It_answers_on_the_loopback_address_alone_and_keeps_its_token_to_itself()
    {
        await using var place = new Place();
        var service = await BookShop.BuildAsync(place);
        var daemon = await service.RunAsync();

        var listeners = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(l => l.Port == service.Port);
        Assert.Equal([IPAddress.Loopback], listeners.Select(l => l.Address));
        using var http = new HttpClient { BaseAddress = daemon.Address };
        using var health = await http.GetAsync("healthz");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        using var closed = await http.GetAsync("api/v1/incidents");
        Assert.Equal(HttpStatusCode.Unauthorized, closed.StatusCode);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(place.State, "token")));
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task Told_to_stop_it_stops_within_five_seconds_and_leaves_nothing_running(string signal)
    {
        await using var place = new Place();
        var service = await BookShop.BuildAsync(place, checkSeconds: 60);
        var daemon = await service.RunAsync();
        await service.ServeAsync(well: 80, failed: 40);
        await Until.HoldsAsync("the check to run", TimeSpan.FromSeconds(30), () => Processes.Naming(service.CheckSleep).Count > 0);

        var watch = Stopwatch.StartNew();
        daemon.Program.Send(signal);
        var ran = await daemon.Program.EndAsync(TimeSpan.FromSeconds(30));

        Assert.True(ran.Code == 0, ran.ToString());
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"took {watch.Elapsed}\n{ran}");
        Assert.Equal("", ran.Error);
        await place.NothingRunsAsync();
    }
}
