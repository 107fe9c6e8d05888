using Microsoft.Extensions.Logging;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Probes;

/// <summary>Everything that asks a plain HTTP address: the probes, the running versions, the heartbeat.</summary>
public sealed class ProbeRoom(TimeProvider clock, ILoggerFactory loggers) : IDisposable
{
    private readonly Web web = new();

    /// <summary>One watcher for the probes of every service.</summary>
    public IWatcher Watcher(Catalogue catalogue, ISignalDoor door) =>
        new ProbeWatcher(catalogue, door, web, Random.Shared.NextDouble, clock, loggers.CreateLogger<ProbeWatcher>());

    public IRunningVersions RunningVersions() => new RunningVersions(web, loggers.CreateLogger<RunningVersions>());

    /// <summary>Asks the address every minute while <paramref name="allIsWell"/>, until it is cancelled.</summary>
    public Task BeatAsync(Uri url, Func<bool> allIsWell, CancellationToken cancellationToken) =>
        new Heartbeat(url, allIsWell, web, clock, loggers.CreateLogger<Heartbeat>()).RunAsync(cancellationToken);

    public void Dispose() => web.Dispose();
}
