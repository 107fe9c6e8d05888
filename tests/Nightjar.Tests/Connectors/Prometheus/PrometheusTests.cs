using Nightjar.Core.Policy;
using Nightjar.Testing;

namespace Nightjar.Tests.Connectors.Prometheus;

public sealed class PrometheusTests
{
    [Fact]
    public async Task Failures_and_total_come_from_two_queries_over_the_window()
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = a => Vector(a, ("shop", a["query"].StartsWith("failed", StringComparison.Ordinal) ? "20.2" : "101.7"));
        using var sources = lab.Sources(lab.Prometheus(), RateLab.Service("shop"));
        Assert.Empty(await sources.LookAsync(default));
        var signal = Assert.Single(lab.Signals);
        Assert.Equal((20, 102), (signal.Rate?.Errors, signal.Rate?.Total));
        Assert.Contains(lab.Questions, q => q.Path == "/api/v1/query" && q["query"] == "failed[60s]");
        Assert.Contains(lab.Questions, q => q is { Path: "/api/v1/query_range" } && q["step"] == "60");
    }

    [Theory]
    [InlineData("0.29", 0.29, true)]
    [InlineData("0.2899", 0.29, false)]
    [InlineData("0.145", 0.15, false)]
    [InlineData("0.15", 0.15, true)]
    public async Task A_share_is_not_truncated_and_a_threshold_belongs_to_it(string share, double threshold, bool fires)
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = a => Vector(a, ("shop", a["query"] == "share" ? share : "100"));
        using var sources = lab.Sources(lab.Prometheus(q => q with { Errors = null, Rate = "share" }), RateLab.Service("shop", threshold));
        await sources.LookAsync(default);
        Assert.Equal(fires, !lab.Signals.IsEmpty);
    }

    [Fact]
    public async Task No_series_at_all_is_unknown_and_nothing_is_counted()
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = a => Vector(a);
        using var sources = lab.Sources(lab.Prometheus(), RateLab.Service("shop"));
        await sources.LookAsync(default);
        Assert.Equal(0, (await lab.CountedAsync("shop")).Total);
        Assert.Contains("none of shop, so how it does there is unknown", sources.Watchers[0].Health.Says, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_total_without_failures_is_none_that_failed_and_says_so_until_one_was_seen()
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = a => a["query"].StartsWith("failed", StringComparison.Ordinal) ? Vector(a) : Vector(a, ("shop", "200"));
        using var sources = lab.Sources(lab.Prometheus(), RateLab.Service("shop"));
        await sources.LookAsync(default);
        var counted = await lab.CountedAsync("shop");
        Assert.Equal((0, true), (counted.Errors, counted.Total >= 200));
        Assert.Contains("taken for none that failed", sources.Watchers[0].Health.Says, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NaN", "200")]
    [InlineData("+Inf", "200")]
    [InlineData("20", "NaN")]
    [InlineData("20", "-Inf")]
    [InlineData("20", "much")]
    public async Task What_is_no_number_is_unknown(string failed, string total)
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = a => Vector(a, ("shop", a["query"].StartsWith("failed", StringComparison.Ordinal) ? failed : total));
        using var sources = lab.Sources(lab.Prometheus(), RateLab.Service("shop"));
        await sources.LookAsync(default);
        Assert.Empty(lab.Signals);
        Assert.Equal(0, (await lab.CountedAsync("shop")).Total);
        Assert.Contains("not numbers", sources.Watchers[0].Health.Says, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, """{"status":"error","errorType":"bad_data","error":"1:3: parse error: unexpected )"}""", "parse error: unexpected )")]
    [InlineData(503, """{"status":"error","errorType":"timeout","error":"query timed out in expression evaluation"}""", "query timed out")]
    [InlineData(200, """{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}""", "gives a scalar")]
    [InlineData(200, "<html>sign in</html>", "not Prometheus's JSON")]
    [InlineData(401, "", "correct user and password")]
    public async Task A_query_that_fails_is_unknown_never_zero(int status, string body, string why)
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = _ => (status, body);
        using var sources = lab.Sources(lab.Prometheus(), RateLab.Service("shop"));
        Assert.Contains(why, Assert.Single(await sources.LookAsync(default)), StringComparison.Ordinal);
        Assert.False(sources.Watchers[0].Health.IsWell);
        Assert.Equal(0, (await lab.CountedAsync("shop")).Total);
        Assert.Null(await lab.Marks.GetAsync("source:prom", default));
    }

    [Fact]
    public async Task A_label_of_the_failures_may_name_their_class()
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = a => a["query"].StartsWith("failed", StringComparison.Ordinal)
            ? (200, Result(a, """{"metric":{"service":"shop","exception":"Timeout"},VALUE40},{"metric":{"service":"shop","exception":"Refused"},VALUE35}"""))
            : Vector(a, ("shop", "200"));
        using var sources = lab.Sources(lab.Prometheus(q => q with { ClassLabel = "exception" }), RateLab.Service("shop"));
        await sources.LookAsync(default);
        Assert.Equal(["Timeout", "Refused"], lab.Signals.Select(s => s.ErrorClass));
        Assert.All(lab.Signals, s => Assert.Equal(75, s.Rate?.Errors));
    }

    [Fact]
    public async Task Rates_a_second_are_counted_over_the_window()
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = a => Vector(a, ("shop", a["query"] == "e" ? "0.5" : "2"));
        using var sources = lab.Sources(lab.Prometheus(q => q with { Errors = "e", Total = "t", PerSecond = true }), RateLab.Service("shop"));
        await sources.LookAsync(default);
        Assert.Equal((30, 120), (lab.Signals.Single().Rate?.Errors, lab.Signals.Single().Rate?.Total));
    }

    [Fact]
    public async Task A_token_is_a_bearer_token_and_a_user_is_basic()
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = a => Vector(a);
        using (var sources = lab.Sources(lab.Prometheus() with { Password = new Secret("t0ken") }))
        {
            await sources.LookAsync(default);
        }

        using (var sources = lab.Sources(lab.Prometheus() with { User = "ada", Password = new Secret("pw") }))
        {
            await sources.LookAsync(default);
        }

        Assert.Equal(["Bearer t0ken", "Basic YWRhOnB3"], lab.Questions.Select(q => q.Headers["Authorization"]).Distinct());
    }

    internal static (int Status, string Body) Vector(Asked asked, params (string Service, string Value)[] series) =>
        (200, Result(asked, string.Join(',', series.Select(s => $$$"""{"metric":{"service":"{{{s.Service}}}"},VALUE{{{s.Value}}}}"""))));

    /// <summary>VALUEx becomes the value x, or the row of values that a range has.</summary>
    private static string Result(Asked asked, string series)
    {
        var isRange = asked.Path.EndsWith("query_range", StringComparison.Ordinal);
        var filled = System.Text.RegularExpressions.Regex.Replace(series, "VALUE([^}]*)}", m => isRange
            ? $"\"values\":[{string.Join(',', Times(asked).Select(t => $"[{t},\"{m.Groups[1].Value}\"]"))}]}}"
            : $"\"value\":[{asked["time"]},\"{m.Groups[1].Value}\"]}}");
        return $$$"""{"status":"success","data":{"resultType":"{{{(isRange ? "matrix" : "vector")}}}","result":[{{{filled}}}]}}""";
    }

    private static IEnumerable<long> Times(Asked asked)
    {
        for (var at = long.Parse(asked["start"]); at <= long.Parse(asked["end"]); at += long.Parse(asked["step"]))
        {
            yield return at;
        }
    }
}
