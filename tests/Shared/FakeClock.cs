namespace Nightjar.Testing;

/// <summary>A clock that stands still until it is advanced; timers fire in order on the thread that advances it.</summary>
public sealed class FakeClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<Timer> timers = [];
    private readonly List<(int Count, TaskCompletionSource AreSet)> waiting = [];
    private DateTimeOffset now = start;

    public FakeClock()
        : this(new DateTimeOffset(2026, 5, 19, 21, 0, 0, TimeSpan.Zero))
    {
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public DateTimeOffset Now => GetUtcNow();

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    /// <summary>When the next timer fires; null when none is set.</summary>
    public DateTimeOffset? NextTimer
    {
        get
        {
            lock (gate)
            {
                return timers.Min(t => (DateTimeOffset?)t.Due);
            }
        }
    }

    /// <summary>Completes when so many timers are set: when so many who wait for this clock have come to rest.</summary>
    public Task TimersAsync(int count)
    {
        lock (gate)
        {
            if (timers.Count >= count)
            {
                return Task.CompletedTask;
            }

            var areSet = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Add((count, areSet));
            return areSet.Task;
        }
    }

    public void Advance(TimeSpan by) => AdvanceTo(GetUtcNow() + by);

    public void AdvanceTo(DateTimeOffset to)
    {
        while (true)
        {
            Timer? next;
            lock (gate)
            {
                next = timers.Where(t => t.Due <= to).MinBy(t => t.Due);
                now = next is null ? to : next.Due > now ? next.Due : now;
                next?.Schedule(now);
            }

            if (next is null)
            {
                return;
            }

            next.Fire();
        }
    }

    /// <summary>A step of the machine's clock: the time changes, no timer notices.</summary>
    public void Jump(TimeSpan by)
    {
        lock (gate)
        {
            now += by;
            foreach (var timer in timers)
            {
                timer.Due += by;
            }
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private void TellWaiting()
    {
        foreach (var (_, areSet) in waiting.Where(w => w.Count <= timers.Count))
        {
            areSet.SetResult();
        }

        waiting.RemoveAll(w => w.AreSet.Task.IsCompleted);
    }

    private sealed class Timer(FakeClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period = Timeout.InfiniteTimeSpan;

        public DateTimeOffset Due { get; set; }

        public bool Change(TimeSpan dueTime, TimeSpan every)
        {
            lock (clock.gate)
            {
                clock.timers.Remove(this);
                period = every;
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = clock.now + dueTime;
                    clock.timers.Add(this);
                    clock.TellWaiting();
                }
            }

            return true;
        }

        public void Schedule(DateTimeOffset fired)
        {
            if (period == Timeout.InfiniteTimeSpan || period == TimeSpan.Zero)
            {
                clock.timers.Remove(this);
            }
            else
            {
                Due = fired + period;
            }
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (clock.gate)
            {
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
