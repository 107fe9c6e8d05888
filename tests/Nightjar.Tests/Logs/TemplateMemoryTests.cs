using System.Text;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Logs;
using Nightjar.Logs.Events;
using Nightjar.Logs.Templates;
using Nightjar.Testing;

namespace Nightjar.Tests.Logs;

/// <summary>What was learned of a log outlives the program, and has a limit whatever the log says.</summary>
public sealed class TemplateMemoryTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeClock clock = new(Noon);

    private static readonly Service Shop = new() { Name = new ServiceName("shop") };

    [Fact]
    public void A_miner_that_goes_on_from_what_was_kept_groups_as_one_that_never_stopped()
    {
        var chance = new Random(5);
        var lines = Enumerable.Range(0, 6_000).Select(i => Line($"user {Word(chance, 12)} took {i} of {Word(chance, 9)} in {Word(chance, 3)} at desk {Word(chance, 2)}", i)).ToList();
        var (one, first) = (new TemplateMiner(), new TemplateMiner());
        lines.ForEach(l => one.Learn(l));
        lines[..3_000].ForEach(l => first.Learn(l));

        var second = new TemplateMiner();
        var read = TemplateMemory.Read(TemplateMemory.Write(new DigestCounts(), first.Keep()));
        Assert.NotNull(read);
        second.TakeUp(read.Value.Templates);
        Assert.Equal(first.Keep().Select(k => (k.Key, k.Text, k.FirstSeen, k.LastSeen)), second.Keep().Select(k => (k.Key, k.Text, k.FirstSeen, k.LastSeen)));
        lines[3_000..].ForEach(l => second.Learn(l));

        Assert.Equal(one.Templates.Select(t => (t.Text, Count(t))).Order(), second.Templates.Select(t => (t.Text, Count(t))).Order());
        Assert.All(lines, l => Assert.Equal(one.KeyOf(l.Message), second.KeyOf(l.Message)));
    }

    [Fact]
    public void After_a_restart_what_was_known_is_not_new_and_what_rises_is_compared_with_what_was_before()
    {
        var before = new ServiceLog(Shop, clock);
        for (var i = 0; i < 120; i++)
        {
            Write(before, $"INFO order {i} placed");
            clock.Advance(TimeSpan.FromSeconds(10));
            if (i % 30 == 0)
            {
                Write(before, $"WARN retry {i} of the till");
            }
        }

        var after = new ServiceLog(Shop, clock);
        Assert.True(after.TakeUp(before.Keep()));
        var onset = clock.Now;
        for (var i = 0; i < 60; i++)
        {
            Write(after, $"INFO order {i} placed");
            Write(after, $"WARN retry {i} of the till");
            Write(after, $"ERROR stock {i} is negative");
            clock.Advance(TimeSpan.FromSeconds(10));
        }

        var digest = after.Digest(onset, clock.Now);
        Assert.Equal(
            [("Error", TemplateTrend.New), ("Info", TemplateTrend.Steady), ("Warning", TemplateTrend.Rising)],
            digest.Templates.Select(t => (t.Level, t.Trend)).Order());
        Assert.Equal(Noon, digest.Templates.Single(t => t.Trend == TemplateTrend.Steady).FirstSeen);
    }

    [Fact]
    public void Nothing_that_is_broken_cut_or_of_another_version_is_taken_up()
    {
        var log = new ServiceLog(Shop, clock);
        for (var i = 0; i < 200; i++)
        {
            Write(log, $"INFO order of {(char)('a' + (i % 26))}{(char)('a' + (i / 26))}x placed");
        }

        var kept = log.Keep();
        var chance = new Random(3);
        Assert.True(new ServiceLog(Shop, clock).TakeUp(kept));
        Assert.False(new ServiceLog(Shop, clock).TakeUp([]));
        for (var length = 0; length < kept.Length; length += 7)
        {
            Assert.False(new ServiceLog(Shop, clock).TakeUp(kept[..length]));
        }

        for (var round = 0; round < 300; round++)
        {
            var broken = (byte[])kept.Clone();
            broken[chance.Next(broken.Length)] ^= (byte)(1 << chance.Next(8));
            Assert.False(new ServiceLog(Shop, clock).TakeUp(broken));
        }
    }

    [Theory]
    [InlineData("all", 6, 1_000_000)]
    [InlineData("job", 5, 12)]
    [InlineData("job", 29, 1_000_000)]
    [InlineData("job", 12, 6)]
    public void However_many_lines_are_distinct_what_is_kept_of_them_is_bounded(string first, int words, int vocabulary)
    {
        var chance = new Random(7);
        var miner = new TemplateMiner();
        for (var i = 0; i < 60_000; i++)
        {
            miner.Learn(Line($"{(first == "all" ? Word(chance, vocabulary) : first)} {string.Join(' ', Enumerable.Range(0, words).Select(_ => Word(chance, vocabulary)))}", i));
        }

        var kept = miner.Keep();
        Assert.InRange(kept.Count, 1, TemplateMiner.MostTemplates);
        Assert.All(kept, k => Assert.True(k.Keys.Count <= 64 && k.Merged.Count <= 500));
        Assert.InRange(TemplateMemory.Write(new DigestCounts(), kept).Length, 1, 3_000_000);
    }

    private void Write(ServiceLog log, string line) => log.Take(Encoding.UTF8.GetBytes(line), isBacklog: false);

    private static long Count(MinedTemplate template) => template.Counts.Between(Noon, Noon.AddDays(1));

    private static LogEvent Line(string message, int number) => new() { At = Noon.AddMilliseconds(100 * number), Message = message, Raw = message };

    private static string Word(Random chance, int vocabulary)
    {
        var text = new StringBuilder("w");
        for (var number = chance.Next(vocabulary) + 1; number > 0; number /= 26)
        {
            text.Append((char)('a' + (number % 26)));
        }

        return text.ToString();
    }
}
