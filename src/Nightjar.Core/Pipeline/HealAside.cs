using Nightjar.Core.Incidents;

namespace Nightjar.Core.Pipeline;

/// <summary>Runs one step of healing and writes it; when it is due again.</summary>
internal delegate Task<DateTimeOffset?> StepOfHealing(IStage heal, Incident stored, Taken taken, IReadOnlyList<InboxMessage> news);

/// <summary>
/// An agent may work for many minutes: a symptom that can be healed does not wait for its end. What healing writes takes the agent's step its
/// turn; that is run again then, and finds what the agent said in the journal.
/// </summary>
internal sealed class HealAside(IncidentStores stores, StageList stages, LoopRules rules)
{
    /// <summary>More steps than an attempt has.</summary>
    private const int MostSteps = 25;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <summary>Until the agent's stage has ended; how it ended is not looked at.</summary>
    public async Task WatchAsync(IncidentId id, Task running, StepOfHealing step, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Look, rules.Clock);
        while (!running.IsCompleted && !cancellationToken.IsCancellationRequested)
        {
            await Task.WhenAny(running, timer.WaitForNextTickAsync(cancellationToken).AsTask());
            for (var i = 0; i < MostSteps && !running.IsCompleted && await HasMoreAsync(id, step, cancellationToken); i++)
            {
            }
        }
    }

    /// <summary>True when there may be another step right away. A store that cannot be written now is looked at again in a second.</summary>
    private async Task<bool> HasMoreAsync(IncidentId id, StepOfHealing step, CancellationToken cancellationToken)
    {
        try
        {
            var now = rules.Clock.GetUtcNow();
            return await rules.Beside.NextAsync(stores, id, now, cancellationToken) is var (stored, taken, news)
                && await rules.Pause.GetAsync(cancellationToken) is null && stages.For(taken.Incident) is { } heal
                && await step(heal, stored, taken, news) <= now;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }
}
