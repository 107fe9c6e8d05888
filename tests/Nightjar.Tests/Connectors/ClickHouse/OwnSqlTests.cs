using Nightjar.Connectors;

namespace Nightjar.Tests.Connectors.ClickHouse;

public sealed class OwnSqlTests
{
    private const string Sql = "SELECT service, class, errors, total FROM seen WHERE t >= {from:DateTime} AND t < {to:DateTime};";

    [Fact]
    public async Task A_row_for_each_class_of_a_service_is_a_signal_each()
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = _ => (200, """
            {"service":"shop","errors":"30","total":200,"class":"StockMismatchError","message":"stock is -3","trace":"4bf9"}
            {"service":"shop","errors":40,"total":200,"class":"PaymentTimeoutError"}
            {"service":"stock","errors":0,"total":50}
            """);
        using var sources = lab.Sources(Own(lab, Sql), RateLab.Service("shop"), RateLab.Service("stock"));
        Assert.Empty(await sources.LookAsync(default));
        Assert.Equal(["PaymentTimeoutError", "StockMismatchError"], lab.Signals.Select(s => s.ErrorClass));
        Assert.All(lab.Signals, s => Assert.Equal((70, 200), (s.Rate?.Errors, s.Rate?.Total)));
    }

    [Fact]
    public async Task The_window_is_handed_over_as_parameters_only_where_the_sql_names_it()
    {
        await using var lab = await RateLab.StartAsync();
        using var named = lab.Sources(Own(lab, Sql), RateLab.Service("shop"));
        await named.LookAsync(default);
        Assert.Contains(lab.Questions, q => long.Parse(q["param_to"]) - long.Parse(q["param_from"]) == 60);
        Assert.All(lab.Questions, q => Assert.EndsWith("FORMAT JSONEachRow", q["query"], StringComparison.Ordinal));

        lab.Questions.Clear();
        using var plain = lab.Sources(Own(lab, "SELECT 'shop' AS service, 1 AS errors, 2 AS total"), RateLab.Service("shop"));
        await plain.LookAsync(default);
        Assert.NotEmpty(lab.Questions);
        Assert.All(lab.Questions, q => Assert.DoesNotContain(q.Values.Keys, k => k.StartsWith("param_", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("""{"service":"shop","errors":1}""", "no column total")]
    [InlineData("""{"service":"shop","errors":-1,"total":2}""", "no count")]
    [InlineData("""{"service":"shop","errors":"many","total":2}""", "no count")]
    [InlineData("""["shop",1,2]""", "not rows of JSON")]
    [InlineData("<html>proxy</html>", "not rows of JSON")]
    public async Task An_answer_of_another_shape_is_unknown(string body, string why)
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = _ => (200, body);
        using var sources = lab.Sources(Own(lab, Sql), RateLab.Service("shop"));
        Assert.Contains(why, Assert.Single(await sources.LookAsync(default)), StringComparison.Ordinal);
        Assert.Equal(0, (await lab.CountedAsync("shop")).Total);
    }

    private static RateSourceOptions Own(RateLab lab, string sql) => lab.ClickHouse(o => o with { ClickHouse = o.ClickHouse with { Sql = sql } });
}
