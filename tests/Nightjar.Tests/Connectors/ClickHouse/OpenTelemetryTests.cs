using Nightjar.Connectors;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Testing;

namespace Nightjar.Tests.Connectors.ClickHouse;

public sealed class OpenTelemetryTests
{
    private const string Trace = "StockMismatchError: stock is -3\n   at Shop.Inventory.Reserve(String item) in /app/src/Inventory.cs:line 10\n   at Shop.Checkout.Run() in /app/src/Checkout.cs:line 5";

    [Fact]
    public async Task Two_bugs_of_one_service_are_two_signals_with_their_class_place_and_sample()
    {
        await using var lab = await RateLab.StartAsync();
        var tables = new OpenTelemetryTables { ASlice = { ["shop"] = (10, 20) }, Logged = { ["shop"] = [OpenTelemetryTables.Kind("StockMismatchError", "stock is -3", 35, Trace, "reserve failed", ["4bf9"]), OpenTelemetryTables.Kind("PaymentTimeoutError", "no answer", 25)] } };
        lab.Answer = tables.Answer;
        using var sources = lab.Sources(lab.ClickHouse(), RateLab.Service("shop"));
        Assert.Empty(await sources.LookAsync(default));

        Assert.Equal(["StockMismatchError", "PaymentTimeoutError"], lab.Signals.Select(s => s.ErrorClass));
        var first = lab.Signals.First();
        Assert.Equal((SignalKind.ErrorRate, 60, 120, RateUnit.Requests), (first.Kind, first.Rate?.Errors, first.Rate?.Total, first.Rate?.Of));
        Assert.Equal("/app/src/Inventory.cs", first.Frames[0].File);
        Assert.Contains("reserve failed", first.Samples[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_service_is_judged_not_the_five_worst()
    {
        await using var lab = await RateLab.StartAsync();
        var tables = new OpenTelemetryTables();
        var services = Enumerable.Range(0, 12).Select(i => RateLab.Service($"s{i}")).ToArray();
        foreach (var service in services)
        {
            tables.ASlice[service.Name.Value] = (5, 20);
        }

        lab.Answer = tables.Answer;
        using var sources = lab.Sources(lab.ClickHouse(), services);
        await sources.LookAsync(default);
        Assert.Equal(12, lab.Signals.Select(s => s.Service).Distinct().Count());
    }

    [Fact]
    public async Task Nobody_asks_for_kinds_of_error_while_nothing_is_wrong()
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = new OpenTelemetryTables { ASlice = { ["shop"] = (1, 100) } }.Answer;
        using var sources = lab.Sources(lab.ClickHouse(), RateLab.Service("shop"));
        await sources.LookAsync(default);
        Assert.Empty(lab.Signals);
        Assert.All(lab.Questions, q => Assert.Contains("AS o_slice", q["query"], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Names_of_services_travel_as_parameters_and_credentials_as_headers()
    {
        const string hostile = "shop' OR 1=1 --\t\\{x:String}";
        await using var lab = await RateLab.StartAsync();
        lab.Answer = new OpenTelemetryTables { ASlice = { [hostile] = (20, 20) } }.Answer;
        using var sources = lab.Sources(lab.ClickHouse(o => o with { User = "reader", Password = new Secret("hunter2") }), RateLab.Service(hostile));
        await sources.LookAsync(default);

        var kinds = lab.Questions.Where(q => q.Values.ContainsKey("param_service")).ToList();
        Assert.NotEmpty(kinds);
        Assert.All(kinds, q => Assert.Equal("shop' OR 1=1 --\\t\\\\{x:String}", q["param_service"]));
        Assert.All(lab.Questions, q =>
        {
            Assert.DoesNotContain("1=1", q["query"], StringComparison.Ordinal);
            Assert.Equal(("reader", "hunter2"), (q.Headers["X-ClickHouse-User"], q.Headers["X-ClickHouse-Key"]));
            Assert.DoesNotContain(q.Values, v => v.Value.Contains("hunter2", StringComparison.Ordinal));
            Assert.Equal(("20", "50000", "throw", "1"), (q["max_execution_time"], q["max_result_rows"], q["result_overflow_mode"], q["wait_end_of_query"]));
        });
    }

    [Fact]
    public async Task What_spans_recorded_stands_in_where_no_log_names_a_class()
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = new OpenTelemetryTables { ASlice = { ["shop"] = (10, 20) }, Logged = { ["shop"] = [OpenTelemetryTables.Kind("", "it failed", 60, sample: "it failed")] }, Traced = { ["shop"] = [OpenTelemetryTables.Kind("TimeoutException", "no answer", 60)] } }.Answer;
        using var sources = lab.Sources(lab.ClickHouse(), RateLab.Service("shop"));
        await sources.LookAsync(default);
        Assert.Equal("TimeoutException", Assert.Single(lab.Signals).ErrorClass);
    }

    [Fact]
    public async Task Without_spans_log_lines_are_counted_and_said_to_be()
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = new OpenTelemetryTables { ASlice = { ["shop"] = (10, 20) } }.Answer;
        using var sources = lab.Sources(lab.ClickHouse(o => o with { ClickHouse = o.ClickHouse with { Traces = null } }), RateLab.Service("shop"));
        await sources.LookAsync(default);
        Assert.Equal(RateUnit.Lines, (await lab.CountedAsync("shop")).Of);
        Assert.DoesNotContain(lab.Questions, q => q["query"].Contains("otel_traces", StringComparison.Ordinal));
        Assert.Contains(lab.Questions, q => q["query"].Contains("`SeverityNumber` >= 17", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_service_without_log_files_has_a_digest_from_the_store_with_samples_and_traces()
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = new OpenTelemetryTables { Logged = { ["shop-svc"] = [OpenTelemetryTables.Kind("StockMismatchError", "stock is -3", 35, Trace, "reserve failed", ["4bf9", "", "0af7"])] } }.Answer;
        using var sources = lab.Sources(lab.ClickHouse(o => o with { Services = o.Services.Add("shop-svc", "shop") }), RateLab.Service("shop"));
        var digest = await sources.DigestAsync(new ServiceName("shop"), lab.Clock.Now.AddMinutes(-1), lab.Clock.Now, default);
        var group = Assert.Single(digest?.ErrorGroups ?? []);
        Assert.Equal(("StockMismatchError", 35), (group.ErrorClass, group.Count));
        Assert.Equal(["4bf9", "0af7"], group.Traces);
    }

    [Fact]
    public async Task A_digest_that_could_not_be_had_says_so()
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = _ => (500, "Code: 159. DB::Exception: Timeout exceeded");
        using var sources = lab.Sources(lab.ClickHouse(), RateLab.Service("shop"));
        var digest = await sources.DigestAsync(new ServiceName("shop"), lab.Clock.Now.AddMinutes(-1), lab.Clock.Now, default);
        Assert.Contains("Timeout exceeded", Assert.Single(digest?.Missing ?? []), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_check_reads_version_and_columns_and_says_what_to_correct()
    {
        await using var lab = await RateLab.StartAsync();
        lab.Answer = new OpenTelemetryTables().Answer;
        Assert.Equal((true, "ClickHouse 25.8.1.1, counts requests"), await CheckAsync(lab.ClickHouse()));
        var (isUsable, says) = await CheckAsync(lab.ClickHouse(o => o with { ClickHouse = o.ClickHouse with { Columns = o.ClickHouse.Columns with { Status = "State" } } }));
        Assert.Equal((false, "the table otel_traces has no State"), (isUsable, says));
        (isUsable, says) = await CheckAsync(lab.ClickHouse(o => o with { ClickHouse = o.ClickHouse with { Logs = "logs_v2" } }));
        Assert.Equal((false, "ClickHouse 25.8.1.1 has no table default.logs_v2 that this user may see"), (isUsable, says));
    }

    private static async Task<(bool IsUsable, string Says)> CheckAsync(RateSourceOptions options)
    {
        var check = await RateSources.CheckAsync(options, default);
        Assert.Equal(check.IsUsable, check.WhatToDo is null);
        return (check.IsUsable, check.Says);
    }
}
