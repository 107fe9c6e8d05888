using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Evidence;
using Nightjar.Core.Healing;
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
    private readonly Catalogue catalogue;
    private readonly TimeProvider clock;
    private readonly ILoggerFactory loggers;

    public DockerRoom(DockerOptions options, Catalogue catalogue, TimeProvider clock, ILoggerFactory loggers)
    {
        (this.options, this.catalogue, this.clock, this.loggers) = (options, catalogue, clock, loggers);
        api = new DockerApi(options);
        engine = new EngineReader(api);
        book = new ContainerBook(catalogue);
        sweeps = new SweepReader(engine, web, book, clock);
        Actuator = new DockerActuator(api, engine);
        Workloads = new DockerWorkloads(api, sweeps, book, options.Sweep, clock);
    }

    /// <summary>True when a service names containers: without that nobody need have Docker.</summary>
    public bool IsWanted => book.IsWanted;

    public IWorkloads Workloads { get; }

    public IActuator Actuator { get; }

    /// <summary>Every container that is looked after, as the watcher saw it last, by name.</summary>
    public ImmutableArray<ContainerStanding> Standings() =>
    [
        .. book.All
            .Select(c => new ContainerStanding(c.Name, c.Service.Name, c.Look is { } look ? ContainerDetector.Standing(c.Track, look) : null, c.Told?.Condition, c.Look))
            .Concat(book.Required.Where(r => book.Find(r.Name) is null).Select(r => new ContainerStanding(r.Name, r.Service.Name, null, null, null)))
            .DistinctBy(c => c.Name).OrderBy(c => c.Name, StringComparer.Ordinal),
    ];

    /// <summary>What the containers of each service write, for the services that have any.</summary>
    public ImmutableArray<ILineSource> Lines() =>
        [.. catalogue.All.Where(s => !s.Containers.IsEmpty).Select(s => new ContainerLines(s, engine, api, catalogue, loggers.CreateLogger<ContainerLines>()))];

    /// <summary>Tries to reach the engine, and says what to do where that fails.</summary>
    public async Task<DockerStanding> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            var version = await api.HelloAsync(cancellationToken);
            var listed = await engine.ListAsync(cancellationToken);
            var names = listed.Select(WireFacts.NameOf).ToHashSet(StringComparer.Ordinal);
            var picked = listed.Count(l => catalogue.OwnerOf(WireFacts.NameOf(l), l.Labels ?? []) is not null);
            return new DockerStanding(true, string.Create(CultureInfo.InvariantCulture, $"Docker {version.Version} answers at {options.Host}; {picked} of its {listed.Length} containers are looked after"), [.. book.Required.Select(r => r.Name).Where(n => !names.Contains(n)).Distinct()]);
        }
        catch (Exception e) when (e is DockerException or IOException)
        {
            return new DockerStanding(false, e.Message, []);
        }
    }

    /// <summary>One watcher for the containers of every service.</summary>
    public IWatcher Watcher(ISignalDoor door, IContainerFigures figures) => Make(door, figures);

    /// <summary>Looks at every container twice instead of watching: what is wrong is wrong both times.</summary>
    public async Task<ImmutableArray<Signal>> ScanAsync(IContainerFigures figures, CancellationToken cancellationToken)
    {
        var found = new Found();
        if (IsWanted)
        {
            await Make(found, figures).ScanAsync(cancellationToken);
        }

        return [.. found.Signals];
    }

    private DockerWatcher Make(ISignalDoor door, IContainerFigures figures)
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

    private sealed class Found : ISignalDoor
    {
        public List<Signal> Signals { get; } = [];

        public ValueTask AcceptAsync(Signal signal, CancellationToken cancellationToken)
        {
            Signals.Add(signal);
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>How we stand with the engine.</summary>
/// <param name="Missing">Containers that the configuration names, and that are not there.</param>
public sealed record DockerStanding(bool IsReached, string Says, ImmutableArray<string> Missing);
