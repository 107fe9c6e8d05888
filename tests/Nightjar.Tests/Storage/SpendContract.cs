using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;

namespace Nightjar.Tests.Storage;

public abstract class SpendContract<TSubject> : StoreContract<TSubject>
    where TSubject : StoreSubject, new()
{
    private static readonly SpendCaps Caps = new();

    [Fact]
    public async Task A_hundred_calls_at_once_never_pass_a_cap_by_a_cent()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(() => Store.Spend.ReserveAsync(For($"run-{i}", incident: i), Caps, "m", 0.33m, Token), Token)));

        Assert.Equal(60, answers.Count(a => a.Refusal is null));
        Assert.Equal(19.8m, (await Store.Spend.FiguresAsync(null, Token)).Today);
        Assert.All(answers.Where(a => a.Refusal is not null), a => Assert.Contains("the cap of $20.00 for shop today would be passed: $19.80 is spent or reserved, and this call may cost $0.33", a.Refusal, StringComparison.Ordinal));
        Assert.Equal(60, answers.Where(a => a.Refusal is null).Select(a => a.Id).Distinct().Count());
    }

    [Theory]
    [InlineData("a", 1, "shop", 2.0, "this run")]
    [InlineData("b", 1, "shop", 5.0, "this incident")]
    [InlineData("b", 2, "shop", 20.0, "shop today")]
    [InlineData("b", 2, "till", 50.0, "everything today")]
    public async Task Each_cap_holds_by_itself_and_may_be_reached(string run, int incident, string service, double cap, string named)
    {
        var caps = new SpendCaps { Run = 100, Incident = 100, ServiceDay = 100, Day = 100 };
        caps = named switch { "this run" => caps with { Run = 2 }, "this incident" => caps with { Incident = 5 }, "shop today" => caps with { ServiceDay = 20 }, _ => caps with { Day = 50 } };
        Assert.Null((await Store.Spend.ReserveAsync(For("a", 1), caps, "m", (decimal)cap - 0.01m, Token)).Refusal);

        Assert.Null((await Store.Spend.ReserveAsync(For(run, incident, service), caps, "m", 0.01m, Token)).Refusal);
        Assert.Contains($"for {named} would be passed", (await Store.Spend.ReserveAsync(For(run, incident, service), caps, "m", 0.000_000_001m, Token)).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_settled_frees_the_rest_and_what_never_was_counts_as_spent_after_a_restart()
    {
        var first = await Store.Spend.ReserveAsync(For("a", 1), Caps, "m", 1.5m, Token);
        await Store.Spend.SettleAsync(first.Id, 0.25m, new TokenUsage(10, 20, 30, 40, 50), Token);
        Assert.Null((await Store.Spend.ReserveAsync(For("a", 1), Caps, "m", 1.5m, Token)).Refusal);
        await ReopenAsync();

        Assert.Equal(new SpendFigures(1.75m, 1.75m), await Store.Spend.FiguresAsync(new IncidentId(1), Token));
        Assert.NotNull((await Store.Spend.ReserveAsync(For("a", 1), Caps, "m", 0.26m, Token)).Refusal);
        Assert.Null((await Store.Spend.ReserveAsync(For("a", 1), Caps, "m", 0.25m, Token)).Refusal);
    }

    [Fact]
    public async Task What_cost_more_than_was_reserved_is_written_down_as_it_was()
    {
        var call = await Store.Spend.ReserveAsync(For("a", 1), Caps, "m", 0.1m, Token);
        await Store.Spend.SettleAsync(call.Id, 2.5m, TokenUsage.None, Token);

        Assert.Equal(2.5m, (await Store.Spend.FiguresAsync(new IncidentId(1), Token)).Incident);
        Assert.Contains("this run", (await Store.Spend.ReserveAsync(For("a", 1), Caps, "m", 0.01m, Token)).Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_day_has_a_new_cap_and_an_incident_keeps_its_own()
    {
        for (var i = 0; i < 3; i++)
        {
            await Store.Spend.ReserveAsync(For($"r{i}", 1), Caps, "m", 1.6m, Token);
        }

        Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(0, (await Store.Spend.FiguresAsync(null, Token)).Today);
        Assert.Contains("this incident", (await Store.Spend.ReserveAsync(For("r9", 1), Caps, "m", 0.5m, Token)).Refusal, StringComparison.Ordinal);
        Assert.Null((await Store.Spend.ReserveAsync(For("r10", 2), Caps, "m", 0.5m, Token)).Refusal);
    }

    private static SpendPurpose For(string run, long incident, string service = "shop") => new(run, new IncidentId(incident), new ServiceName(service));
}
