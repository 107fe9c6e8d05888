using System.Globalization;
using Microsoft.AspNetCore.Http;
using Nightjar.Connectors;
using Nightjar.Connectors.Probes;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Testing;

namespace Nightjar.Tests.Connectors.Probes;

/// <summary>How old and how slow answers are that are right otherwise.</summary>
public sealed class AnswerTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"data":{"updatedAt":"2026-11-20T11:50:00Z"}}""", null)]
    [InlineData("""{"data":{"updatedAt":"2026-11-20T12:50:00+01:00"}}""", null)]
    [InlineData("""{"data":{"updatedAt":"2026-11-20 11:50:01"}}""", null)]
    [InlineData("""{"data":{"updatedAt":"2026-11-20T11:49:59Z"}}""", "data.updatedAt is 10 minutes old, more than 10 minutes")]
    [InlineData("""{"data":{"updatedAt":1795176000}}""", null)]
    [InlineData("""{"data":{"updatedAt":1795176000000}}""", null)]
    [InlineData("""{"data":{"updatedAt":"1795100000"}}""", "data.updatedAt is 21.1 hours old, more than 10 minutes")]
    [InlineData("""{"data":{"updatedAt":"2027-11-20T12:00:00Z"}}""", "data.updatedAt lies 365 days in the future")]
    [InlineData("""{"data":{"updatedAt":"NaN"}}""", "data.updatedAt is no time: \"NaN\"")]
    [InlineData("""{"data":{"updatedAt":1e400}}""", "data.updatedAt is no time: 1e400")]
    [InlineData("""{"data":{"updatedAt":-5}}""", "data.updatedAt is no time: -5")]
    [InlineData("""{"data":{"updatedAt":{"a":1}}}""", "data.updatedAt is no time: {\"a\":1}")]
    [InlineData("""{"data":{"updatedAt":null}}""", "data.updatedAt is no time: null")]
    [InlineData("""{"data":[]}""", "the answer has no field data.updatedAt")]
    [InlineData("""{"data":NaN}""", "the answer is no JSON, or is cut: data.updatedAt cannot be read")]
    [InlineData("", "the answer is no JSON, or is cut: data.updatedAt cannot be read")]
    public void The_age_of_a_field_is_told_or_it_is_a_fault(string body, string? fault) =>
        Assert.Equal(fault, AnswerAge.Fault(body, new Freshness("data.updatedAt", TimeSpan.FromMinutes(10)), Now));

    [Fact]
    public void A_place_in_a_list_and_nesting_without_end()
    {
        Assert.Null(AnswerAge.Fault("""[{"at":"2026-11-20T12:00:00Z"}]""", new Freshness("0.at", TimeSpan.FromMinutes(1)), Now));
        Assert.Contains("no JSON", AnswerAge.Fault(new string('[', 100_000), new Freshness("0.at", TimeSpan.FromMinutes(1)), Now), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_of_ten_megabytes_is_not_taken_for_fresh_and_a_stale_one_has_its_condition()
    {
        await using var lab = await ProbeLab.StartAsync();
        var clock = new FakeClock(Now);
        var probe = lab.Probe(p => p with { Freshness = new Freshness("at", TimeSpan.FromMinutes(10)), Expect = "at" });
        lab.Answer = context => context.Response.WriteAsync("{\"x\":\"" + new string('x', 10_000_000) + "\",\"at\":\"2026-11-20T12:00:00Z\"}");
        Assert.False((await ProbeCheck.RunAsync(lab.Web, probe with { Expect = null }, clock, Token)).IsWell);

        lab.Answer = context => context.Response.WriteAsync("{\"at\":\"2026-11-20T11:00:00Z\",\"x\":\"" + new string('x', 200_000) + "\"}");
        var stale = new ProbeState(new Service { Name = new ServiceName("shop") }, probe with { Failures = 1 }).Take(await ProbeCheck.RunAsync(lab.Web, probe, clock, Token), Now);
        Assert.Equal((SignalKind.ProbeFailure, "stale-data"), (stale?.Kind, stale?.Condition));
        Assert.Contains("at is 60 minutes old, more than 10 minutes", stale?.Message, StringComparison.Ordinal);
        clock.Advance(TimeSpan.FromMinutes(-55));
        Assert.True((await ProbeCheck.RunAsync(lab.Web, probe, clock, Token)).IsWell);
    }

    [Fact]
    public void Three_slow_answers_of_five_are_a_problem_and_one_alone_is_none()
    {
        var pace = new AnswerPace(new SlowAnswers { Over = TimeSpan.FromSeconds(1) });
        var says = new[] { 0.1, 2, 2, 0.1, 0.1, 0.1, 2, 2, 2, 0.1, 0.1, 0.1, 0.1, 0.1 }.Select(s => pace.Take(TimeSpan.FromSeconds(s))).ToList();

        Assert.Equal([false, false, false, false, false, false, false, false, true, true, true, true, true, false], says.Select(s => s is not null));
        Assert.Equal("3 of the last 5 answers took longer than 1 s, the last one 2 s", says[8]);
    }

    [Fact]
    public void A_trend_is_told_against_what_is_usual_and_ends_half_way_back()
    {
        var pace = new AnswerPace(new SlowAnswers { Factor = 3 });
        var chance = new Random(1);
        string? Take(double ms) => pace.Take(TimeSpan.FromMilliseconds(ms * (0.8 + (0.4 * chance.NextDouble()))));
        Assert.All(Enumerable.Range(0, 200), _ => Assert.Null(Take(100)));
        Assert.All(Enumerable.Range(0, 2), _ => Assert.Null(Take(5_000)));
        Assert.All(Enumerable.Range(0, 20), _ => Assert.Null(Take(100)));
        Assert.All(Enumerable.Range(0, 20), _ => Assert.Null(Take(200)));

        var slow = Enumerable.Range(0, 400).Select(_ => Take(600)).ToList();
        Assert.InRange(slow.FindIndex(s => s is not null), 0, 4);
        Assert.NotNull(slow[^1]);
        Assert.EndsWith("ms in the median of the last 5, usually 102 ms", slow[10]?.Replace("101 ms", "102 ms", StringComparison.Ordinal).Replace("100 ms", "102 ms", StringComparison.Ordinal).Replace("103 ms", "102 ms", StringComparison.Ordinal), StringComparison.Ordinal);
        var back = Enumerable.Range(0, 10).Select(_ => Take(100)).ToList();
        Assert.Null(back[^1]);
    }

    [Fact]
    public void A_service_that_was_never_even_is_not_told_for_being_uneven_nor_one_that_is_fast_enough()
    {
        var uneven = new AnswerPace(new SlowAnswers { Factor = 2 });
        var chance = new Random(2);
        Assert.All(Enumerable.Range(0, 1_000), _ => Assert.Null(uneven.Take(TimeSpan.FromMilliseconds(50 + (chance.NextDouble() * 1_000)))));
        var fast = new AnswerPace(new SlowAnswers { Factor = 2 });
        Assert.All(Enumerable.Range(0, 200), i => Assert.Null(fast.Take(TimeSpan.FromMilliseconds(i < 100 ? 2 : 40))));
    }

    [Fact]
    public void A_slow_probe_is_not_well_while_it_is_slow_and_says_when_it_recovered()
    {
        var state = new ProbeState(new Service { Name = new ServiceName("shop") }, new HttpProbe("health", new Uri("http://localhost/")) { Slow = new SlowAnswers { Over = TimeSpan.FromSeconds(1), Times = 2, Of = 2 } });
        ProbeResult Answer(double seconds) => new(true, "", "", TimeSpan.FromSeconds(seconds));
        Assert.Null(state.Take(Answer(2), Now));
        var signal = state.Take(Answer(2), Now.AddSeconds(10));

        Assert.Equal((SignalKind.ProbeFailure, "slow-responses", Severity.Warning), (signal?.Kind, signal?.Condition, signal?.Severity));
        Assert.Equal(Now, state.WellAt);
        Assert.Null(state.Take(Answer(0.1), Now.AddSeconds(15)));
        Assert.Null(state.Take(Answer(0.1), Now.AddSeconds(20)));
        Assert.True(state.Recovered);
        Assert.Equal(Now.AddSeconds(20).ToString("O", CultureInfo.InvariantCulture), state.WellAt?.ToString("O", CultureInfo.InvariantCulture));
    }
}
