using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;

namespace Nightjar.Core.Pipeline;

/// <summary>How many incidents may keep an agent or a check busy at once. Who finds none free waits by the clock, not in a thread.</summary>
/// <param name="queue">How many runs of a model may begin within an hour; null for as many as wish.</param>
public sealed class AgentSlots(int most, AgentQueue? queue = null)
{
    public static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    private int taken;

    /// <summary>Null when this visit's investigation may begin; else until when it waits.</summary>
    public Task<DateTimeOffset?> HoursTurnAsync(Incident incident, CancellationToken cancellationToken) =>
        queue is null ? Task.FromResult<DateTimeOffset?>(null) : queue.AskAsync(incident.Id, $"investigate-{incident.Visit}", cancellationToken);

    /// <summary>Null when all are taken.</summary>
    public IDisposable? TryTake()
    {
        if (Interlocked.Increment(ref taken) <= most)
        {
            return new Slot(this);
        }

        Interlocked.Decrement(ref taken);
        return null;
    }

    private sealed class Slot(AgentSlots slots) : IDisposable
    {
        private int returned;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref returned, 1) == 0)
            {
                Interlocked.Decrement(ref slots.taken);
            }
        }
    }
}
