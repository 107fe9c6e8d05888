using Microsoft.Extensions.Hosting;
using Nightjar.Configuration;
using Nightjar.Connectors.Probes;
using Nightjar.Core.Signals;

namespace Nightjar.Hosting;

/// <summary>Keeps the dead man's switch pressed while every watcher can see and hand over what it sees.</summary>
internal sealed class HeartbeatHost(ProbeRoom probes, IEnumerable<IWatcher> watchers, NightjarOptions options) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        options.Heartbeat.Url is { } url ? probes.BeatAsync(url, options.Heartbeat.Every, () => watchers.All(w => w.Health.IsWell), stoppingToken) : Task.CompletedTask;
}
