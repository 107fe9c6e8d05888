using Nightjar.Core.Evidence;
using Nightjar.Testing;

namespace Nightjar.Tests.Connectors;

public sealed class RateWatcherTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Each_slice_is_counted_once_however_often_it_looks()
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = new OpenTelemetryTables { ASlice = { ["shop"] = (1, 10) } }.Answer;
        using var sources = lab.Sources(lab.ClickHouse(), RateLab.Service("shop"));
        await sources.LookAsync(default);
        var backlog = (await lab.CountedAsync("shop")).Total;
        Assert.Equal(1_800, backlog);

        await sources.LookAsync(default);
        Assert.Equal(backlog, (await lab.CountedAsync("shop")).Total);
        lab.Clock.Advance(TimeSpan.FromSeconds(73));
        await sources.LookAsync(default);
        Assert.Equal(backlog + 70, (await lab.CountedAsync("shop")).Total);
    }

    [Fact]
    public async Task A_restart_goes_on_where_the_last_run_left_off()
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = new OpenTelemetryTables { ASlice = { ["shop"] = (1, 10) } }.Answer;
        using (var before = lab.Sources(lab.ClickHouse(), RateLab.Service("shop")))
        {
            await before.LookAsync(default);
        }

        lab.Clock.Advance(TimeSpan.FromMinutes(2));
        using var after = lab.Sources(lab.ClickHouse(), RateLab.Service("shop"));
        await after.LookAsync(default);
        Assert.Equal(1_920, (await lab.CountedAsync("shop")).Total);
    }

    [Fact]
    public async Task A_window_ends_before_now_so_that_late_data_is_in_it()
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = new OpenTelemetryTables { ASlice = { ["shop"] = (1, 10) } }.Answer;
        using var sources = lab.Sources(lab.ClickHouse(o => o with { Delay = TimeSpan.FromSeconds(25) }), RateLab.Service("shop"));
        await sources.LookAsync(default);
        var latest = lab.Questions.Max(q => long.Parse(q["param_to"]));
        Assert.Equal(lab.Clock.Now.AddSeconds(-30), DateTimeOffset.FromUnixTimeMilliseconds(latest));
    }

    [Fact]
    public async Task Services_that_nobody_configured_are_told_and_open_nothing()
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = new OpenTelemetryTables { ASlice = { ["stranger"] = (20, 20), ["shop"] = (0, 20) } }.Answer;
        using var sources = lab.Sources(lab.ClickHouse(), RateLab.Service("shop"));
        await sources.LookAsync(default);
        Assert.Empty(lab.Signals);
        Assert.Contains("no service has the name: stranger", sources.Watchers[0].Health.Says, StringComparison.Ordinal);
        Assert.Equal(0, (await lab.CountedAsync("stranger")).Total);
    }

    [Fact]
    public async Task A_service_is_counted_by_one_source_alone()
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = new OpenTelemetryTables { ASlice = { ["shop"] = (10, 20), ["stock"] = (10, 20), ["logged"] = (10, 20) } }.Answer;
        var stock = RateLab.Service("stock") is var s ? s with { ErrorRate = s.ErrorRate with { Source = "second" } } : null;
        var logged = RateLab.Service("logged") with { Logs = ["/var/log/logged.log"] };
        using var sources = lab.Sources([lab.ClickHouse(o => o with { Name = "first" }), lab.ClickHouse(o => o with { Name = "second" })], RateLab.Service("shop"), stock ?? logged, logged);
        await sources.LookAsync(default);
        Assert.Equal(["shop", "stock"], lab.Signals.Select(x => x.Service.Value));
        Assert.Equal(3_600, (await lab.CountedAsync("shop")).Total);
        Assert.Equal(0, (await lab.CountedAsync("logged")).Total);
    }

    [Fact]
    public async Task A_rate_whose_kinds_cannot_be_had_is_told_without_them()
    {
        await using var lab = await RateLab.StartAsync();
        var tables = new OpenTelemetryTables { ASlice = { ["shop"] = (10, 20) } };
        lab.Answer = a => a["query"].Contains("AS o_class", StringComparison.Ordinal) ? (500, "Code: 241. Memory limit exceeded") : tables.Answer(a);
        using var sources = lab.Sources(lab.ClickHouse(), RateLab.Service("shop"));
        var trouble = Assert.Single(await sources.LookAsync(default));
        Assert.Contains("the kinds of error of shop are unknown", trouble, StringComparison.Ordinal);
        Assert.Equal((60, ""), (lab.Signals.Single().Rate?.Errors, lab.Signals.Single().ErrorClass));
        Assert.Equal(3_600, (await lab.CountedAsync("shop")).Total);
    }

    [Fact]
    public async Task A_source_that_is_down_is_unknown_and_asked_again_later_each_time()
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = _ => (503, "overloaded");
        using var sources = lab.Sources(lab.ClickHouse(), RateLab.Service("shop"));
        using var stop = new CancellationTokenSource();
        var running = sources.Watchers[0].RunAsync(stop.Token);
        var pauses = new List<double>();
        for (var i = 0; i < 6; i++)
        {
            await lab.Clock.TimersAsync(1).WaitAsync(Patience);
            Assert.False(sources.Watchers[0].Health.IsWell);
            var next = lab.Clock.NextTimer ?? default;
            pauses.Add((next - lab.Clock.Now).TotalSeconds);
            lab.Clock.AdvanceTo(next);
        }

        Assert.InRange(pauses[0], 4, 6);
        Assert.InRange(pauses[1], 8, 12);
        Assert.InRange(pauses[5], 48, 72);
        await lab.Clock.TimersAsync(1).WaitAsync(Patience);
        Assert.Contains("answered 503: overloaded; failed 7 times in a row", sources.Watchers[0].Health.Says, StringComparison.Ordinal);
        lab.Answer = new OpenTelemetryTables { ASlice = { ["shop"] = (0, 20) } }.Answer;
        lab.Clock.AdvanceTo(lab.Clock.NextTimer ?? default);
        await lab.Clock.TimersAsync(1).WaitAsync(Patience);
        Assert.True(sources.Watchers[0].Health.IsWell);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_look_that_takes_longer_than_the_pace_is_not_overtaken_by_the_next()
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = new OpenTelemetryTables { ASlice = { ["shop"] = (0, 20) } }.Answer;
        var held = new TaskCompletionSource();
        lab.Holds = held.Task;
        using var sources = lab.Sources(lab.ClickHouse(), RateLab.Service("shop"));
        using var stop = new CancellationTokenSource();
        var running = sources.Watchers[0].RunAsync(stop.Token);
        await Task.Run(() => SpinWait.SpinUntil(() => !lab.Questions.IsEmpty, Patience));
        lab.Clock.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromSeconds(20));
        Assert.Single(lab.Questions);
        held.SetResult();
        await lab.Clock.TimersAsync(1).WaitAsync(Patience);

        // The missed ticks are left out; the next is kept.
        Assert.Equal(TimeSpan.FromSeconds(40), lab.Clock.NextTimer - lab.Clock.Now);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_store_that_is_slow_is_given_up_in_time()
    {
        await using var lab = await RateLab.StartAsync();
        var held = new TaskCompletionSource();
        lab.Holds = held.Task;
        using var sources = lab.Sources(lab.ClickHouse(o => o with { Timeout = TimeSpan.FromMilliseconds(50) }), RateLab.Service("shop"));
        Assert.Contains("gave no complete answer within", Assert.Single(await sources.LookAsync(default)), StringComparison.Ordinal);
        held.SetResult();
    }

    [Fact]
    public async Task A_store_that_is_not_there_is_said_in_words()
    {
        await using var lab = await RateLab.StartAsync();
        using var sources = lab.Sources(lab.ClickHouse(o => o with { Url = new Uri("http://127.0.0.1:1/") }), RateLab.Service("shop"));
        Assert.Contains("http://127.0.0.1:1: connection refused", Assert.Single(await sources.LookAsync(default)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_piece_is_spread_over_its_slices_and_none_fails_more_than_it_served()
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = a => Prometheus.PrometheusTests.Vector(a, ("shop", a["query"].StartsWith("failed", StringComparison.Ordinal) ? "2" : "3"));
        using var sources = lab.Sources(lab.Prometheus(), RateLab.Service("shop"));
        await sources.LookAsync(default);
        var slices = await lab.SlicesAsync("shop");
        Assert.Equal((60, 90), (slices.Sum(x => x.Errors), slices.Sum(x => x.Total)));
        Assert.All(slices, x => Assert.InRange(x.Errors, 0, x.Total));
        Assert.Equal(90, slices.Count);
        Assert.All(slices, x => Assert.Equal(0, x.Start.Ticks % RateBucket.Slice.Ticks));
    }
}
