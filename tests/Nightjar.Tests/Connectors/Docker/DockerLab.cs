using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Connectors.Docker;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Testing;

namespace Nightjar.Tests.Connectors.Docker;

/// <summary>A service <c>shop</c> with containers in a stand-in engine, and a watcher on a clock that the test moves.</summary>
internal sealed class DockerLab : IAsyncDisposable
{
    public static readonly ServiceName Shop = new("shop");

    private readonly CancellationTokenSource stop = new();
    private Task watching = Task.CompletedTask;

    private DockerLab(EngineStandIn engine, FakeClock clock, ImmutableArray<ContainerWatch> containers)
    {
        (Engine, Clock) = (engine, clock);
        Room = new DockerRoom(new DockerOptions { Host = engine.Host }, new Catalogue([new Service { Name = Shop, Containers = containers }]), clock, NullLoggerFactory.Instance);
    }

    public EngineStandIn Engine { get; }

    public FakeClock Clock { get; }

    public DockerRoom Room { get; }

    public DockerDoor Door { get; } = new();

    public IWatcher Watcher => field ??= Room.Watcher(Door, Door);

    public static async Task<DockerLab> OpenAsync(params ContainerWatch[] containers)
    {
        var clock = new FakeClock();
        return new DockerLab(await EngineStandIn.StartAsync(clock), clock, [.. containers]);
    }

    /// <summary>Begins to watch; returns when the first sweep has ended and events are listened to.</summary>
    public async Task WatchAsync()
    {
        watching = Watcher.RunAsync(stop.Token);
        await Door.SweptAsync();
        await ListensAsync();
    }

    /// <summary>Begins to watch an engine that is not there.</summary>
    public void WatchNothing() => watching = Watcher.RunAsync(stop.Token);

    public async Task ListensAsync()
    {
        for (var i = 0; i < 1_000 && Engine.Listening == 0; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        Assert.Equal(1, Engine.Listening);
    }

    /// <summary>The engine was asked so often in a row without an answer, and the watcher waits to ask again.</summary>
    public async Task FailedAsync(int times)
    {
        for (var i = 0; i < 1_000 && !Watcher.Health.Says.Contains($"Asked {times} times", StringComparison.Ordinal); i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        await Clock.TimersAsync(1);
    }

    /// <summary>Time passes, and the next sweep with it.</summary>
    public async Task SweepAsync(int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            await Clock.TimersAsync(1);
            Clock.Advance(TimeSpan.FromSeconds(30));
            await Door.SweptAsync();
        }
    }

    /// <summary>The half second in which a stop would follow a death.</summary>
    public async Task SettleAsync()
    {
        await Clock.TimersAsync(2);
        Clock.Advance(TimeSpan.FromMilliseconds(500));
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Room.Dispose();
        await Engine.DisposeAsync();
        stop.Dispose();
    }
}
