using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Connectors.Docker;
using Nightjar.Core.Services;
using Nightjar.Testing;

namespace Nightjar.Tests.Connectors.Docker;

public sealed class DockerTroubleTests
{
    [Fact]
    public async Task A_missing_socket_says_so_and_what_to_do() =>
        Assert.Equal("There is no socket /nowhere/docker.sock: Docker is not running, or it listens elsewhere. Start it (systemctl start docker), or set docker.host.", await CheckAsync("unix:///nowhere/docker.sock"));

    [Fact]
    public async Task A_socket_that_nobody_answers_on_says_so()
    {
        var path = Path.Combine(Path.GetTempPath(), $"nj-{Guid.NewGuid():N}.sock");
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
        }

        await File.WriteAllTextAsync(path, "");
        Assert.Contains("nobody answers on it: Docker is not running", await CheckAsync($"unix://{path}"), StringComparison.Ordinal);
        File.Delete(path);
    }

    [Fact]
    public void A_socket_that_is_not_ours_names_the_group()
    {
        var refused = new HttpRequestException("x", new SocketException((int)SocketError.AccessDenied));
        Assert.Contains("usermod -aG docker", EngineWords.OfFailure(new DockerOptions { Host = "unix:///run/docker.sock" }, refused).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.40", "1.12", "Nightjar needs 1.41, which Docker Engine has since 20.10. Update Docker.")]
    [InlineData("2.0", "1.90", "this Nightjar speaks 1.47. Update Nightjar.")]
    [InlineData("x", "y", "correct docker.host")]
    public async Task Another_version_of_the_api_says_what_to_update(string version, string least, string says)
    {
        await using var engine = await EngineStandIn.StartAsync(TimeProvider.System);
        (engine.ApiVersion, engine.MinApiVersion) = (version, least);
        Assert.Contains(says, await CheckAsync(engine.Host), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, "Forbidden", "What stands before Docker does not allow /version")]
    [InlineData(500, """{"message":"driver failed"}""", "Docker answered 500 to /version: driver failed; its own log says more")]
    [InlineData(200, "<html>", "is not what a Docker Engine answers; correct docker.host")]
    public async Task What_the_engine_or_a_proxy_answers_is_told_in_words(int status, string body, string says)
    {
        await using var engine = await EngineStandIn.StartAsync(TimeProvider.System);
        engine.Otherwise = _ => (status, body);
        Assert.Contains(says, await CheckAsync(engine.Host), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_without_end_is_cut_off()
    {
        await using var engine = await EngineStandIn.StartAsync(TimeProvider.System);
        engine.Otherwise = path => path == "/containers/json" ? (200, new string('[', 9_000_000)) : null;
        Assert.Contains("Docker answered more than 8 MB", await CheckAsync(engine.Host), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", true, true)]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://192.0.2.7/\r\nContent-Length: 0\r\n\r\n", false, false)]
    [InlineData("", false, false)]
    public async Task A_health_url_that_streams_is_well_one_that_redirects_elsewhere_or_is_silent_is_not(string head, bool streams, bool isWell)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        var serving = ServeAsync(listener, head, streams, stop.Token);
        await using var lab = await DockerLab.OpenAsync(new ContainerWatch { Name = "web", HealthUrl = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/"), Timeout = TimeSpan.FromMilliseconds(500) });
        lab.Engine.Run("web").StartedAt = lab.Clock.Now.AddHours(-1);

        await lab.WatchAsync();
        await lab.SweepAsync(2);

        Assert.Equal(isWell, !lab.Door.Untaken.Any(s => s.Condition == "container-unhealthy"));
        Assert.Equal(isWell, (await lab.Room.Workloads.LookAsync(DockerLab.Shop, "container/web", CancellationToken.None))?.IsWell);
        await stop.CancelAsync();
        await serving;
    }

    [Fact]
    public async Task A_health_url_that_hangs_keeps_nobody_from_seeing_a_death()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var lab = await DockerLab.OpenAsync(new ContainerWatch { Name = "web", HealthUrl = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/"), Timeout = TimeSpan.FromMinutes(1) });
        var web = lab.Engine.Run("web");
        lab.WatchNothing();
        await lab.ListensAsync();
        lab.Engine.Die(web, 1);
        Assert.Equal("container-exited", (await lab.Door.SignalAsync()).Condition);
    }

    private static async Task<string> CheckAsync(string host)
    {
        using var room = new DockerRoom(new DockerOptions { Host = host }, new Catalogue([]), TimeProvider.System, NullLoggerFactory.Instance);
        var standing = await room.CheckAsync(CancellationToken.None);
        Assert.False(standing.IsReached);
        return standing.Says;
    }

    private static async Task ServeAsync(TcpListener listener, string head, bool streams, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(cancellationToken);
                var stream = client.GetStream();
                try
                {
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(head), cancellationToken);
                    while (streams)
                    {
                        await stream.WriteAsync(new byte[64 * 1024], cancellationToken);
                    }

                    await stream.ReadAtLeastAsync(new byte[64 * 1024], 64 * 1024, throwOnEndOfStream: false, cancellationToken);
                }
                catch (IOException)
                {
                    // The other end had enough.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
