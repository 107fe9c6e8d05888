using Microsoft.Extensions.Hosting;
using Nightjar.Core.Incidents;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Signals;

namespace Nightjar.Hosting;

/// <summary>Starts the loop: reads what is open, wakes what is due (all that is open, once), and stops it cleanly.</summary>
internal sealed class LoopHost(IncidentLoop loop, IIncidents incidents, OpenIncidents open, QuartzWakeUps wakeUps, TimeProvider clock) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await open.LoadAsync(incidents, cancellationToken);
        await wakeUps.StartAsync(loop.StepAsync, cancellationToken);
        foreach (var (id, due) in await incidents.DueAsync(cancellationToken))
        {
            await wakeUps.WakeAsync(id, due, cancellationToken);
        }

        // An inbox message may have come while nothing ran: every open incident looks once.
        foreach (var incident in open.All)
        {
            await wakeUps.WakeAsync(incident.Id, clock.GetUtcNow(), cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => wakeUps.StopAsync();
}
