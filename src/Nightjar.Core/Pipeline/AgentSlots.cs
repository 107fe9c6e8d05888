namespace Nightjar.Core.Pipeline;

/// <summary>How many incidents may keep an agent or a check busy at once. Who finds none free waits by the clock, not in a thread.</summary>
public sealed class AgentSlots(int most)
{
    public static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    private int taken;

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
