using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Core.Incidents;
using Nightjar.Hosting;

namespace Nightjar.Tests.Hosting;

public class QuartzWakeUpsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly IncidentId One = new(1);

    [Fact]
    public async Task A_wish_during_a_step_is_granted_after_it_and_never_beside_it()
    {
        var (began, mayEnd, steps, beside) = (new SemaphoreSlim(0), new SemaphoreSlim(0), 0, 0);
        var wakeUps = new QuartzWakeUps(TimeProvider.System, NullLogger<QuartzWakeUps>.Instance);
        await wakeUps.StartAsync(
            async (id, ct) =>
            {
                Interlocked.Add(ref beside, Interlocked.Increment(ref steps) > 1 && mayEnd.CurrentCount == 0 && began.CurrentCount > 0 ? 1 : 0);
                began.Release();
                await mayEnd.WaitAsync(ct);

                // As the loop does: at its end a step wishes for its own next time, which must not push back an earlier wish.
                await wakeUps.WakeAsync(id, TimeProvider.System.GetUtcNow().AddHours(1), ct);
            }, default);
        await wakeUps.WakeAsync(One, TimeProvider.System.GetUtcNow(), default);
        Assert.True(await began.WaitAsync(Patience));
        await wakeUps.WakeAsync(One, TimeProvider.System.GetUtcNow(), default);
        mayEnd.Release();
        Assert.True(await began.WaitAsync(Patience));
        mayEnd.Release();
        await wakeUps.StopAsync();
        Assert.Equal((2, 0), (steps, beside));
    }

    [Fact]
    public async Task A_step_that_throws_ends_nothing_for_the_others()
    {
        var done = new ConcurrentDictionary<IncidentId, bool>();
        var all = new SemaphoreSlim(0);
        var wakeUps = new QuartzWakeUps(TimeProvider.System, NullLogger<QuartzWakeUps>.Instance);
        await wakeUps.StartAsync(
            (id, _) =>
            {
                if (id == One)
                {
                    throw new InvalidOperationException("a defect");
                }

                done[id] = true;
                all.Release();
                return Task.CompletedTask;
            }, default);
        for (var i = 1; i <= 200; i++)
        {
            await wakeUps.WakeAsync(new IncidentId(i), TimeProvider.System.GetUtcNow(), default);
        }

        for (var i = 0; i < 199; i++)
        {
            Assert.True(await all.WaitAsync(Patience), $"{done.Count} of 199 were woken");
        }

        await wakeUps.StopAsync();
    }

    [Fact]
    public async Task Stopping_cancels_what_runs_and_waits_for_it()
    {
        var (began, ended) = (new SemaphoreSlim(0), false);
        var wakeUps = new QuartzWakeUps(TimeProvider.System, NullLogger<QuartzWakeUps>.Instance);
        await wakeUps.StartAsync(
            async (_, ct) =>
            {
                began.Release();
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, ct);
                }
                finally
                {
                    ended = true;
                }
            }, default);
        await wakeUps.WakeAsync(One, TimeProvider.System.GetUtcNow(), default);
        Assert.True(await began.WaitAsync(Patience));
        await wakeUps.StopAsync();
        Assert.True(ended);
    }
}
