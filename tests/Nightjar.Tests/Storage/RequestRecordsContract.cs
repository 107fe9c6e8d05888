using Nightjar.Core.Proposal;

namespace Nightjar.Tests.Storage;

public abstract class RequestRecordsContract<TSubject> : StoreContract<TSubject>
    where TSubject : StoreSubject, new()
{
    [Fact]
    public async Task Requests_are_numbered_and_come_back_newest_first_after_a_restart()
    {
        var first = await Store.Requests.AddAsync(Samples.Request("incident/a", Clock.Now), Token);
        var second = await Store.Requests.AddAsync(Samples.Request(Hostile, Clock.Now) with { Title = Hostile, Body = Hostile, Labels = [Hostile] }, Token);
        await ReopenAsync();

        Assert.Equal((1, 2), (first.Number, second.Number));
        Assert.Equal(Samples.Text(first), Samples.Text(await Store.Requests.GetAsync(1, Token)));
        Assert.Equal(Samples.Texts([second, first]), Samples.Texts(await Store.Requests.ListAsync(Token)));
        Assert.Null(await Store.Requests.GetAsync(3, Token));
    }

    [Fact]
    public async Task Of_many_who_end_a_request_at_once_one_does()
    {
        await Store.Requests.AddAsync(Samples.Request("b", Clock.Now), Token);

        var ended = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() =>
            Store.Requests.EndAsync(1, i % 2 == 0 ? HostedState.Merged : HostedState.Closed, $"person {i}", Clock.Now, i % 2 == 0 ? "abc" : null, Token), Token)));

        var request = await Store.Requests.GetAsync(1, Token);
        Assert.Equal($"person {Array.IndexOf(ended, true)}", request?.ClosedBy);
        Assert.Single(ended, true);
        Assert.Equal(Clock.Now, request?.ClosedAt);
        Assert.False(await Store.Requests.EndAsync(9, HostedState.Closed, "kim", Clock.Now, null, Token));
    }

    [Fact]
    public async Task A_late_edit_does_not_reopen_a_merged_request()
    {
        var open = await Store.Requests.AddAsync(Samples.Request("b", Clock.Now), Token);
        await Store.Requests.EndAsync(1, HostedState.Merged, "kim", Clock.Now, "abc", Token);

        await Store.Requests.UpdateAsync(open with { Title = "Edited", IsDraft = false }, Token);

        var request = await Store.Requests.GetAsync(1, Token);
        Assert.Equal((HostedState.Merged, "Edited", "kim", "abc", false), (request?.State, request?.Title, request?.ClosedBy, request?.MergeCommit, request?.IsDraft));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Store.Requests.UpdateAsync(open with { Number = 7 }, Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.Requests.EndAsync(1, HostedState.Open, "kim", Clock.Now, null, Token));
    }

    [Fact]
    public async Task There_is_one_comment_with_a_key_and_its_text_may_be_replaced()
    {
        await Store.Requests.AddAsync(Samples.Request("b", Clock.Now), Token);
        var comment = new RequestComment("verified", "nightjar", "first", Clock.Now);
        await Store.Requests.CommentAsync(1, comment, Token);
        await Store.Requests.CommentAsync(1, comment with { Markdown = "second" }, Token);
        await Store.Requests.CommentAsync(1, new RequestComment(Hostile, Hostile, Hostile, Clock.Now), Token);
        await ReopenAsync();

        Assert.Equal([comment with { Markdown = "second" }, new RequestComment(Kept(Hostile), Kept(Hostile), Kept(Hostile), Clock.Now)], await Store.Requests.CommentsAsync(1, Token));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Store.Requests.CommentAsync(5, comment, Token));
    }
}
