using Nightjar.Core.Signals;
using Nightjar.Testing;

namespace Nightjar.Tests.Logs;

/// <summary>A watcher while a test runs.</summary>
internal sealed class Watching : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource stop = new();
    private readonly IWatcher watcher;
    private readonly FakeClock clock;
    private readonly Task run;

    private Watching(IWatcher watcher, FakeClock clock)
    {
        (this.watcher, this.clock) = (watcher, clock);
        run = Task.Run(() => watcher.RunAsync(stop.Token));
    }

    public WatcherHealth Health => watcher.Health;

    public string Says => watcher.Health.Says;

    public bool HasEnded => run.IsCompleted;

    public static Watching Of(IWatcher watcher, FakeClock clock) => new(watcher, clock);

    public Task UntilAsync(Func<bool> isSo) => PassUntilAsync(isSo, TimeSpan.Zero);

    /// <summary>Lets time pass until it is so.</summary>
    public async Task PassUntilAsync(Func<bool> isSo, TimeSpan? step = null)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(since) < Patience, $"it did not come to that: {Says}");
            clock.Advance(step ?? TimeSpan.FromMilliseconds(100));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await run.WaitAsync(Patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Assert.False(run.IsFaulted, run.Exception?.ToString());
        Assert.True(run.IsCompleted, "the watcher does not stop");
        stop.Dispose();
    }
}
