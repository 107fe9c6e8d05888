using System.Text;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Logs;
using Nightjar.Logs.Events;
using Nightjar.Logs.Lines;
using Nightjar.Testing;

namespace Nightjar.Tests.Logs;

/// <summary>The newest lines of a service, for whoever looks into an onset.</summary>
public sealed class RecentLinesTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 14, 3, 0, 0, TimeSpan.Zero);

    [Fact]
    public void As_many_before_the_onset_as_after_it_and_more_of_one_side_where_the_other_has_fewer()
    {
        var recent = Filled(1_500);
        Assert.Equal(("line 350", "line 849"), Ends(recent.Around(Start.AddSeconds(600))));
        Assert.Equal(("line 0", "line 499"), Ends(recent.Around(Start.AddSeconds(3))));
        Assert.Equal(("line 1000", "line 1499"), Ends(recent.Around(Start.AddHours(9))));
        Assert.Empty(new RecentLines().Around(Start));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(900)]
    [InlineData(100_000)]
    public void Memory_is_bounded_whatever_the_lines_are(int length)
    {
        var recent = new RecentLines();
        for (var i = 0; i < 5_000; i++)
        {
            recent.Add(new LogEvent { At = Start.AddSeconds(i), Raw = new string('x', length) });
        }

        Assert.InRange(recent.Count, 1, RecentLines.Most);
        Assert.InRange(recent.Characters, 1, RecentLines.MostCharacters);
        Assert.Equal(Start.AddSeconds(4_999), recent.Around(Start.AddHours(9))[^1].At);
    }

    [Fact]
    public void A_digest_has_the_lines_as_they_came_and_says_when_they_do_not_reach_back()
    {
        var clock = new FakeClock(Start.AddHours(1));
        var log = new ServiceLog(new Service { Name = new ServiceName("shop") }, clock);
        for (var i = 0; i < 3_000; i++)
        {
            log.TakeWritten(Encoding.UTF8.GetBytes($"ERROR order {i} failed"), Start.AddSeconds(i));
        }

        var whole = log.Digest(Start.AddSeconds(2_000), clock.GetUtcNow());
        Assert.Equal((LogDigest.MostAround, "ERROR order 2000 failed"), (whole.Around.Length, whole.Around[250].Text));
        Assert.Empty(whole.Missing);
        Assert.Contains(log.Digest(Start.AddSeconds(5), clock.GetUtcNow()).Missing, m => m.StartsWith("log lines around the onset", StringComparison.Ordinal));
    }

    private static RecentLines Filled(int lines)
    {
        var recent = new RecentLines();
        for (var i = 0; i < lines; i++)
        {
            recent.Add(new LogEvent { At = Start.AddSeconds(i), Raw = $"line {i}" });
        }

        return recent;
    }

    private static (string First, string Last) Ends(IReadOnlyList<LoggedLine> lines) => lines.Count == LogDigest.MostAround ? (lines[0].Text, lines[^1].Text) : ($"{lines.Count} lines", "");
}
