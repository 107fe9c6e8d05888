using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;

namespace Nightjar.Tests.Storage;

/// <summary>Inbox, ledger, silences, the pause switch and the watchers' marks.</summary>
public abstract class SmallRecordsContract<TSubject> : StoreContract<TSubject>
    where TSubject : StoreSubject, new()
{
    [Fact]
    public async Task Messages_are_read_in_order_after_the_last_one_taken_in()
    {
        var first = await OpenIncidentAsync();
        var second = await OpenIncidentAsync("bbbbbbbb");
        await Store.Inbox.PostAsync(first.Id, InboxKind.Acknowledge, "kim", "seen", Token);
        await Store.Inbox.PostAsync(second.Id, InboxKind.Retry, "lee", "again", Token);
        await Store.Inbox.PostAsync(first.Id, InboxKind.Approve, Hostile, Hostile, Token);
        await ReopenAsync();

        var all = await Store.Inbox.ReadAsync(first.Id, 0, Token);
        Assert.Equal([InboxKind.Acknowledge, InboxKind.Approve], all.Select(m => m.Kind));
        Assert.Equal(new InboxMessage(all[0].Sequence, first.Id, InboxKind.Acknowledge, "kim", "seen", Clock.Now), all[0]);
        Assert.Equal((Kept(Hostile), Kept(Hostile)), (all[1].Actor, all[1].Text));
        Assert.Equal([all[1]], await Store.Inbox.ReadAsync(first.Id, all[0].Sequence, Token));
    }

    [Fact]
    public async Task Messages_posted_at_once_are_all_there_each_with_its_own_sequence()
    {
        var incident = await OpenIncidentAsync();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => Store.Inbox.PostAsync(incident.Id, InboxKind.FingerprintFolded, "watcher", $"{i}", Token), Token)));

        var all = await Store.Inbox.ReadAsync(incident.Id, 0, Token);
        Assert.Equal(20, all.Select(m => m.Text).Distinct().Count());
        Assert.Equal(all.Select(m => m.Sequence).Order().Distinct(), all.Select(m => m.Sequence));
    }

    [Fact]
    public async Task A_message_to_nobody_is_refused() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => Store.Inbox.PostAsync(new IncidentId(9), InboxKind.Retry, "kim", "", Token));

    [Fact]
    public async Task What_was_learned_of_a_log_is_replaced_as_a_whole()
    {
        Assert.Null(await Store.LogMemory.LoadAsync(new ServiceName(Hostile), Token));
        await Store.LogMemory.SaveAsync(new ServiceName(Hostile), [1, 2, 3], Token);
        await Store.LogMemory.SaveAsync(new ServiceName(Hostile), [0, 255], Token);
        await ReopenAsync();

        Assert.Equal([0, 255], await Store.LogMemory.LoadAsync(new ServiceName(Hostile), Token) ?? []);
        Assert.Null(await Store.LogMemory.LoadAsync(new ServiceName("other"), Token));
    }

    [Fact]
    public async Task A_fingerprint_cools_until_its_time_and_the_last_word_counts()
    {
        await Store.Ledger.CoolDownAsync("aaaaaaaa", Clock.Now.AddHours(24), "closed", Token);
        await Store.Ledger.CoolDownAsync("aaaaaaaa", Clock.Now.AddHours(1), Hostile, Token);
        await Store.Ledger.CoolDownAsync(Hostile, Clock.Now.AddHours(2), "closed", Token);
        await ReopenAsync();

        var cooling = await Store.Ledger.CoolingAsync(Clock.Now, Token);
        Assert.Equal(Clock.Now.AddHours(1), cooling["aaaaaaaa"]);
        Assert.Equal([Kept(Hostile)], (await Store.Ledger.CoolingAsync(Clock.Now.AddHours(1), Token)).Keys);
    }

    [Fact]
    public async Task What_was_held_back_is_counted_by_fingerprint_and_reason()
    {
        var row = new HeldBack("aaaaaaaa", "shop|X", "cooling down", 2, Clock.Now, Clock.Now);
        await Store.Ledger.AddHeldBackAsync([row, row with { Reason = "silenced" }], Token);
        await Store.Ledger.AddHeldBackAsync([row with { Count = 3, FirstSeen = Clock.Now.AddMinutes(-1), LastSeen = Clock.Now.AddMinutes(1) }], Token);
        await Store.Ledger.AddHeldBackAsync([new HeldBack(Hostile, Hostile, Hostile, 1, Clock.Now.AddDays(1), Clock.Now.AddDays(1))], Token);
        await ReopenAsync();

        var rows = await Store.Ledger.HeldBackAsync(10, Token);
        Assert.Equal(new HeldBack(Kept(Hostile), Kept(Hostile), Kept(Hostile), 1, Clock.Now.AddDays(1), Clock.Now.AddDays(1)), rows[0]);
        Assert.Equal(row with { Count = 5, FirstSeen = Clock.Now.AddMinutes(-1), LastSeen = Clock.Now.AddMinutes(1) }, rows[1]);
        Assert.Equal("silenced", rows[2].Reason);
        Assert.Equal(2, (await Store.Ledger.HeldBackAsync(2, Token)).Count);
    }

    [Fact]
    public async Task A_silence_lasts_until_its_end_or_until_it_is_ended()
    {
        var until = Clock.Now.AddHours(1);
        var first = await Store.Silences.AddAsync("shop", null, until, "kim", "deploying", Token);
        var second = await Store.Silences.AddAsync(Hostile, Hostile, until, Hostile, Hostile, Token);
        await ReopenAsync();

        Assert.Equal(new Silence(first.Id, "shop", null, until, "kim", "deploying", Clock.Now), first);
        Assert.Equal(Kept(Hostile), second.Why);
        Assert.Equal([first, second], await Store.Silences.ActiveAsync(Clock.Now, Token));
        Assert.Empty(await Store.Silences.ActiveAsync(until, Token));

        Assert.True(await Store.Silences.EndAsync(first.Id, Clock.Now, Token));
        Assert.False(await Store.Silences.EndAsync(first.Id, Clock.Now, Token));
        Assert.False(await Store.Silences.EndAsync(999, Clock.Now, Token));
        Assert.Equal([second], await Store.Silences.ActiveAsync(Clock.Now, Token));
    }

    [Fact]
    public async Task The_pause_outlives_a_restart_and_is_lifted()
    {
        Assert.Null(await Store.Pause.GetAsync(Token));
        await Store.Pause.SetAsync(new Pause("kim", "a", Clock.Now), Token);
        await Store.Pause.SetAsync(new Pause("lee", Hostile, Clock.Now), Token);
        await ReopenAsync();

        Assert.Equal(new Pause("lee", Kept(Hostile), Clock.Now), await Store.Pause.GetAsync(Token));

        await Store.Pause.SetAsync(null, Token);
        Assert.Null(await Store.Pause.GetAsync(Token));
    }

    [Fact]
    public async Task Marks_are_replaced_and_outlive_a_restart()
    {
        await Store.Rates.AddAsync([], new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" }, Token);
        await Store.Rates.AddAsync([], new Dictionary<string, string> { ["a"] = "3", [Hostile] = Hostile }, Token);
        await ReopenAsync();

        Assert.Equal(("3", "2"), (await Store.Marks.GetAsync("a", Token), await Store.Marks.GetAsync("b", Token)));
        Assert.Equal(Kept(Hostile), await Store.Marks.GetAsync(Hostile, Token));
        Assert.Null(await Store.Marks.GetAsync("c", Token));
    }

}
