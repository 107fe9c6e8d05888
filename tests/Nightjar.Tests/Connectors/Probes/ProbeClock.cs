namespace Nightjar.Tests.Connectors.Probes;

/// <summary>A clock that moves when it is told to; timers fire then.</summary>
internal sealed class ProbeClock : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<Timer> timers = [];
    private DateTimeOffset now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return now;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        lock (gate)
        {
            timers.Add(timer);
        }

        return timer;
    }

    public void Advance(TimeSpan by)
    {
        List<Timer> due;
        lock (gate)
        {
            now += by;
            due = timers.Where(t => t.IsDue(now)).ToList();
        }

        due.ForEach(t => t.Fire());
    }

    private sealed class Timer(ProbeClock clock, TimerCallback callback, object? state) : ITimer
    {
        private DateTimeOffset? next;
        private TimeSpan every;

        public bool IsDue(DateTimeOffset at)
        {
            if (next is not { } due || due > at)
            {
                return false;
            }

            next = every > TimeSpan.Zero ? at + every : null;
            return true;
        }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock.gate)
            {
                next = dueTime < TimeSpan.Zero ? null : clock.now + dueTime;
                every = period;
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock.gate)
            {
                next = null;
                clock.timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
