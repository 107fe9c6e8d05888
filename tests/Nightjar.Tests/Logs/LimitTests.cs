using System.Text;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Logs;
using Nightjar.Logs.Events;
using Nightjar.Logs.Files;
using Nightjar.Logs.Lines;
using Nightjar.Logs.Templates;
using Nightjar.Testing;

namespace Nightjar.Tests.Logs;

/// <summary>However much a log says, what is kept of it has a limit.</summary>
public sealed class LimitTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly LineCounts counts = new();

    private readonly List<string> events = [];

    [Fact]
    public void Of_too_many_templates_the_one_unused_for_longest_goes()
    {
        var miner = new TemplateMiner();
        for (var i = 0; i < TemplateMiner.MostTemplates; i++)
        {
            miner.Learn(Line(i));
        }

        miner.Learn(Line(0));
        miner.Learn(Line(TemplateMiner.MostTemplates));
        miner.Learn(Line(TemplateMiner.MostTemplates + 1));

        Assert.Equal(2, miner.Dropped);
        Assert.Equal(TemplateMiner.MostTemplates, miner.Templates.Count());
        var left = miner.Templates.Select(t => t.Text).ToHashSet();
        Assert.Equal([true, false, false, true], new[] { 0, 1, 2, 3 }.Select(i => left.Contains($"{Word(i)} was said")));
        Assert.Equal(2, miner.Templates.Single(t => t.Text == $"{Word(0)} was said").Counts.Between(Noon, Noon.AddHours(2)));
    }

    [Fact]
    public void Of_too_many_kinds_of_errors_the_one_unused_for_longest_goes()
    {
        var groups = new ErrorGroups(TimeSpan.FromMinutes(1));
        var learned = Enumerable.Range(0, ErrorGroups.MostGroups + 1).Select(i => groups.Learn(Error(i), 0)).ToList();

        Assert.Equal(ErrorGroups.MostGroups, groups.All.Count());
        Assert.Null(groups.Find(learned[0].Number));
        Assert.Null(groups.Peek(Error(0), 0));
        Assert.Same(learned[1], groups.Find(learned[1].Number));

        // It comes back as a new kind: its number must not be that of another.
        var again = groups.Learn(Error(0), 0);
        Assert.DoesNotContain(again.Number, learned.Select(l => l.Number));
    }

    [Fact]
    public void Of_too_many_closed_files_the_oldest_is_forgotten()
    {
        var known = new KnownFiles();
        var marks = Enumerable.Range(0, 250).Select(i => new FileMark($"/var/log/app.log.{i}", 10, 10, $"{i}", $"{i}")).ToList();
        marks.ForEach(known.Close);
        known.Close(marks[^1]);
        known.Close(new FileMark("/var/log/empty.log", 0, 0, "", ""));

        Assert.Equal(marks[150..], known.Closed);
        Assert.False(known.IsLeft(marks[149]));
    }

    [Fact]
    public void A_trigger_that_takes_too_long_is_no_match_and_does_not_keep_the_others_from_matching()
    {
        var scan = new TriggerScan(new ServiceName("shop"), [new LogTrigger("(?<!x)(a+)+$"), new LogTrigger("disk")]);

        var signal = scan.Scan(new LogEvent { At = Noon, Message = "disk", Raw = new string('a', 40) + "! disk" });

        Assert.Equal("disk", signal?.Source);
        Assert.Equal(1, scan.TimedOut);
    }

    [Fact]
    public void One_problem_is_told_once_a_second()
    {
        var clock = new FakeClock(Noon);
        var limit = new RepeatLimit(clock);

        Assert.True(limit.Passes(Signal(0)));
        Assert.False(limit.Passes(Signal(0)));
        Assert.True(limit.Passes(Signal(1)));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(limit.Passes(Signal(0)));
        Assert.False(limit.Passes(Signal(0)));
    }

    [Fact]
    public void A_flood_of_problems_makes_the_limit_forgetful_not_large()
    {
        var limit = new RepeatLimit(new FakeClock(Noon));

        Assert.All(Enumerable.Range(0, 1_000), i => Assert.True(limit.Passes(Signal(i))));
        Assert.False(limit.Passes(Signal(999)));
        Assert.True(limit.Passes(Signal(1_000)));
        Assert.True(limit.Passes(Signal(999)));
    }

    [Theory]
    [InlineData(EventJoiner.MostLines, 0)]
    [InlineData(EventJoiner.MostLines + 1, 1)]
    [InlineData(50 * EventJoiner.MostLines, 1)]
    public void An_event_keeps_so_many_lines(int lines, int cut)
    {
        Join(["ERROR boom", .. Enumerable.Repeat("\tat a.B.c(B.java:1)", lines - 1), "INFO next"]);

        Assert.Equal(2, events.Count);
        Assert.Equal(Math.Min(lines, EventJoiner.MostLines), events[0].Split('\n').Length);
        Assert.Equal(cut, counts.CutEvents);
    }

    [Theory]
    [InlineData(60, 0)]
    [InlineData(64, 1)]
    [InlineData(640, 1)]
    public void An_event_keeps_so_many_bytes(int kilobytes, int cut)
    {
        Join(["ERROR boom", .. Enumerable.Repeat("  " + new string('x', 1_022), kilobytes), "INFO next"]);

        Assert.InRange(events[0].Length, 60 * 1_024, EventJoiner.LongestEvent);
        Assert.Equal("INFO next", events[1]);
        Assert.Equal(cut, counts.CutEvents);
    }

    private void Join(IEnumerable<string> lines)
    {
        var joiner = new EventJoiner(text => events.Add(Encoding.UTF8.GetString(text)), counts);
        var start = 0L;
        foreach (var line in lines)
        {
            joiner.Line(Encoding.UTF8.GetBytes(line), start);
            start += line.Length + 1;
        }

        joiner.Flush();
    }

    /// <summary>A word without a digit, which would make it a variable.</summary>
    private static string Word(int number) => string.Concat($"{number:0000}".Select(digit => (char)('a' + digit - '0')));

    private static LogEvent Line(int number) => new() { At = Noon.AddSeconds(number), Message = $"{Word(number)} was said", Raw = "x" };

    private static LogEvent Error(int number) => Line(number) with { Level = LogLevel.Error, NamedClass = $"{Word(number)}Error" };

    private static Signal Signal(int number) => new() { Kind = SignalKind.ErrorRate, Service = new ServiceName("shop"), At = Noon, ErrorClass = $"{Word(number)}Error" };
}
