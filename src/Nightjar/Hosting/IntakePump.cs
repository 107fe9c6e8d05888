using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Incidents;
using Nightjar.Core.Signals;

namespace Nightjar.Hosting;

/// <summary>Writes the counts of repeats every second, and once more at the end.</summary>
internal sealed partial class IntakePump(Intake intake, TimeProvider clock, ILogger<IntakePump> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await FlushAsync(stoppingToken);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await FlushAsync(cancellationToken);
    }

    private async Task FlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await intake.FlushAsync(cancellationToken);
        }
        catch (StoreUnavailableException e)
        {
            LogStoreUnavailable(e.Message);
        }
    }

    [LoggerMessage(8020, LogLevel.Error, "Counts of repeats wait in memory, the store cannot be written: {Why}")]
    private partial void LogStoreUnavailable(string why);
}
