using Microsoft.Extensions.Logging;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Signals;

namespace Nightjar.Core.Pipeline;

/// <summary>
/// Moves one incident by one step at a time: takes in its inbox, runs the stage of its state, writes down what came of it by
/// compare-and-swap, and wakes it again when it is due. Holds no state of its own, so any replica may run any step.
/// </summary>
public sealed partial class IncidentLoop(IncidentStores stores, StageList stages, OpenIncidents open, IWakeUps wakeUps, StageRunner runner, LoopRules rules, ILogger<IncidentLoop> logger)
{
    private readonly HealAside aside = new(stores, stages, rules);

    /// <summary>Steps in one turn: the longest way has about ten; more means that a stage goes in circles.</summary>
    private const int MostSteps = 25;

    private static readonly TimeSpan StoreRetry = TimeSpan.FromSeconds(10);

    private static readonly Func<ILogger, IncidentId, IDisposable?> Scope = LoggerMessage.DefineScope<IncidentId>("incident {Incident}");

    /// <summary>Runs the incident until it waits for something.</summary>
    public async Task StepAsync(IncidentId id, CancellationToken cancellationToken)
    {
        using var scope = Scope(logger, id);
        try
        {
            for (var step = 0; step < MostSteps; step++)
            {
                if (await OneStepAsync(id, cancellationToken) is not { } due)
                {
                    return;
                }

                if (due > rules.Clock.GetUtcNow())
                {
                    await wakeUps.WakeAsync(id, due, cancellationToken);
                    return;
                }
            }

            LogCircles(id, MostSteps);
            await wakeUps.WakeAsync(id, rules.Clock.GetUtcNow() + StoreRetry, cancellationToken);
        }
        catch (StoreUnavailableException e)
        {
            LogStoreUnavailable(id, e.Message);
            await wakeUps.WakeAsync(id, rules.Clock.GetUtcNow() + StoreRetry, cancellationToken);
        }
    }

    /// <summary>One step; returns when the incident is due again, null when nothing is.</summary>
    private async Task<DateTimeOffset?> OneStepAsync(IncidentId id, CancellationToken cancellationToken)
    {
        if (await stores.Incidents.GetAsync(id, cancellationToken) is not { } stored)
        {
            return null;
        }

        var now = rules.Clock.GetUtcNow();
        var news = await stores.Inbox.ReadAsync(id, stored.InboxSeen, cancellationToken);
        if (news.Count == 0 && (stored.NextDue is null || stored.NextDue > now))
        {
            return stored.NextDue;
        }

        var taken = InboxRules.TakeIn(stored, news, now);
        taken = await rules.Beside.TakeUpAsync(taken with { Incident = BesideHealing.WithNews(taken.Incident, news, now) }, now, cancellationToken);
        if (taken.Moved || stages.For(taken.Incident) is not { } stage)
        {
            return await WriteAsync(stored, taken.Incident with { NextDue = taken.Moved ? now : null }, taken.Entries, cancellationToken);
        }

        await rules.Teller.TellAsync(taken.Incident, EffectsOf(id, "tell"), cancellationToken);
        if (IsResting(taken.Incident, now) && !StageList.IsHealedBeside(taken.Incident))
        {
            return await WriteAsync(stored, taken.Incident, taken.Entries, cancellationToken);
        }

        if (!stage.OnlyRecords && await rules.Pause.GetAsync(cancellationToken) is { } pause)
        {
            return await WriteAsync(stored, LoopRules.Paused(taken.Incident, pause, now), taken.Entries, cancellationToken);
        }

        return await RunAsync(stage, stored, taken, news, cancellationToken);
    }

    /// <summary>Runs a stage and writes down what came of it.</summary>
    private async Task<DateTimeOffset?> RunAsync(IStage stage, Incident stored, Taken taken, IReadOnlyList<InboxMessage> news, CancellationToken cancellationToken)
    {
        rules.Reached($"{stage.Name}:enter");
        var context = new StageContext(taken.Incident, news, EffectsOf(stored.Id, stage.Name, stage.OnlyRecords ? null : rules.Pause), rules.Clock.GetUtcNow());
        var running = runner.RunAsync(stage, context, cancellationToken);
        if (stage.IsAgentWork)
        {
            await aside.WatchAsync(stored.Id, running, (heal, incident, found, symptoms) => RunAsync(heal, incident, found, symptoms, cancellationToken), cancellationToken);
        }

        var outcome = await running;
        rules.Reached($"{stage.Name}:leave");
        return await WriteAsync(stored, outcome.Incident, [.. taken.Entries, .. outcome.Entries], cancellationToken);
    }

    /// <summary>After a failure nothing but time, or somebody who asks to try again, lets it try again: other news is noted.</summary>
    private static bool IsResting(Incident incident, DateTimeOffset now) => (incident.Attempts > 0 || incident.BreakerTrips > 0) && incident.NextDue > now;

    private async Task<DateTimeOffset?> WriteAsync(Incident stored, Incident next, IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
    {
        // A poll that found nothing new costs no write: the row stays due, which is what it is after a restart.
        if (entries.Count == 0 && stored.NextDue is not null && next.NextDue is { } again && next with { NextDue = stored.NextDue } == stored)
        {
            return again;
        }

        if (await StepWriter.WriteAsync(stores.Incidents, stored, next, entries, cancellationToken) is not { } written)
        {
            LogLostTurn(stored.Id);
            return rules.Clock.GetUtcNow();
        }

        rules.Reached($"written:{written.State}");
        open.Noticed(written);
        await rules.Teller.TellAsync(written, EffectsOf(written.Id, "tell"), cancellationToken);
        return written.NextDue;
    }

    private Effects EffectsOf(IncidentId id, string actor, IPauseSwitch? pause = null) => new(stores.Journal, rules.Clock, id, actor, rules.Reached, pause);

    [LoggerMessage(1002, LogLevel.Debug, "Another step of incident {Incident} was faster; this one wrote nothing")]
    private partial void LogLostTurn(IncidentId incident);

    [LoggerMessage(1003, LogLevel.Error, "Incident {Incident} made {Steps} steps without waiting; it rests a little")]
    private partial void LogCircles(IncidentId incident, int steps);

    [LoggerMessage(1004, LogLevel.Error, "The store cannot be written, incident {Incident} waits: {Why}")]
    private partial void LogStoreUnavailable(IncidentId incident, string why);
}
