using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Logs;
using Nightjar.Testing;

namespace Nightjar.Tests.Logs.Sources;

/// <summary>Lines that come from elsewhere than files.</summary>
public sealed class SourceWatcherTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly FakeClock clock = new();
    private readonly Outside outside = new();
    private readonly ScriptedSource source = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_trigger_in_a_line_is_a_signal_at_the_time_the_source_tells()
    {
        await using var watching = Watch();
        var written = clock.Now.AddSeconds(-30);

        source.Give(ScriptedSource.Batch("web", "1", "ERROR disk full", "INFO fine") with { At = written });

        var signal = await outside.NextAsync(Patience, Token);
        Assert.Equal((SignalKind.LogTrigger, "disk full", written), (signal.Kind, signal.Source, signal.At));
    }

    [Fact]
    public async Task The_lines_of_a_trace_are_one_event_though_two_streams_speak_at_once()
    {
        await using var watching = Watch();

        source.Give("a", "1", "ERROR disk full");
        source.Give("b", "1", "INFO of b");
        source.Give("a", "2", "System.IO.IOException: no space", "   at Shop.Disk.Write() in /src/Disk.cs:line 7");
        source.Give("b", "2", "INFO of b again");
        source.Give("a", "3", "INFO of a");

        var signal = await outside.NextAsync(Patience, Token);
        Assert.Equal("IOException", signal.ErrorClass.Split('.')[^1]);
        Assert.Equal("Shop.Disk.Write", signal.Frames[0].Function);
        Assert.DoesNotContain("of b", signal.Samples[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_is_over_when_nothing_more_comes_for_a_moment()
    {
        await using var watching = Watch();
        source.Give("a", "1", "ERROR disk full");
        await watching.UntilAsync(() => watching.Says == "following" && clock.NextTimer is not null);

        await watching.PassUntilAsync(() => !outside.Signals.IsEmpty);

        Assert.Equal("disk full", outside.Signals.Single().Source);
    }

    [Fact]
    public async Task A_source_that_fails_is_followed_again_from_its_last_marks_and_health_says_it()
    {
        await using var watching = Watch();
        source.Give("a", "a1", """{"message":"x"}""");
        source.Give("b", "b1", """{"message":"x"}""");
        source.Give("a", "a2", """{"message":"x"}""");
        source.Fail("the socket is gone");

        await watching.UntilAsync(() => watching.Says == "cannot be followed, trying again: the socket is gone");
        Assert.False(watching.Health.IsWell);
        await watching.PassUntilAsync(() => source.Followed.Count == 2);

        Assert.Equal(new Dictionary<string, string> { ["a"] = "a2", ["b"] = "b1" }, source.Followed[1]);
        source.Give("a", "a3", """{"message":"x"}""");
        await watching.UntilAsync(() => watching.Health is { IsWell: true, Says: "following 2 streams" });
    }

    [Fact]
    public async Task Failures_in_a_row_are_tried_less_and_less_often()
    {
        await using var watching = Watch();
        var times = new List<DateTimeOffset>();
        for (var i = 1; i <= 9; i++)
        {
            var expected = i;
            await watching.PassUntilAsync(() => source.Followed.Count == expected);
            times.Add(clock.Now);
            source.Fail("no");
        }

        var pauses = times.Zip(times.Skip(1), (a, b) => (b - a).TotalSeconds).ToList();
        Assert.InRange(pauses[0], 0.4, 1.0);
        Assert.True(pauses[4] > 3 * pauses[0], string.Join(" ", pauses));
        Assert.InRange(pauses[^1], 15, 37);
    }

    [Fact]
    public async Task The_end_of_the_input_ends_that_watcher_alone()
    {
        await using var watching = Watch();
        source.Give("a", null, "ERROR disk full");
        source.End();

        await outside.NextAsync(Patience, Token);
        await watching.UntilAsync(() => watching.Says == "ended after 1 lines");
        Assert.True(watching.Health.IsWell);
        Assert.False(watching.HasEnded);
        await watching.UntilAsync(() => outside.Counted(RateUnit.Lines) == 1);
    }

    [Fact]
    public async Task A_mark_moves_only_when_what_fired_before_it_was_taken_and_no_event_lies_across_it()
    {
        await using (var watching = Watch())
        {
            outside.Refusals = int.MaxValue;
            source.Give("a", "1", """{"message":"disk full"}""");
            await watching.UntilAsync(() => watching.Says.StartsWith("cannot hand over", StringComparison.Ordinal));
            Assert.Null(await outside.GetAsync("logs:shop:scripted", Token));
            outside.Refusals = 0;
            await watching.PassUntilAsync(() => !outside.Signals.IsEmpty);

            source.Give("a", "2", """{"message":"fine"}""", "ERROR a trace begins");
            source.Give("a", "3", "  at x.y()");
            await watching.PassUntilAsync(() => MarkIs("""{"a":"1"}"""), TimeSpan.FromMilliseconds(1));
            await watching.PassUntilAsync(() => MarkIs("""{"a":"3"}"""));
            source.Give("a", "4", "ERROR the last words");
        }

        Assert.True(MarkIs("""{"a":"4"}"""));
        await using var again = Watch();
        await again.UntilAsync(() => source.Followed.Count == 2);
        Assert.Equal("4", source.Followed[^1]["a"]);
    }

    [Fact]
    public async Task A_mark_of_all_streams_waits_for_the_open_event_of_each()
    {
        await using var watching = Watch();
        LineBatch Of(string stream, string mark, string line) => ScriptedSource.Batch(stream, mark, line) with { MarksAll = true };
        source.Give(Of("a", "1", """{"message":"fine"}"""));
        source.Give(Of("a", "2", "ERROR a trace begins"));
        source.Give(Of("b", "3", """{"message":"fine"}"""));
        await watching.PassUntilAsync(() => MarkIs("""{"":"1"}"""), TimeSpan.FromMilliseconds(1));

        await watching.PassUntilAsync(() => MarkIs("""{"":"3"}"""));
    }

    [Fact]
    public async Task What_was_learned_is_kept_every_minute_and_at_the_end_and_taken_up_by_the_next_run()
    {
        await using (var watching = Watch())
        {
            source.Give("a", "1", """{"message":"order 1 placed"}""");
            await watching.PassUntilAsync(() => MarkIs("""{"a":"1"}"""));
            Assert.Equal(0, outside.Saves);
            clock.Advance(TimeSpan.FromMinutes(1));
            source.Give("a", "2", """{"message":"order 2 placed"}""");
            await watching.PassUntilAsync(() => outside.Saves == 1);
            source.Give("a", "3", """{"message":"order 3 placed"}""");
            await watching.PassUntilAsync(() => MarkIs("""{"a":"3"}"""));
        }

        Assert.Equal(2, outside.Saves);
        var logs = Logs();
        await using var again = Watching.Of(logs.Watchers[0], clock);
        source.Give("a", "4", """{"message":"order 4 placed"}""");
        await again.PassUntilAsync(() => MarkIs("""{"a":"4"}"""));
        var digest = await logs.DigestAsync(ScriptedSource.Shop, clock.Now, clock.Now.AddMinutes(1), Token);
        Assert.Equal(4, Assert.Single(digest?.Templates ?? []).Count);
    }

    [Fact]
    public async Task Files_and_sources_of_one_service_feed_one_count()
    {
        var file = Path.GetTempFileName();
        try
        {
            var service = Service() with { Logs = [file], ErrorRate = new ErrorRateOptions { MinVolume = 10, Threshold = 0.5, Of = RateUnit.Lines } };
            var logs = new LogWatching(new Catalogue([service]), [source], [], outside.Stores, TimeProvider.System, NullLoggerFactory.Instance);
            Assert.Equal(["logs of shop", "scripted of shop"], logs.Watchers.Select(w => w.Name));
            await using var files = Watching.Of(logs.Watchers[0], clock);
            await using var lines = Watching.Of(logs.Watchers[1], clock);
            await files.UntilAsync(() => files.Says != "not started yet");
            File.AppendAllText(file, string.Concat(Enumerable.Repeat("INFO fine\n", 5)));
            source.Give("a", "1", [.. Enumerable.Repeat("""{"level":"error","message":"x","exception":"StockError"}""", 5)]);

            var signal = await outside.NextAsync(Patience, Token);

            Assert.Equal(("StockError", 5L, 10L), (signal.ErrorClass, signal.Rate?.Errors, signal.Rate?.Total));
            await lines.UntilAsync(() => outside.Counted(RateUnit.Lines) == 10);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Lines_too_long_are_cut_and_streams_without_number_do_not_grow_without_bound()
    {
        await using var watching = Watch();
        source.Give("a", "1", new string('x', 1_000_000), """{"message":"fine"}""");
        for (var i = 0; i < 2_000; i++)
        {
            source.Give($"c{i}", $"{i}", "INFO short-lived");
        }

        await watching.PassUntilAsync(() => outside.Counted(RateUnit.Lines) == 2_002);

        var marks = await outside.GetAsync("logs:shop:scripted", Token) ?? "";
        Assert.InRange(marks.Count(c => c == ':'), 400, 500);
        Assert.Contains("\"c1999\":\"1999\"", marks, StringComparison.Ordinal);
    }

    private Watching Watch() => Watching.Of(Assert.Single(Logs().Watchers), clock);

    private LogWatching Logs() => new(new Catalogue([Service()]), [source], [], outside.Stores, clock, NullLoggerFactory.Instance);

    private bool MarkIs(string json) => outside.GetAsync("logs:shop:scripted", Token).Result == json;

    private static Service Service() => new() { Name = ScriptedSource.Shop, Triggers = [new LogTrigger("disk full")] };
}
