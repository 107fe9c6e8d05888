using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Announcements;
using Nightjar.Core.Incidents;

namespace Nightjar.Hosting;

/// <summary>Sends pages when they are due; whatever happens, it looks again.</summary>
internal sealed partial class PagerHost(Pager pager, TimeProvider clock, ILogger<PagerHost> logger) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Look, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await pager.SendDueAsync(stoppingToken);
            }
            catch (StoreUnavailableException e)
            {
                LogStoreUnavailable(e.Message);
            }
        }
    }

    [LoggerMessage(8050, LogLevel.Error, "Pages wait, the store cannot be read or written: {Why}")]
    private partial void LogStoreUnavailable(string why);
}
