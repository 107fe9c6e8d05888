using Microsoft.Extensions.Logging;
using Nightjar.Core.Incidents;

namespace Nightjar.Core.Pipeline;

/// <summary>Runs one stage within its time, and makes of whatever it throws "try again, then ask".</summary>
public sealed partial class StageRunner(LoopRules rules, ILogger<StageRunner> logger)
{
    /// <summary>Longest run of one stage; checks and agents have shorter limits of their own.</summary>
    private static readonly TimeSpan LongestStage = TimeSpan.FromMinutes(45);

    internal async Task<StepResult> RunAsync(IStage stage, StageContext context, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(LongestStage, rules.Clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            var outcome = await stage.RunAsync(context, linked.Token);
            return OutcomeRules.Apply(outcome, stage.Name, rules.Clock.GetUtcNow());
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
            return OutcomeRules.Failed(context.Incident, stage.Name, why, rules.Conduct.Tries, rules.Clock.GetUtcNow());
        }
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
