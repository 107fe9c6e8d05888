using System.Globalization;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Incidents;
using Nightjar.Core.Pipeline;
using Quartz;
using Quartz.Extensibility;

namespace Nightjar.Hosting;

/// <summary>
/// Time for the loop, by Quartz: one job an incident (never two steps of one incident at once) and one trigger, of which the
/// earliest wish wins. In memory: what is due is in the incidents' rows, and is read from there at the start.
/// </summary>
internal sealed partial class QuartzWakeUps(TimeProvider clock, ILogger<QuartzWakeUps> logger) : IWakeUps
{
    /// <summary>Steps at once. A step that waits holds no thread; agents and checks have slots of their own.</summary>
    private const int MostSteps = 16;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(30);

    private const string Group = "incident";

    private readonly CancellationTokenSource stopping = new();
    private IScheduler? scheduler;

    public bool IsRunning => scheduler is not null && !stopping.IsCancellationRequested;

    /// <summary>Starts waking; a step that throws is said in the log and woken again by what is on disk.</summary>
    public async Task StartAsync(Func<IncidentId, CancellationToken, Task> step, CancellationToken cancellationToken)
    {
        var job = new StepJob(step, stopping.Token, FailedAsync);
        scheduler = await QuartzSchedulerBuilder
            .Create(b => b.UseTimeProvider(clock).UseInMemoryStore(_ => { }).UseDefaultThreadPool(MostSteps).UseJobFactory(new SingleJob(job)))
            .BuildScheduler(cancellationToken);
        await scheduler.Start(cancellationToken);
    }

    public async Task WakeAsync(IncidentId incident, DateTimeOffset at, CancellationToken cancellationToken)
    {
        if (scheduler is not { } running || stopping.IsCancellationRequested)
        {
            return;
        }

        var name = incident.Value.ToString(CultureInfo.InvariantCulture);
        var key = new JobKey(name, Group);
        if (!await running.Exists(key, cancellationToken))
        {
            var job = JobBuilder.Create<StepJob>().WithIdentity(key).DisallowConcurrentExecution(true).StoreDurably(true).Build();
            await running.AddJob(job, AddJobOptions.Replacing, cancellationToken);
        }

        var trigger = TriggerBuilder.Create(clock).WithIdentity(name, Group).ForJob(key).StartAt(at).Build();
        await running.ScheduleTrigger(trigger, TriggerConflict.KeepEarlier, cancellationToken);
    }

    /// <summary>Cancels running steps and waits for them: they wrote nothing that they will not find again.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        if (Interlocked.Exchange(ref scheduler, null) is { } running)
        {
            await running.Shutdown(true, CancellationToken.None);
        }
    }

    /// <summary>Nothing is lost: what a step could not do, it is woken for again.</summary>
    private async Task FailedAsync(Exception e, IncidentId incident)
    {
        LogStepFailed(e, incident);
        await WakeAsync(incident, clock.GetUtcNow() + AfterFailure, stopping.Token);
    }

    [LoggerMessage(8000, LogLevel.Error, "A step of incident {Incident} ended with an error that no stage had")]
    private partial void LogStepFailed(Exception e, IncidentId incident);

    private sealed class StepJob(Func<IncidentId, CancellationToken, Task> step, CancellationToken stopping, Func<Exception, IncidentId, Task> failed) : IJob
    {
        public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
        {
            var incident = new IncidentId(long.Parse(context.JobDetail.Key.Name, CultureInfo.InvariantCulture));
            try
            {
                await step(incident, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // Shutdown is not a failure: the incident goes on from its row at the next start.
            }
#pragma warning disable CA1031 // The edge of the engine: an error here must not end the scheduler.
            catch (Exception e)
#pragma warning restore CA1031
            {
                await failed(e, incident);
            }
        }
    }

    private sealed class SingleJob(IJob job) : IJobFactory
    {
        public ValueTask<JobScope> CreateJob(TriggerFiredBundle bundle, IScheduler scheduler, CancellationToken cancellationToken) => new(new JobScope(job, this));

        public ValueTask ReturnJob(JobScope scope, CancellationToken cancellationToken) => default;
    }
}
