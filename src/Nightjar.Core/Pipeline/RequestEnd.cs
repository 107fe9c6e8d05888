using Nightjar.Core.Policy;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;

namespace Nightjar.Core.Pipeline;

/// <summary>Takes the mark of a working incident off its request, however the incident ended.</summary>
public sealed class RequestEnd(RequestDesk desk, Catalogue catalogue, IPauseSwitch pause)
{
    internal async Task LetGoAsync(StageContext context, CancellationToken cancellationToken)
    {
        if (context.Incident.Request is null)
        {
            return;
        }

        // The stage only records, so that it goes on while all is paused; this alone is seen outside.
        if (await pause.GetAsync(cancellationToken) is { } paused)
        {
            throw new PausedException(paused);
        }

        string[] labels = context.Incident.Change?.FixCommit is null ? [] : [RequestNames.FixProposed];
        await desk.EditAsync(context.Incident, catalogue.Get(context.Incident.Service), context.Effects, new RequestEdit("ended", "took the active label off the request", [], labels), cancellationToken);
    }
}
