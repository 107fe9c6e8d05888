using Microsoft.Extensions.Logging;

namespace Nightjar.Connectors.Probes;

/// <summary>
/// The dead man's switch: asks an address again and again while all is well. Whoever keeps that address raises the alarm when
/// the asking stops.
/// </summary>
internal sealed partial class Heartbeat(Uri url, TimeSpan every, Func<bool> allIsWell, Web web, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(every, clock);
        do
        {
            if (allIsWell())
            {
                await BeatAsync(cancellationToken);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answer = await web.GetAsync(url, 1_024, Patience, _ => false, cancellationToken);
            if ((int)answer.Status >= 300)
            {
                Missed($"it answered {(int)answer.Status}");
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException or TimeoutException)
        {
            Missed(e.Message);
        }
    }

    [LoggerMessage(3204, LogLevel.Warning, "The heartbeat did not arrive: {Why}")]
    private partial void Missed(string why);
}
