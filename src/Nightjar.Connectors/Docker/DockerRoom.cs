using Microsoft.Extensions.Logging;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Docker;

/// <summary>Docker: the containers of the services, watched, looked at, and acted on when Core says so.</summary>
public sealed class DockerRoom : IDisposable
{
    private readonly DockerOptions options;
    private readonly DockerApi api;
    private readonly EngineReader engine;
    private readonly Web web = new();
    private readonly ContainerBook book;
    private readonly SweepReader sweeps;
    private readonly TimeProvider clock;
    private readonly ILoggerFactory loggers;

    public DockerRoom(DockerOptions options, Catalogue catalogue, TimeProvider clock, ILoggerFactory loggers)
    {
        (this.options, this.clock, this.loggers) = (options, clock, loggers);
        api = new DockerApi(options);
        engine = new EngineReader(api);
        book = new ContainerBook(catalogue);
        sweeps = new SweepReader(engine, web, book, clock);
        Workloads = new DockerWorkloads(api, sweeps, book, options.Sweep, clock);
    }

    /// <summary>True when a service names containers: without that nobody need have Docker.</summary>
    public bool IsWanted => book.IsWanted;

    public IWorkloads Workloads { get; }

    /// <summary>One watcher for the containers of every service.</summary>
    public IWatcher Watcher(ISignalDoor door, IContainerFigures figures)
    {
        var hands = new WatcherHands(
            new ContainerJudge(engine, book, door, options.Sweep, loggers.CreateLogger<ContainerJudge>()),
            new FigureWriter(figures, loggers.CreateLogger<FigureWriter>()),
            new EngineAbsence(options, door, Random.Shared.NextDouble, clock, loggers.CreateLogger<EngineAbsence>()));
        return new DockerWatcher(api, engine, sweeps, book, hands, options, clock);
    }

    public void Dispose()
    {
        api.Dispose();
        web.Dispose();
    }
}
