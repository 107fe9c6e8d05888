using System.Net;
using System.Net.Sockets;
using Nightjar.Configuration;
using Nightjar.Core.Services;

namespace Nightjar.Tests.Configuration;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class ConfigurationCheckTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nightjar-check-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_state_folder_that_is_not_there_yet_will_be_made()
    {
        var line = await LineAsync("state", new NightjarOptions { State = Path.Join(folder, "a/b") });

        Assert.Equal(CheckOutcome.Ok, line.Outcome);
        Assert.Contains("will be made", line.Says, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public async Task A_state_folder_that_is_a_file_fails()
    {
        await File.WriteAllTextAsync(Path.Join(folder, "state"), "");

        Assert.Equal(CheckOutcome.Fail, (await LineAsync("state", new NightjarOptions { State = Path.Join(folder, "state") })).Outcome);
    }

    [Fact]
    public async Task A_taken_port_is_named_with_its_option()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var taken = (IPEndPoint)other.LocalEndpoint;

        var line = await LineAsync("dashboard", new NightjarOptions { Dashboard = new DashboardOptions { Listen = taken } });

        Assert.Equal(CheckOutcome.Warn, line.Outcome);
        Assert.Equal($"Port {taken.Port} is taken", line.Says);
        Assert.Contains("dashboard.listen", line.WhatToDo, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_of_another_machine_fails() =>
        Assert.Equal(CheckOutcome.Fail, (await LineAsync("dashboard", new NightjarOptions { Dashboard = new DashboardOptions { Listen = IPEndPoint.Parse("192.0.2.1:7677") } })).Outcome);

    [Theory]
    [InlineData("app.log", CheckOutcome.Ok, "1 file matches")]
    [InlineData("*.log", CheckOutcome.Ok, "2 files match")]
    [InlineData("**/*.log", CheckOutcome.Ok, "3 files match")]
    [InlineData("*/deep.log", CheckOutcome.Ok, "1 file matches")]
    [InlineData("a?p.log", CheckOutcome.Ok, "1 file matches")]
    [InlineData("*.txt", CheckOutcome.Warn, "nothing matches")]
    [InlineData("none/*.log", CheckOutcome.Warn, "there is no folder")]
    public async Task A_log_glob_says_what_it_matches(string glob, object outcome, string says)
    {
        Directory.CreateDirectory(Path.Join(folder, "sub"));
        foreach (var name in new[] { "app.log", "b.log", "sub/deep.log" })
        {
            await File.WriteAllTextAsync(Path.Join(folder, name), "x");
        }

        var line = await LineAsync("shop: logs", Shop(new Service { Name = new ServiceName("shop"), Logs = [Path.Join(folder, glob)] }));

        Assert.Equal(outcome, line.Outcome);
        Assert.StartsWith(says, line.Says, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mytool --all", CheckOutcome.Ok, "mytool is there")]
    [InlineData("./check.sh", CheckOutcome.Ok, "is looked for in the clone")]
    [InlineData("A=1 make", CheckOutcome.Ok, "is left to the shell")]
    [InlineData("cd src && make", CheckOutcome.Ok, "is left to the shell")]
    [InlineData("readme", CheckOutcome.Fail, "there is no program readme on the PATH")]
    [InlineData("nosuchtool test", CheckOutcome.Fail, "there is no program nosuchtool on the PATH")]
    public async Task The_first_word_of_a_check_must_be_a_program(string command, object outcome, string says)
    {
        foreach (var (name, mode) in new[] { ("mytool", UnixFileMode.UserRead | UnixFileMode.UserExecute), ("readme", UnixFileMode.UserRead) })
        {
            await File.WriteAllTextAsync(Path.Join(folder, name), "");
            File.SetUnixFileMode(Path.Join(folder, name), mode);
        }

        var line = await LineAsync("shop: check", Shop(new Service { Name = new ServiceName("shop"), Check = new CheckCommand(command) }));

        Assert.Equal(outcome, line.Outcome);
        Assert.Contains(says, line.Says, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://well.example.org/health", CheckOutcome.Ok, "answers 200")]
    [InlineData("http://ill.example.org/health", CheckOutcome.Warn, "answers 500, not 2xx")]
    [InlineData("http://gone.example.org/health", CheckOutcome.Warn, "does not answer: no route")]
    public async Task A_probe_is_asked_once(string url, object outcome, string says)
    {
        var line = await LineAsync("shop: probe health", Shop(new Service { Name = new ServiceName("shop"), Probes = [new HttpProbe("health", new Uri(url))] }));

        Assert.Equal(outcome, line.Outcome);
        Assert.Contains(says, line.Says, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_nothing_watches_gets_a_warning() =>
        Assert.Equal("has neither logs nor health nor containers, and there are no sources: nothing is watched", (await LineAsync("shop", Shop(new Service { Name = new ServiceName("shop") }))).Says);

    private static NightjarOptions Shop(Service service) => new() { Services = [service] };

    private async Task<CheckLine> LineAsync(string what, NightjarOptions options)
    {
        options = options.State[0] == '/' ? options : options with { State = folder };
        using var http = new HttpClient(new Internet());
        var lines = await new ConfigurationCheck(http, TimeProvider.System, _ => folder).RunAsync(options, CancellationToken.None);
        return Assert.Single(lines, l => l.What == what);
    }

    private sealed class Internet : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => request.RequestUri?.Host switch
        {
            "well.example.org" => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)),
            "ill.example.org" => Task.FromResult(new HttpResponseMessage(HttpStatusCode.InternalServerError)),
            _ => throw new HttpRequestException("no route"),
        };
    }
}
