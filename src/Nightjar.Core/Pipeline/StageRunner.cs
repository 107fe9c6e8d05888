using Microsoft.Extensions.Logging;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Policy;

namespace Nightjar.Core.Pipeline;

/// <summary>Runs one stage within its time, and makes of whatever it throws "try again, then ask".</summary>
public sealed partial class StageRunner(LoopRules rules, ILogger<StageRunner> logger)
{
    /// <summary>Longest run of one stage; checks and agents have shorter limits of their own.</summary>
    private static readonly TimeSpan LongestStage = TimeSpan.FromMinutes(45);

    /// <summary>How often a running stage looks whether everything was paused: an agent may work for many minutes.</summary>
    private static readonly TimeSpan PauseLook = TimeSpan.FromSeconds(1);

    internal async Task<StepResult> RunAsync(IStage stage, StageContext context, CancellationToken cancellationToken)
    {
        if (stage.IsAgentWork && await rules.Breaker.HoldsAsync(context.Incident.Id, cancellationToken) is var (until, stopped))
        {
            return OutcomeRules.Apply(new WaitUntil(context.Incident, until, stopped) { IsForTurn = true }, stage.Name, rules.Clock.GetUtcNow());
        }

        using var limit = new CancellationTokenSource(LongestStage, rules.Clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            var work = stage.RunAsync(context, linked.Token);
            if (!stage.OnlyRecords && await PausedMeanwhileAsync(work, cancellationToken) is { } pause)
            {
                await linked.CancelAsync();
                await ((Task)work).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw new PausedException(pause);
            }

            var outcome = await work;
            if (stage.IsAgentWork && outcome is GoOn or AskPerson)
            {
                await rules.Breaker.SucceededAsync(cancellationToken);
            }

            return OutcomeRules.Apply(outcome, stage.Name, rules.Clock.GetUtcNow());
        }
        catch (PausedException e)
        {
            return new StepResult(LoopRules.Paused(context.Incident, e.Pause, rules.Clock.GetUtcNow()), []);
        }
        catch (TryLaterException e)
        {
            return OutcomeRules.Apply(new WaitUntil(context.Incident, e.At, e.Message) { IsForTurn = true }, stage.Name, rules.Clock.GetUtcNow());
        }
        catch (NeedsPersonException e)
        {
            return OutcomeRules.Apply(new AskPerson(context.Incident, e.Message, context.Incident.State), stage.Name, rules.Clock.GetUtcNow());
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (StoreUnavailableException)
        {
            throw;
        }
#pragma warning disable CA1031 // The loop is where the unexpected becomes "try again, then ask": see style rule 19.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogStageFailed(e, stage.Name, context.Incident.Id);
            var why = limit.IsCancellationRequested ? $"{stage.Name} took longer than {LongestStage.TotalMinutes:0} minutes" : e.Message;
            await TellFailureAsync(stage, context, cancellationToken);
            if (stage.IsAgentWork)
            {
                await rules.Breaker.FailedAsync(context.Incident, why, cancellationToken);
            }

            return OutcomeRules.Failed(context.Incident, stage.Name, why, rules.Conduct.Tries, rules.Clock.GetUtcNow());
        }
    }

    /// <summary>Waits for the work, or for a pause in the middle of it.</summary>
    private async Task<Pause?> PausedMeanwhileAsync(Task work, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(PauseLook, rules.Clock);
        while (!work.IsCompleted)
        {
            await Task.WhenAny(work, timer.WaitForNextTickAsync(cancellationToken).AsTask());
            if (!work.IsCompleted && await rules.Pause.GetAsync(cancellationToken) is { } pause)
            {
                return pause;
            }
        }

        return null;
    }

    private async Task TellFailureAsync(IStage stage, StageContext context, CancellationToken cancellationToken)
    {
        try
        {
            await stage.FailedAsync(context, cancellationToken);
        }
#pragma warning disable CA1031 // Marking the failure for others may fail for the same reason as the stage did; the incident itself still says so.
        catch (Exception e) when (e is not (OperationCanceledException or StoreUnavailableException))
#pragma warning restore CA1031
        {
            LogMarkFailed(e, stage.Name);
        }
    }

    [LoggerMessage(1000, LogLevel.Error, "Stage {Stage} failed for incident {Incident}")]
    private partial void LogStageFailed(Exception e, string stage, IncidentId incident);

    [LoggerMessage(1001, LogLevel.Warning, "The failure of stage {Stage} could not be marked on the code host")]
    private partial void LogMarkFailed(Exception e, string stage);
}
