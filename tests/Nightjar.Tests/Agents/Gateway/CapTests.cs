using System.Text.Json.Nodes;
using Nightjar.Core.Policy;
using Nightjar.Demo.Model;

namespace Nightjar.Tests.Agents.Gateway;

/// <summary>No cap is passed, by nobody, by no cent.</summary>
public sealed class CapTests
{
    [Theory]
    [InlineData("run", "this run")]
    [InlineData("serviceDay", "shop today")]
    [InlineData("day", "everything today")]
    public async Task Over_a_cap_nothing_is_asked_and_the_cap_is_named(string cap, string name)
    {
        var caps = cap switch { "run" => new SpendCaps { Run = 0.01m }, "serviceDay" => new SpendCaps { ServiceDay = 0.01m }, _ => new SpendCaps { Day = 0.01m } };
        await using var lab = await GatewayLab.OpenAsync(rules: r => r with { Caps = caps });

        var (status, body) = await lab.AskAsync();

        Assert.Equal(403, status);
        Assert.Equal("billing_error", (string?)JsonNode.Parse(body)?["error"]?["type"]);
        Assert.Contains($"$0.01 for {name}", body, StringComparison.Ordinal);
        Assert.Contains(name, lab.Door.OverCap ?? "", StringComparison.Ordinal);
        Assert.Empty(lab.Upstream.Requests);
        Assert.Equal(0, await lab.SpentAsync());
    }

    [Fact]
    public async Task A_hundred_calls_at_once_never_pass_a_cap()
    {
        const decimal Cap = 0.2m;
        await using var lab = await GatewayLab.OpenAsync(_ => ModelTurn.Says("hello") with { InputTokens = 100, OutputTokens = 1_000 }, r => r with { Caps = new SpendCaps { Day = Cap } });

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => lab.AskAsync()));

        var spent = await lab.SpentAsync();
        Assert.InRange(spent, Cap * 0.8m, Cap);
        Assert.Contains(answers, a => a.Status == 403);
        Assert.Equal(lab.Upstream.Requests.Count, answers.Count(a => a.Status == 200));
        Assert.Equal(0.0153m * lab.Upstream.Requests.Count, spent);
        Assert.Equal(spent, lab.Door.Spent);
    }

    [Fact]
    public async Task A_hundred_calls_that_break_off_never_pass_a_cap()
    {
        const decimal Cap = 0.2m;
        await using var lab = await GatewayLab.OpenAsync(_ => ModelTurn.Says("hello") with { BreaksOff = true }, r => r with { Caps = new SpendCaps { Run = Cap } });

        await Task.WhenAll(Enumerable.Range(0, 100).Select(async _ =>
        {
            try
            {
                await lab.AskAsync();
            }
            catch (HttpRequestException)
            {
                // Broken off, as scripted.
            }
        }));

        Assert.InRange(await lab.SpentAsync(), Cap * 0.8m, Cap);
    }

    [Fact]
    public async Task A_model_without_a_price_is_refused_or_counts_as_the_dearest()
    {
        var refusing = new PriceTable(PriceTable.Known, isUnknownRefused: true);
        await using var strict = await GatewayLab.OpenAsync(rules: r => r with { Models = ["other"], Prices = refusing });
        await using var lax = await GatewayLab.OpenAsync(_ => ModelTurn.Says("hello") with { InputTokens = 1_000, OutputTokens = 100 }, r => r with { Models = ["other"] });

        var (status, body) = await strict.AskAsync(b => b["model"] = "other");
        await lax.AskAsync(b => b["model"] = "other");

        Assert.Equal(403, status);
        Assert.Contains("agent.prices", body, StringComparison.Ordinal);
        Assert.Equal(0.015m, await lax.SpentAsync());
    }

    [Theory]
    [InlineData("claude-sonnet-4-6", 3)]
    [InlineData("claude-sonnet-4-5-20250929", 3)]
    [InlineData("claude-sonnet-4", 3)]
    [InlineData("claude-sonnet-45", null)]
    [InlineData("claude-opus-4-8", 7)]
    [InlineData("claude-opus-4-1", 5)]
    [InlineData("claude", null)]
    [InlineData("", null)]
    public void A_price_is_that_of_the_longest_entry_that_the_name_begins_with(string model, int? input)
    {
        var prices = PriceTable.Known.SetItem("claude-opus-4-8", new ModelPrice(7, 30));

        Assert.Equal(input, (int?)new PriceTable(prices, isUnknownRefused: true).Of(model)?.Input);
        Assert.Equal(input ?? 10, (int?)new PriceTable(prices, isUnknownRefused: false).Of(model)?.Input);
    }
}
