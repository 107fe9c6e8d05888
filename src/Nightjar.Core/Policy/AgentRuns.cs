using Nightjar.Core.Incidents;

namespace Nightjar.Core.Policy;

/// <summary>An agent's run that was begun, or is about to be.</summary>
/// <param name="Key">With the incident its identity.</param>
public sealed record AgentRun(IncidentId Incident, string Key, DateTimeOffset At);

/// <summary>Which runs were begun when; on disk before they are.</summary>
public interface IAgentRuns
{
    /// <summary>Those after a time, oldest first.</summary>
    Task<IReadOnlyList<AgentRun>> SinceAsync(DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Does nothing when this one is there already.</summary>
    Task BeginAsync(AgentRun run, CancellationToken cancellationToken);
}

/// <summary>Lets so many investigations begin within an hour; the next one waits until the oldest is an hour old.</summary>
public sealed class AgentQueue(RequestLimits limits, IAgentRuns runs, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>Null when it may begin; else until when it waits. Asked again after a kill, the answer is the same.</summary>
    public async Task<DateTimeOffset?> AskAsync(IncidentId incident, string key, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow();
            var recent = await runs.SinceAsync(now - Hour, cancellationToken);
            if (recent.Any(r => r.Incident == incident && r.Key == key))
            {
                return null;
            }

            if (recent.Count >= limits.AgentRunsPerHour)
            {
                return recent[^limits.AgentRunsPerHour].At + Hour;
            }

            await runs.BeginAsync(new AgentRun(incident, key, now), cancellationToken);
            return null;
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();
}
