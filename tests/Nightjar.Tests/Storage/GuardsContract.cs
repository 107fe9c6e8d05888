using Nightjar.Core.Announcements;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Storage;

/// <summary>Opened requests, the breaker over all agents, and pages.</summary>
public abstract class GuardsContract<TSubject> : StoreContract<TSubject>
    where TSubject : StoreSubject, new()
{
    [Fact]
    public async Task Opened_requests_are_listed_by_time_and_taken_once()
    {
        await Store.Slots.TakeAsync(new RequestSlot(new IncidentId(2), 1, Clock.Now.AddMinutes(1)), Token);
        await Store.Slots.TakeAsync(new RequestSlot(new IncidentId(1), 1, Clock.Now), Token);
        await Store.Slots.TakeAsync(new RequestSlot(new IncidentId(1), 1, Clock.Now.AddMinutes(9)), Token);
        await ReopenAsync();

        Assert.Equal([new RequestSlot(new IncidentId(1), 1, Clock.Now), new RequestSlot(new IncidentId(2), 1, Clock.Now.AddMinutes(1))], await Store.Slots.SinceAsync(Clock.Now.AddMinutes(-1), Token));
        Assert.Single(await Store.Slots.SinceAsync(Clock.Now, Token));
    }

    [Fact]
    public async Task The_breaker_outlives_a_restart()
    {
        Assert.Equal(([], null), ((await Store.Breaker.GetAsync(Token)).Failing, (await Store.Breaker.GetAsync(Token)).OpenSince));
        await Store.Breaker.SetAsync(new BreakerState { Failing = ["a", "b"], OpenSince = Clock.Now, RetryAt = Clock.Now.AddHours(1), Probe = new IncidentId(7), IsTold = true, Why = Hostile }, Token);
        await ReopenAsync();

        var state = await Store.Breaker.GetAsync(Token);
        Assert.Equal(["a", "b"], state.Failing);
        Assert.Equal((Clock.Now, Clock.Now.AddHours(1), new IncidentId(7), true, Kept(Hostile)), (state.OpenSince, state.RetryAt, state.Probe, state.IsTold, state.Why));
    }

    [Fact]
    public async Task A_page_is_raised_once_for_its_key_and_once_for_an_incidents_cause()
    {
        Assert.True(await Store.Pages.RaiseAsync(Page("a", 1, "question"), Token));
        Assert.False(await Store.Pages.RaiseAsync(Page("a", 2, "question"), Token));
        Assert.False(await Store.Pages.RaiseAsync(Page("b", 1, "question"), Token));
        Assert.True(await Store.Pages.RaiseAsync(Page("c", 1, "breaker"), Token));
        Assert.True(await Store.Pages.RaiseAsync(Page(Hostile, null, Hostile), Token));

        await Store.Pages.ChangeAsync("a", p => p with { Over = "answered" }, Token);
        Assert.False(await Store.Pages.RaiseAsync(Page("a", 1, "question"), Token));
        Assert.True(await Store.Pages.RaiseAsync(Page("b", 1, "question"), Token));
        await ReopenAsync();

        Assert.Equal(["b", "c"], (await Store.Pages.StandingAsync(new IncidentId(1), Token)).Select(p => p.Wish.Key).Order());
        Assert.Equal(3, (await Store.Pages.StandingAsync(null, Token)).Count);
    }

    [Fact]
    public async Task Pages_are_due_when_their_time_has_come_and_changes_add_up()
    {
        await Store.Pages.RaiseAsync(Page("a", 1, "x"), Token);
        await Store.Pages.RaiseAsync(Page("b", 2, "x") with { NextAt = Clock.Now.AddMinutes(1) }, Token);
        Assert.Equal(["a"], (await Store.Pages.DueAsync(Clock.Now, 10, Token)).Select(p => p.Wish.Key));
        Assert.Equal(["a"], (await Store.Pages.DueAsync(Clock.Now.AddHours(1), 1, Token)).Select(p => p.Wish.Key));

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => Store.Pages.ChangeAsync("a", p => p with { SentInAll = p.SentInAll + 1, NextAt = null, Told = ["1 x"], Owed = [new OwedNotice("1 x", PageAct.Resolve, 3)] }, Token), Token)));
        await ReopenAsync();

        var page = (await Store.Pages.StandingAsync(new IncidentId(1), Token))[0];
        Assert.Equal((20, null), (page.SentInAll, page.NextAt));
        Assert.Equal([new OwedNotice("1 x", PageAct.Resolve, 3)], page.Owed);
        Assert.Equal(["1 x"], page.Told);
        Assert.Equal(["b"], (await Store.Pages.DueAsync(Clock.Now.AddHours(1), 10, Token)).Select(p => p.Wish.Key));
        Assert.Null(await Store.Pages.ChangeAsync("none", p => p, Token));
    }

    [Fact]
    public async Task What_is_over_is_forgotten_after_its_retention_and_what_stands_is_not()
    {
        await Store.Pages.RaiseAsync(Page("over", 1, "x") with { Over = "done", NextAt = null }, Token);
        await Store.Pages.RaiseAsync(Page("stands", 2, "x"), Token);
        await Store.Slots.TakeAsync(new RequestSlot(new IncidentId(1), 1, Clock.Now), Token);
        await Store.Prune(Clock.Now.AddDays(400), new RetentionOptions());

        Assert.True(await Store.Pages.RaiseAsync(Page("over", 1, "x"), Token));
        Assert.False(await Store.Pages.RaiseAsync(Page("stands", 2, "x"), Token));
        Assert.Empty(await Store.Slots.SinceAsync(DateTimeOffset.UnixEpoch, Token));
    }

    private Page Page(string key, long? incident, string cause) =>
        PageRules.Raised(new PageWish(key, incident is { } id ? new IncidentId(id) : null, new ServiceName("shop"), cause, Severity.Critical, Hostile, Hostile, null), Clock.Now);
}
