using Microsoft.AspNetCore.Http;
using Nightjar.Connectors;
using Nightjar.Connectors.Probes;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Connectors.Probes;

public sealed class ProbeWatcherTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    private static readonly ProbeResult Bad = new(false, "expected this, got that", "body");

    private static readonly ProbeResult Good = new(true, "", "");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_third_failure_in_a_row_is_a_signal()
    {
        var state = new ProbeState(new Service { Name = new ServiceName("shop") }, new HttpProbe("health", new Uri("http://x")));

        Assert.Null(state.Take(Bad, Now));
        Assert.Null(state.Take(Bad, Now));
        Assert.Null(state.Take(Good, Now));
        Assert.Null(state.Take(Bad, Now));
        Assert.Null(state.Take(Bad, Now));
        var signal = state.Take(Bad, Now);

        Assert.Equal((SignalKind.ProbeFailure, "health", "expected this, got that (3 in a row)"), (signal?.Kind, signal?.Source, signal?.Message));
        Assert.Equal(["body"], signal?.Samples);
    }

    [Fact]
    public void While_it_fails_it_repeats_every_ten_seconds_at_most()
    {
        var state = new ProbeState(new Service { Name = new ServiceName("shop") }, new HttpProbe("health", new Uri("http://x")) { Failures = 1 });

        var told = Enumerable.Range(0, 31).Where(s => state.Take(Bad, Now.AddSeconds(s)) is not null);

        Assert.Equal([0, 10, 20, 30], told);
        Assert.Null(state.Take(Good, Now.AddSeconds(31)));
        Assert.True(state.Recovered);
        Assert.Equal("shop/health recovered at 09:00:31 UTC after 31 failures", state.Recovery?.Says);
        Assert.NotNull(state.Take(Bad, Now.AddSeconds(32)));
    }

    [Fact]
    public async Task A_failing_endpoint_is_told_of_and_its_recovery_is_shown()
    {
        await using var lab = await ProbeLab.StartAsync();
        lab.Answer = ProbeLab.Status(500);
        var watcher = lab.Watcher(lab.Probe());
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Assert.Equal("0 of 1 probes answer as they should", watcher.Health.Says);

        var run = watcher.RunAsync(stop.Token);
        var signal = await UntilAsync(lab, lab.Signals.Reader.ReadAsync(Token).AsTask());
        Assert.Contains("shop/health fails: GET", watcher.Health.Says, StringComparison.Ordinal);
        lab.Answer = context => context.Response.WriteAsync("well");
        await UntilAsync(lab, () => watcher.Health.Says.Contains("recovered at", StringComparison.Ordinal));

        Assert.Contains("got status 500 (3 in a row)", signal.Message, StringComparison.Ordinal);
        Assert.StartsWith("1 of 1 probes answer as they should", watcher.Health.Says, StringComparison.Ordinal);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task A_signal_that_cannot_be_handed_over_does_not_end_the_watch()
    {
        await using var lab = await ProbeLab.StartAsync();
        lab.Answer = ProbeLab.Status(500);
        lab.Refusals.Enqueue(new IOException("disk full"));
        var watcher = lab.Watcher(lab.Probe(p => p with { Failures = 1 }));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var run = watcher.RunAsync(stop.Token);
        Assert.Equal("refused", (await UntilAsync(lab, lab.Signals.Reader.ReadAsync(Token).AsTask())).Message);
        Assert.NotEqual("refused", (await UntilAsync(lab, lab.Signals.Reader.ReadAsync(Token).AsTask())).Message);
        await UntilAsync(lab, () => watcher.Health.IsWell);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    /// <summary>Moves the clock on, from one question to the next, until it has happened.</summary>
    private static async Task<T> UntilAsync<T>(ProbeLab lab, Task<T> happens)
    {
        await UntilAsync(lab, () => happens.IsCompleted);
        return await happens;
    }

    private static async Task UntilAsync(ProbeLab lab, Func<bool> happened)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        while (!happened())
        {
            lab.Clock.Advance(TimeSpan.FromSeconds(10));
            await lab.Asked.Reader.ReadAsync(patience.Token);
        }
    }
}
