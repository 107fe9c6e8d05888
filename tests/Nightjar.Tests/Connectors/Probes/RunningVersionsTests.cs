using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Connectors.Probes;
using Nightjar.Core.Services;

namespace Nightjar.Tests.Connectors.Probes;

public sealed class RunningVersionsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_url_gives_the_version_bounded_or_nothing()
    {
        await using var lab = await ProbeLab.StartAsync();
        lab.Answer = context => context.Response.WriteAsync(" 1a2b3c4d\n");
        var versions = new RunningVersions(lab.Web, NullLogger.Instance);
        var service = At(new RunningVersion { Url = lab.Url });

        Assert.Equal("1a2b3c4d", await versions.ReadAsync(service, Token));
        lab.Answer = context => context.Response.WriteAsync(new string('x', 100_000));
        Assert.Equal(4_096, (await versions.ReadAsync(service, Token))?.Length);
        lab.Answer = ProbeLab.Status(404);
        Assert.Null(await versions.ReadAsync(service, Token));
        Assert.Null(await versions.ReadAsync(At(new RunningVersion { Url = new Uri("http://127.0.0.1:1/") }), Token));
        Assert.Null(await versions.ReadAsync(At(null), Token));
    }

    [Fact]
    public async Task A_command_gives_the_version_bounded_or_nothing()
    {
        using var web = new Nightjar.Connectors.Web();
        var versions = new RunningVersions(web, NullLogger.Instance);

        Assert.Equal("1a2b3c4d", await versions.ReadAsync(At(new RunningVersion { Command = "printf '1a2b3c4d\\n' | cat" }), Token));
        Assert.Equal(4_096, (await versions.ReadAsync(At(new RunningVersion { Command = "while :; do printf xxxxxxxxxxxxxxxx; done" }), Token))?.Length);
        Assert.Null(await versions.ReadAsync(At(new RunningVersion { Command = "echo no; exit 3" }), Token));
        Assert.Null(await versions.ReadAsync(At(new RunningVersion { Command = "true" }), Token));
    }

    [Fact]
    public async Task The_heart_beats_every_minute_while_all_is_well()
    {
        await using var lab = await ProbeLab.StartAsync();
        var well = true;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var asked = 0;
        var beat = new Heartbeat(lab.Url, TimeSpan.FromMinutes(1), () =>
        {
            Interlocked.Increment(ref asked);
            return well;
        }, lab.Web, lab.Clock, NullLogger.Instance).RunAsync(stop.Token);

        await lab.Asked.Reader.ReadAsync(Token);
        well = false;
        while (Volatile.Read(ref asked) < 3)
        {
            lab.Clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        Assert.Equal(0, lab.Asked.Reader.Count);
        well = true;
        lab.Answer = ProbeLab.Status(500);
        var again = lab.Asked.Reader.WaitToReadAsync(Token).AsTask();
        while (!again.IsCompleted)
        {
            lab.Clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => beat);
    }

    private static Service At(RunningVersion? version) => new() { Name = new ServiceName("shop"), RunningVersion = version };
}
