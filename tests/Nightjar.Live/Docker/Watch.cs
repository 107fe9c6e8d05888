using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Connectors.Docker;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Testing;

namespace Nightjar.Live.Docker;

/// <summary>The room as the program has it, over a real engine, that sweeps each second.</summary>
internal sealed class Watch : IAsyncDisposable
{
    public static readonly ServiceName Shop = new("shop");

    private readonly CancellationTokenSource stop = new();
    private readonly Task watching;

    public Watch(DockerEngine engine, params ContainerWatch[] containers)
    {
        Room = new DockerRoom(new DockerOptions { Host = engine.Host, Sweep = TimeSpan.FromSeconds(1) }, new Catalogue([new Service { Name = Shop, Containers = [.. containers] }]), TimeProvider.System, NullLoggerFactory.Instance);
        Watcher = Room.Watcher(Door, Door);
        watching = Watcher.RunAsync(stop.Token);
    }

    public DockerRoom Room { get; }

    public IWatcher Watcher { get; }

    public DockerDoor Door { get; } = new();

    public async Task<WorkloadStanding> LookAsync(string container) => await Room.Workloads.LookAsync(Shop, $"container/{container}", CancellationToken.None) ?? throw new InvalidOperationException(container);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Room.Dispose();
        stop.Dispose();
    }
}
