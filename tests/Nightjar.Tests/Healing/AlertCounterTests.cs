using Nightjar.Core.Healing;

namespace Nightjar.Tests.Healing;

public class AlertCounterTests
{
    private static readonly DateTimeOffset Start = new(2026, 5, 19, 21, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Below_the_first_threshold_it_only_counts_and_at_the_second_it_escalates_and_begins_anew()
    {
        var type = new AlertType { Name = "x", Window = TimeSpan.FromMinutes(10), HealAt = 3, EscalateAt = 5 };
        Assert.Equal([AlertVerdict.Counted, AlertVerdict.Counted, AlertVerdict.Acts, AlertVerdict.Acts, AlertVerdict.Escalates, AlertVerdict.Counted], Verdicts(type, 0, 1, 2, 3, 4, 5));
    }

    [Fact]
    public void The_window_slides_and_its_end_belongs_to_it()
    {
        var type = new AlertType { Name = "x", Window = TimeSpan.FromMinutes(10), HealAt = 2, EscalateAt = 9 };
        Assert.Equal([AlertVerdict.Counted, AlertVerdict.Acts], Verdicts(type, 0, 10));
        Assert.Equal([AlertVerdict.Counted, AlertVerdict.Counted, AlertVerdict.Acts], Verdicts(type, 0, 10.01, 11));
    }

    [Fact]
    public void A_clock_that_steps_back_neither_loses_nor_doubles_a_count()
    {
        var type = new AlertType { Name = "x", Window = TimeSpan.FromMinutes(10), HealAt = 3, EscalateAt = 9 };
        Assert.Equal([AlertVerdict.Counted, AlertVerdict.Counted, AlertVerdict.Acts], Verdicts(type, 5, 1, 3));
        Assert.Equal([AlertVerdict.Counted, AlertVerdict.Counted, AlertVerdict.Counted], Verdicts(type, 60, 1, 2));
    }

    [Fact]
    public void What_lasts_is_measured_from_its_first_sight_while_no_gap_is_too_long()
    {
        var type = new AlertType { Name = "x", HealAfter = TimeSpan.FromMinutes(5), EscalateAfter = TimeSpan.FromMinutes(10), Gap = TimeSpan.FromMinutes(2) };
        Assert.Equal([AlertVerdict.Counted, AlertVerdict.Counted, AlertVerdict.Counted, AlertVerdict.Acts], Verdicts(type, 0, 2, 4, 5));
        Assert.Equal([AlertVerdict.Counted, AlertVerdict.Counted, AlertVerdict.Counted, AlertVerdict.Counted], Verdicts(type, 0, 2, 4.5, 6));
        Assert.Equal(AlertVerdict.Escalates, Verdicts(type, 0, 2, 4, 6, 8, 10)[^1]);
    }

    [Fact]
    public void A_flood_keeps_no_more_moments_than_decide()
    {
        var type = new AlertType { Name = "x", Window = TimeSpan.FromDays(1), HealAt = 3 };
        var tally = new AlertTally();
        for (var i = 0; i < 1_000; i++)
        {
            (tally, _) = AlertCounter.Count(type, tally, Start.AddSeconds(i));
        }

        Assert.Equal(3, tally.Seen.Length);
    }

    private static List<AlertVerdict> Verdicts(AlertType type, params double[] minutes)
    {
        var (tally, verdicts) = (new AlertTally(), new List<AlertVerdict>());
        foreach (var minute in minutes)
        {
            (tally, var verdict) = AlertCounter.Count(type, tally, Start.AddMinutes(minute));
            verdicts.Add(verdict);
        }

        return verdicts;
    }
}
