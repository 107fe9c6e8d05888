using System.Diagnostics;
using Nightjar.Core.Investigation;
using Nightjar.Core.Policy;
using Nightjar.Demo.Model;
using Nightjar.Testing;

namespace Nightjar.Live.Agent;

/// <summary>The real program when the provider, the money or the time fails it. No test leaves a process: <see cref="Shop"/> looks.</summary>
public sealed class TroubleTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_key_that_the_provider_refuses_fails_the_run_at_once()
    {
        await using var shop = await Shop.OpenAsync(_ => new ModelTurn { Status = 401 });

        var e = await Assert.ThrowsAsync<AgentException>(() => shop.InvestigateAsync());

        Assert.Contains("the provider answered 401", e.Message, StringComparison.Ordinal);
        Assert.Single(shop.Lab.Model.Requests);
        Assert.Contains(await shop.Lab.JournalAsync(), r => r.Act == "model" && r.Why.Contains("the provider answered 401", StringComparison.Ordinal) && r.CostUsd == 0);
    }

    [Fact]
    public async Task A_provider_that_fails_for_ever_is_asked_five_times()
    {
        await using var shop = await Shop.OpenAsync(_ => new ModelTurn { Status = 500 });

        await Assert.ThrowsAsync<AgentException>(() => shop.InvestigateAsync());

        Assert.Equal(5, shop.Lab.Model.Requests.Count);
    }

    [Theory]
    [InlineData(429, "1")]
    [InlineData(529, null)]
    public async Task A_provider_that_is_busy_is_asked_again_when_it_says(int status, string? after)
    {
        var asked = 0;
        var busy = new ModelTurn { Status = status, Headers = after is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["retry-after"] = after } };
        await using var shop = await Shop.OpenAsync(r => Interlocked.Increment(ref asked) == 1 ? busy : r.Turn == 0 ? Shop.Finds() : Shop.Done);
        var watch = Stopwatch.StartNew();

        Assert.Equal(0.9, (await shop.InvestigateAsync()).Confidence);

        Assert.InRange(watch.Elapsed, after is null ? TimeSpan.Zero : TimeSpan.FromSeconds(1), Soon);
        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task An_answer_that_is_none_fails_the_run()
    {
        await using var shop = await Shop.OpenAsync(_ => new ModelTurn { Raw = "<html>Bad gateway</html>" });

        var e = await Assert.ThrowsAsync<AgentException>(() => shop.InvestigateAsync());

        Assert.Contains("exit code 1", e.Message, StringComparison.Ordinal);
        Assert.True((await shop.Lab.Store.Spend.FiguresAsync(null, CancellationToken.None)).Today > 0.2m, "a call that nobody can price costs the worst case");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_that_breaks_or_stalls_is_asked_for_again(bool stalls)
    {
        var asked = 0;
        await using var shop = await Shop.OpenAsync(
            r => Interlocked.Increment(ref asked) == 1 ? ModelTurn.Says("half") with { Stalls = stalls, BreaksOff = !stalls } : r.Turn == 0 ? Shop.Finds() : Shop.Done,
            new AgentLabPlan { LongestSilence = TimeSpan.FromSeconds(1) });

        Assert.Equal(0.9, (await shop.InvestigateAsync()).Confidence);

        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task A_provider_whose_streams_always_break_is_given_up_and_every_half_answer_is_paid()
    {
        await using var shop = await Shop.OpenAsync(_ => ModelTurn.Says("half") with { BreaksOff = true }, new AgentLabPlan { Caps = new SpendCaps { Run = 10, Incident = 20 } });

        await Assert.ThrowsAsync<AgentException>(() => shop.InvestigateAsync());

        var asked = shop.Lab.Model.Requests.Count;
        Assert.InRange(asked, 2, 12);
        Assert.True((await shop.Lab.Store.Spend.FiguresAsync(null, CancellationToken.None)).Today > 0.2m * asked, "a half answer costs the worst case");
        await shop.Place.NothingRunsAsync();
    }

    [Fact]
    public async Task An_incident_that_has_no_money_left_asks_a_person_before_the_model()
    {
        await using var shop = await Shop.OpenAsync(_ => Shop.Finds(), new AgentLabPlan { Caps = new SpendCaps { Run = 2, Incident = 0.01m } });

        var e = await Assert.ThrowsAsync<NeedsPersonException>(() => shop.InvestigateAsync());

        Assert.Contains("$0.01 for this incident", e.Message, StringComparison.Ordinal);
        Assert.Empty(shop.Lab.Model.Requests);
    }

    [Fact]
    public async Task Out_of_money_in_the_middle_a_person_is_asked_and_the_cap_is_named()
    {
        await using var shop = await Shop.OpenAsync(_ => Shop.Reads() with { OutputTokens = 4_000 }, new AgentLabPlan { Caps = new SpendCaps { Run = 0.40m } });

        var e = await Assert.ThrowsAsync<NeedsPersonException>(() => shop.InvestigateAsync());

        Assert.Contains("$0.40 for this run", e.Message, StringComparison.Ordinal);
        Assert.InRange(shop.Lab.Model.Requests.Count, 2, 5);
        Assert.InRange((await shop.Lab.Store.Spend.FiguresAsync(null, CancellationToken.None)).Today, 0.1m, 0.4m);
    }

    [Fact]
    public async Task After_its_turns_the_run_is_over()
    {
        await using var shop = await Shop.OpenAsync(_ => Shop.Reads(), new AgentLabPlan { MaxTurns = 3 });

        var e = await Assert.ThrowsAsync<AgentException>(() => shop.InvestigateAsync());

        Assert.Contains("error_max_turns", e.Message, StringComparison.Ordinal);
        Assert.InRange(shop.Lab.Model.Requests.Count, 2, 4);
    }

    [Fact]
    public async Task After_its_time_the_run_is_stopped_with_all_that_it_started()
    {
        await using var shop = await Shop.OpenAsync(_ => ModelTurn.Says("well") with { Stalls = true }, new AgentLabPlan { Timeout = TimeSpan.FromSeconds(3) });
        var watch = Stopwatch.StartNew();

        var e = await Assert.ThrowsAsync<AgentException>(() => shop.InvestigateAsync());

        Assert.Contains("did not finish within", e.Message, StringComparison.Ordinal);
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(9));
        await shop.Place.NothingRunsAsync();
    }

    [Fact]
    public async Task Cancelled_in_the_middle_nothing_goes_on()
    {
        using var stop = new CancellationTokenSource();
        await using var shop = await Shop.OpenAsync(_ => ModelTurn.Says("well") with { Stalls = true });
        var run = shop.InvestigateAsync(stop.Token);
        await Until.HoldsAsync("the model to be asked", Soon, () => !shop.Lab.Model.Requests.IsEmpty);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        await shop.Place.NothingRunsAsync();
    }
}
