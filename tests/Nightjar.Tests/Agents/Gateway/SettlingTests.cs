using Nightjar.Agents.Gateway;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Demo.Model;
using Nightjar.Testing;

namespace Nightjar.Tests.Agents.Gateway;

/// <summary>What each way in which a call can end costs.</summary>
public sealed class SettlingTests
{
    private const string Usage = """{"input_tokens":1000,"cache_creation_input_tokens":5000,"cache_read_input_tokens":3000,"cache_creation":{"ephemeral_5m_input_tokens":2000,"ephemeral_1h_input_tokens":3000},"output_tokens":500}""";

    /// <summary>1,000 in, 2,000 for five minutes, 3,000 for an hour, 3,000 read again, 500 out, at $3 and $15 a million.</summary>
    private const decimal Price = ((1_000m + (2_000m * 1.25m) + (3_000m * 2m) + (3_000m * 0.1m)) * 3m / 1_000_000) + (500m * 15m / 1_000_000);

    private static readonly string Stream =
        $"event: message_start\ndata: {{\"type\":\"message_start\",\"message\":{{\"usage\":{Usage.Replace(":500}", ":1}", StringComparison.Ordinal)}}}}}\n\nevent: message_delta\ndata: {{\"type\":\"message_delta\",\"delta\":{{\"stop_reason\":\"end_turn\"}},\"usage\":{{\"output_tokens\":500}}}}\n\nevent: message_stop\ndata: {{\"type\":\"message_stop\"}}\n\n";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_answer_costs_what_the_provider_counted(bool streams)
    {
        await using var lab = await GatewayLab.OpenAsync(_ => new ModelTurn { Raw = streams ? Stream : $$"""{"type":"message","usage":{{Usage}}}""" });

        var (status, body) = await lab.AskAsync(b => b["stream"] = streams);

        Assert.Equal(200, status);
        Assert.Contains("500", body, StringComparison.Ordinal);
        var call = await lab.OneCallAsync();
        Assert.Equal(new TokenUsage(1_000, 500, 2_000, 3_000, 3_000), call.Usage);
        Assert.Equal(Price, call.Cost);
        Assert.Equal(Price, await lab.SpentAsync());
        Assert.Equal(Price, lab.Door.Spent);
        Assert.Null(lab.Door.Trouble);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(529)]
    public async Task An_error_of_the_provider_is_passed_on_and_costs_nothing(int status)
    {
        await using var lab = await GatewayLab.OpenAsync(_ => new ModelTurn { Status = status, Headers = new Dictionary<string, string> { ["retry-after"] = "7", ["x-should-retry"] = "true", ["request-id"] = "r1", ["set-cookie"] = "a=b" } });
        using var content = new StringContent(GatewayLab.Request().ToJsonString());

        using var answer = await lab.Http.PostAsync(new Uri("/v1/messages", UriKind.Relative), content);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("7", Assert.Single(answer.Headers.GetValues("retry-after")));
        Assert.Equal("r1", Assert.Single(answer.Headers.GetValues("request-id")));
        Assert.False(answer.Headers.Contains("set-cookie"));
        Assert.Contains("scripted", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal((status, 0m), ((await lab.OneCallAsync()).Status, lab.Door.Spent));
        Assert.Equal(0, await lab.SpentAsync());
        Assert.Equal($"the provider answered {status}", lab.Door.Trouble);
    }

    [Fact]
    public async Task A_stream_that_breaks_off_is_broken_off_for_the_agent_too_and_costs_the_worst_case()
    {
        await using var lab = await GatewayLab.OpenAsync(_ => ModelTurn.Says("half") with { BreaksOff = true });

        // Before the first byte was passed on it is an error of its own, after it a broken stream: never the end of an answer.
        try
        {
            Assert.Equal(502, (await lab.AskAsync()).Status);
        }
        catch (HttpRequestException)
        {
            Assert.Equal(502, (await lab.OneCallAsync()).Status);
        }

        Assert.Equal(Worst(), (await lab.OneCallAsync()).Cost);
        Assert.Equal(Worst(), await lab.SpentAsync());
    }

    [Fact]
    public async Task A_stream_that_stalls_is_cut_and_costs_the_worst_case()
    {
        await using var lab = await GatewayLab.OpenAsync(_ => ModelTurn.Says("half") with { Stalls = true }, r => r with { LongestSilence = TimeSpan.FromMilliseconds(300) });

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => lab.AskAsync());

        var call = await lab.OneCallAsync();
        Assert.Contains("said nothing for", call.Says, StringComparison.Ordinal);
        Assert.Equal(Worst(), await lab.SpentAsync());
    }

    [Fact]
    public async Task An_answer_that_does_not_come_at_all_may_have_cost_something()
    {
        var clock = new FakeClock();
        using var asked = new SemaphoreSlim(0);
        using var held = new ManualResetEventSlim();
        await using var lab = await GatewayLab.OpenAsync(
            _ =>
            {
                asked.Release();
                held.Wait(TimeSpan.FromSeconds(10));
                return ModelTurn.Says("late");
            },
            clock: clock);
        var answer = lab.AskAsync();
        await asked.WaitAsync();

        clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(502, (await answer).Status);
        Assert.Equal(Worst(), (await lab.OneCallAsync()).Cost);
        held.Set();
    }

    [Theory]
    [InlineData("<html>busy</html>")]
    [InlineData("")]
    [InlineData("data: {\"type\":\"message_start\",\"message\":5}\n\ndata: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":1}}\n\n")]
    [InlineData("data: {\"type\":\"message_start\",\"message\":{\"usage\":7}}\n\ndata: {\"type\":\"message_delta\",\"usage\":9}\n\n")]
    [InlineData("event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n")]
    public async Task An_answer_without_figures_costs_the_worst_case_and_is_passed_on(string raw)
    {
        await using var lab = await GatewayLab.OpenAsync(_ => new ModelTurn { Raw = raw });

        Assert.Equal((200, raw), await lab.AskAsync());
        Assert.Equal(Worst(), await lab.SpentAsync());
    }

    [Theory]
    [InlineData("""{"usage":5}""")]
    [InlineData("""{"usage":{}}""")]
    [InlineData("""{"usage":{"input_tokens":-1,"output_tokens":2}}""")]
    [InlineData("[]")]
    public async Task A_whole_answer_without_figures_costs_the_worst_case(string raw)
    {
        await using var lab = await GatewayLab.OpenAsync(_ => new ModelTurn { Raw = raw });

        Assert.Equal((200, raw), await lab.AskAsync(b => b["stream"] = false));
        Assert.True(await lab.SpentAsync() >= 0.015m);
    }

    [Fact]
    public async Task A_provider_that_is_not_there_costs_nothing_and_is_named()
    {
        await using var lab = await GatewayLab.OpenAsync(rules: r => r with { Upstream = new Uri("http://127.0.0.1:1") });

        var (status, body) = await lab.AskAsync();

        Assert.Equal(502, status);
        Assert.Contains("cannot be reached", body, StringComparison.Ordinal);
        Assert.Equal(0, await lab.SpentAsync());
    }

    [Fact]
    public async Task An_agent_that_is_gone_in_the_middle_pays_the_worst_case()
    {
        await using var lab = await GatewayLab.OpenAsync(_ => ModelTurn.Says("half") with { Stalls = true });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages") { Content = new StringContent(GatewayLab.Request().ToJsonString()) };
        var answer = await lab.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

        answer.Dispose();

        Assert.Equal(Worst(), (await lab.OneCallAsync()).Cost);
        Assert.Equal(Worst(), await lab.SpentAsync());
    }

    [Fact]
    public async Task A_ledger_that_cannot_be_written_lets_nothing_through()
    {
        await using var lab = await GatewayLab.OpenAsync(ledger: _ => new FullDisk());

        var (status, body) = await lab.AskAsync();

        Assert.Equal(503, status);
        Assert.Contains("ledger", body, StringComparison.Ordinal);
        Assert.Empty(lab.Upstream.Requests);
    }

    /// <summary>Of the request that the tests send.</summary>
    private static decimal Worst()
    {
        var length = MessageRequest.Read(System.Text.Encoding.UTF8.GetBytes(GatewayLab.Request().ToJsonString()), new GatewayRules { Models = [GatewayLab.Model] }).Body;
        return new ModelPrice(3, 15).WorstCase(new InputBound().Of(length), 1_000, asksForHour: false);
    }

    private sealed class FullDisk : ISpendLedger
    {
        public Task<Reservation> ReserveAsync(SpendPurpose purpose, SpendCaps caps, string model, decimal worstCase, CancellationToken cancellationToken) => throw new StoreUnavailableException("the disk is full", null);

        public Task SettleAsync(long reservation, decimal cost, TokenUsage usage, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<SpendFigures> FiguresAsync(IncidentId? incident, CancellationToken cancellationToken) => Task.FromResult(new SpendFigures(0, 0));
    }
}
