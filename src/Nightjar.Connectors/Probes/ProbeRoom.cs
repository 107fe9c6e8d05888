using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Probes;

/// <summary>Everything that asks a plain HTTP address: the probes, the running versions, the heartbeat.</summary>
public sealed class ProbeRoom(TimeProvider clock, ILoggerFactory loggers) : IProbeAnswers, IDisposable
{
    private readonly Web web = new();
    private ProbeWatcher? watcher;
    private CertificateWatcher? certificates;

    /// <summary>One watcher for the probes of every service, and one for the certificates that they meet, where they meet any.</summary>
    public IEnumerable<IWatcher> Watchers(Catalogue catalogue, ISignalDoor door)
    {
        watcher = new ProbeWatcher(catalogue, door, web, Random.Shared.NextDouble, clock, loggers.CreateLogger<ProbeWatcher>());
        certificates = new CertificateWatcher(catalogue, door, CertificateLook.AtAsync, clock, loggers.CreateLogger<CertificateWatcher>());
        return certificates.HasSites ? [watcher, certificates] : [watcher];
    }

    public DateTimeOffset? LastWell(ServiceName service, string probe) => watcher?.LastWell(service, probe) ?? certificates?.LastWell(service, probe);

    /// <summary>One look at every probe instead of watching; a probe that fails is asked as often as its row of failures is long.</summary>
    public async Task<ImmutableArray<Signal>> ScanAsync(Catalogue catalogue, CancellationToken cancellationToken)
    {
        var looks = catalogue.All.SelectMany(s => s.Probes.Select(p => LookAsync(new ProbeState(s, p), cancellationToken)));
        return [.. (await Task.WhenAll(looks)).OfType<Signal>()];
    }

    public IRunningVersions RunningVersions() => new RunningVersions(web, loggers.CreateLogger<RunningVersions>());

    /// <summary>Asks the address at that pace while <paramref name="allIsWell"/>, until it is cancelled.</summary>
    public Task BeatAsync(Uri url, TimeSpan every, Func<bool> allIsWell, CancellationToken cancellationToken) =>
        new Heartbeat(url, every, allIsWell, web, clock, loggers.CreateLogger<Heartbeat>()).RunAsync(cancellationToken);

    public void Dispose() => web.Dispose();

    private async Task<Signal?> LookAsync(ProbeState state, CancellationToken cancellationToken)
    {
        Signal? signal = null;
        do
        {
            signal = state.Take(await ProbeCheck.RunAsync(web, state.Probe, clock, cancellationToken), clock.GetUtcNow());
        }
        while (signal is null && state.Failures > 0);
        return signal;
    }
}
