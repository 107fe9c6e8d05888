using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Logs;
using Nightjar.Testing;

namespace Nightjar.Tests.Logs;

public sealed class LogWatchingTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly ServiceName Shop = new("shop");

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("nightjar-logs-");

    private readonly Outside outside = new();

    private string Log => Path.Combine(directory.FullName, "shop.log");

    [Fact]
    public async Task The_line_that_crosses_the_threshold_raises_the_alarm_soon()
    {
        var token = TestContext.Current.CancellationToken;
        await using var running = await Running.StartAsync(Watching(new Service { Name = Shop, Logs = [Log] }));
        Write(Enumerable.Repeat(Request(200), 85).Concat(Enumerable.Repeat(Failure("StockMismatchError"), 14)));
        await running.UntilAsync(() => outside.Counted(RateUnit.Requests) == 99);
        Assert.Empty(outside.Signals);

        var written = TimeProvider.System.GetTimestamp();
        Write([Failure("StockMismatchError")]);
        var signal = await outside.NextAsync(Patience, token);
        var latency = TimeProvider.System.GetElapsedTime(written);

        Assert.Equal((SignalKind.ErrorRate, "StockMismatchError", 15L, 100L), (signal.Kind, signal.ErrorClass, signal.Rate?.Errors, signal.Rate?.Total));
        Assert.Equal("Shop.Inventory.Reserve", signal.Frames[0].Function);
        Assert.NotNull(signal.Since);
        Assert.True(latency < TimeSpan.FromSeconds(2), $"it took {latency}");
    }

    [Fact]
    public async Task A_plain_error_line_counts_before_its_stack_trace_is_known_to_be_over()
    {
        var token = TestContext.Current.CancellationToken;
        await using var running = await Running.StartAsync(Watching(new Service { Name = Shop, Logs = [Log], ErrorRate = new ErrorRateOptions { MinVolume = 10, Of = RateUnit.Lines } }));
        Write([.. Enumerable.Repeat("INFO fine", 8), "ERROR PaymentError: refused", "ERROR PaymentError: refused again"]);

        Assert.Equal("PaymentError", (await outside.NextAsync(Patience, token)).ErrorClass);
    }

    [Fact]
    public async Task A_trigger_fires_and_waits_for_a_door_that_fails()
    {
        var token = TestContext.Current.CancellationToken;
        outside.Refusals = 1;
        await using var running = await Running.StartAsync(Watching(new Service { Name = Shop, Logs = [Log], Triggers = [new LogTrigger("out of (memory|disk)"), new LogTrigger("(?<!not )deadlock")] }));
        Write(["INFO fine", "WARN deadlock found", "INFO fine"]);

        var signal = await outside.NextAsync(Patience, token);

        Assert.Equal((SignalKind.LogTrigger, "(?<!not )deadlock"), (signal.Kind, signal.Source));
        Assert.Contains("WARN deadlock found", signal.Samples);
    }

    [Fact]
    public async Task Neither_a_restart_nor_what_came_meanwhile_is_lost_or_doubled()
    {
        for (var round = 0; round < 3; round++)
        {
            // Also what is written while nobody watches; in the first round that is skipped, as it was there before us.
            Write(Enumerable.Repeat(Request(200), 7));
            var expected = (round + 1) * 10 + (round * 7);
            await using var running = await Running.StartAsync(Watching(new Service { Name = Shop, Logs = [Log] }));
            Write(Enumerable.Repeat(Request(500), 10));
            await running.UntilAsync(() => outside.Counted(RateUnit.Requests) >= expected);
            Assert.Equal(expected, outside.Counted(RateUnit.Requests));
        }
    }

    [Fact]
    public async Task Killed_before_the_mark_moved_it_counts_every_line_once_all_the_same()
    {
        await using (var killed = await Running.StartAsync(Watching(new Service { Name = Shop, Logs = [Log] })))
        {
            Write(Enumerable.Repeat(Request(200), 10));
            await killed.UntilAsync(() => outside.Counted(RateUnit.Requests) == 10);
            outside.IsDead = true;
            Write(Enumerable.Repeat(Request(200), 7));
            await killed.UntilAsync(() => outside.TriedInVain > 0);
        }

        outside.IsDead = false;
        await using var again = await Running.StartAsync(Watching(new Service { Name = Shop, Logs = [Log] }));
        Write([Request(200)]);
        await again.UntilAsync(() => outside.Counted(RateUnit.Requests) >= 18);
        Assert.Equal(18, outside.Counted(RateUnit.Requests));
    }

    [Fact]
    public async Task A_digest_tells_what_is_new_since_the_onset()
    {
        var token = TestContext.Current.CancellationToken;
        var now = DateTimeOffset.Parse("2026-11-20T12:10:30Z", CultureInfo.InvariantCulture);
        string Line(int secondsAgo, string level, string text) => $$"""{"timestamp":"{{now.AddSeconds(-secondsAgo):O}}","level":"{{level}}","message":"{{text}}"}""";
        Write(Enumerable.Range(0, 200).Select(i => Line(300 - i, "info", $"order {i} of user u{i} placed in {i} ms")));
        Write(Enumerable.Range(0, 20).Select(i => Line(40 - i, "error", $"StockMismatchError: stock of {i} is wrong")));
        Write([Line(7200, "error", "too old")]);
        var clock = new FakeClock(now);
        var watching = Watching(new Service { Name = Shop, Logs = [Log], ErrorRate = new ErrorRateOptions { MinVolume = 20 } }, clock);

        var found = await watching.ScanAsync(TimeSpan.FromMinutes(10), token);
        var digest = await watching.DigestAsync(Shop, now.AddSeconds(-40), now, token);

        Assert.Equal(("StockMismatchError", 20L), (Assert.Single(found).ErrorClass, found[0].Rate?.Errors));
        Assert.NotNull(digest);
        var fresh = Assert.Single(digest.Templates, t => t.Trend == TemplateTrend.New);
        Assert.Equal(("StockMismatchError: stock of <*> is wrong", "Error", 20L), (fresh.Text, fresh.Level, fresh.Count));
        Assert.Contains(digest.Templates, t => t is { Text: "order <*> of user <*> placed in <*>", Trend: TemplateTrend.Steady });
        Assert.Equal(("StockMismatchError", 20L), (Assert.Single(digest.ErrorGroups).ErrorClass, digest.ErrorGroups[0].Count));
    }

    [Fact]
    public async Task A_watcher_says_what_it_waits_for_and_how_odd_lines_were()
    {
        await using var running = await Running.StartAsync(Watching(new Service { Name = Shop, Logs = [Log] }));
        await running.UntilAsync(() => running.Says == $"waiting for {Log}");

        Write(["{broken json}", "a\0b"]);

        await running.UntilAsync(() => running.Says.StartsWith("following 1 file", StringComparison.Ordinal) && running.Says.Contains("1 events were broken JSON", StringComparison.Ordinal));
    }

    public void Dispose() => directory.Delete(recursive: true);

    private LogWatching Watching(Service service, TimeProvider? clock = null) =>
        new(new Catalogue([service]), [], [], outside.Stores, clock ?? TimeProvider.System, NullLoggerFactory.Instance);

    private void Write(IEnumerable<string> lines) => File.AppendAllText(Log, string.Concat(lines.Select(l => l + "\n")));

    private static string Request(int status) => $$"""{"level":"info","message":"request done","status":{{status}}}""";

    private static string Failure(string errorClass) =>
        $$"""{"level":"error","message":"checkout failed","status":500,"exception":"{{errorClass}}: stock is -3\n   at Shop.Inventory.Reserve() in /src/Inventory.cs:line 42"}""";

    /// <summary>The watcher of one service while a test runs.</summary>
    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource stop = new();
        private readonly IWatcher watcher;
        private readonly Task run;

        private Running(LogWatching watching)
        {
            watcher = Assert.Single(watching.Watchers);
            run = Task.Run(() => watcher.RunAsync(stop.Token));
        }

        /// <summary>Returns when the watcher has looked once: what is written from then on is new.</summary>
        public static async Task<Running> StartAsync(LogWatching watching)
        {
            var running = new Running(watching);
            await running.UntilAsync(() => running.Says != "not started yet");
            return running;
        }

        public string Says => watcher.Health.Says;

        public async Task UntilAsync(Func<bool> isSo)
        {
            var since = TimeProvider.System.GetTimestamp();
            while (!isSo())
            {
                Assert.True(TimeProvider.System.GetElapsedTime(since) < Patience, $"it did not come to that: {Says}");
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            await run.WaitAsync(Patience);
            stop.Dispose();
        }
    }
}
