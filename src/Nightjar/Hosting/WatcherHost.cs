using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Signals;

namespace Nightjar.Hosting;

/// <summary>Keeps every watcher running: one that ends with an error is started again, later each time up to a minute.</summary>
internal sealed partial class WatcherHost(IEnumerable<IWatcher> watchers, TimeProvider clock, ILogger<WatcherHost> logger) : BackgroundService
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(watchers.Select(w => Task.Run(() => KeepAsync(w, stoppingToken), stoppingToken)));

    private async Task KeepAsync(IWatcher watcher, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromSeconds(1);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await watcher.RunAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // A watcher survives whatever its source does; what it was is in the log.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LogWatcherFailed(e, watcher.Name, pause);
            }

            await Task.Delay(pause * (0.8 + (Random.Shared.NextDouble() * 0.4)), clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < Longest ? pause * 2 : Longest;
        }
    }

    [LoggerMessage(8010, LogLevel.Error, "Watcher {Watcher} failed; it starts again in {Pause}")]
    private partial void LogWatcherFailed(Exception e, string watcher, TimeSpan pause);
}
