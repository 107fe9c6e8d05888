using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;
using Nightjar.Tests.Connectors.Git;

namespace Nightjar.Tests.Connectors.LocalHost;

public sealed class LocalCodeHostTests : IDisposable
{
    private readonly LocalLab lab = new();

    public LocalCodeHostTests() => lab.Git.Commit("first", ("a.cs", "1\n2\n3\n4\n5\n"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_draft_is_opened_found_edited_and_remarked_on()
    {
        var opened = await lab.OpenAsync("incident/1", "[INVESTIGATING] shop\n\"; rm -rf /", ("a.cs", "one\n"));
        await lab.Host.EditAsync(lab.Service, 1, null, "other body", ["incident:fix-proposed"], Token);
        await lab.Host.CommentAsync(lab.Service, 1, "figures", "first", Token);
        await lab.Host.CommentAsync(lab.Service, 1, "figures", "again", Token);

        var found = await lab.Host.FindAsync(lab.Service, "incident/1", Token);

        Assert.Equal("[INVESTIGATING] shop \"; rm -rf /", opened.Title);
        Assert.Equal("http://localhost/pr/1", opened.Url);
        Assert.True(opened.IsDraft);
        Assert.Equal((1, "other body", opened.Title, "incident:fix-proposed"), (found?.Number, found?.Body, found?.Title, found?.Labels.Single()));
        Assert.Equal("first", Assert.Single(await lab.Records.CommentsAsync(1, Token)).Markdown);
        Assert.True(await lab.Host.HasCommentAsync(lab.Service, 1, "figures", Token));
        Assert.False(await lab.Host.HasCommentAsync(lab.Service, 1, "other", Token));
        Assert.Null(await lab.Host.FindAsync(lab.Service, "incident/2", Token));
        Assert.Null(await lab.Host.FindAsync(lab.Service with { Name = new("other") }, "incident/1", Token));
        Assert.Equal(HostedState.Open, (await lab.Host.GetAsync(lab.Service, 1, Token)).State);
    }

    [Fact]
    public async Task There_is_no_request_without_a_branch_that_adds_something()
    {
        lab.Git.Publish();
        GitLab.Git(lab.Git.Tree, "branch", "same");
        lab.Git.Publish("same");

        await Assert.ThrowsAsync<RepositoryException>(() => lab.Host.OpenDraftAsync(lab.Service, LocalLab.Draft("absent", "x"), Token));
        await Assert.ThrowsAsync<RepositoryException>(() => lab.Host.OpenDraftAsync(lab.Service, LocalLab.Draft("same", "x"), Token));
        await Assert.ThrowsAsync<RepositoryException>(() => lab.Host.GetAsync(lab.Service, 9, Token));
        Assert.Empty(await lab.Records.ListAsync(Token));
    }

    [Fact]
    public async Task A_merge_by_hand_is_noticed_with_its_commit()
    {
        await lab.OpenAsync("incident/1", "one", ("a.cs", "one\n"));
        await lab.OpenAsync("incident/2", "two", ("b.cs", "two\n"));
        GitLab.Git(lab.Git.Tree, "merge", "--quiet", "--no-ff", "--no-edit", "incident/1");
        var merge = GitLab.Git(lab.Git.Tree, "rev-parse", "HEAD");
        lab.Git.Commit("more", ("c.cs", "c\n"));
        lab.Git.Publish();

        var merged = await lab.Host.GetAsync(lab.Service, 1, Token);

        Assert.Equal((HostedState.Merged, "git", merge), (merged.State, merged.ClosedBy, merged.MergeCommit));
        Assert.Equal(HostedState.Open, (await lab.Host.GetAsync(lab.Service, 2, Token)).State);
        Assert.Contains("+one", await lab.Host.Review.DiffAsync(merged, Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fast_forward_whose_branch_is_gone_is_a_merge_too()
    {
        await lab.OpenAsync("incident/1", "one", ("a.cs", "one\n"));
        GitLab.Git(lab.Git.Tree, "merge", "--quiet", "--ff-only", "incident/1");
        var head = GitLab.Git(lab.Git.Tree, "rev-parse", "HEAD");
        lab.Git.Commit("more", ("c.cs", "c\n"));
        lab.Git.Publish("main", ":incident/1");

        var merged = await lab.Host.GetAsync(lab.Service, 1, Token);

        Assert.Equal((HostedState.Merged, "git", head), (merged.State, merged.ClosedBy, merged.MergeCommit));
    }

    [Fact]
    public async Task A_deleted_branch_closes_its_request()
    {
        await lab.OpenAsync("incident/1", "one", ("a.cs", "one\n"));
        lab.Git.Publish(":incident/1");

        var closed = await lab.Host.GetAsync(lab.Service, 1, Token);
        var answer = await lab.Host.Review.MergeAsync(1, null, "Ada", Token);

        Assert.Equal((HostedState.Closed, "git"), (closed.State, closed.ClosedBy));
        Assert.Contains("no longer exists", Assert.Single(await lab.Records.CommentsAsync(1, Token)).Markdown, StringComparison.Ordinal);
        Assert.False(answer.Done);
        Assert.Contains("closed already, by git", answer.Says, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_branch_that_grows_is_followed_and_one_that_is_rewritten_is_told_of()
    {
        await lab.OpenAsync("incident/1", "one", ("a.cs", "one\n"));
        GitLab.Git(lab.Git.Tree, "checkout", "--quiet", "incident/1");
        var grown = lab.Git.Commit("more", ("b.cs", "b\n"));
        lab.Git.Publish("incident/1");

        Assert.Equal(grown, (await lab.Host.GetAsync(lab.Service, 1, Token)).Head);
        Assert.Empty(await lab.Records.CommentsAsync(1, Token));

        GitLab.Git(lab.Git.Tree, "reset", "--quiet", "--hard", "main");
        var rewritten = lab.Git.Commit("other", ("b.cs", "b\n"));
        lab.Git.Publish("incident/1");
        Assert.Equal(rewritten, (await lab.Host.GetAsync(lab.Service, 1, Token)).Head);
        Assert.Contains("was rewritten", Assert.Single(await lab.Records.CommentsAsync(1, Token)).Markdown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_elsewhere_is_refused_whole()
    {
        var far = lab.Service with { Repository = new RepositoryLocation("http://127.0.0.1:1/x.git") };

        await Assert.ThrowsAsync<RepositoryException>(() => lab.Host.OpenDraftAsync(far, LocalLab.Draft("incident/1", "x"), Token));
        var refused = await Assert.ThrowsAsync<RepositoryException>(() => lab.Git.Repositories.MergeAsync(far, "0123456789", "main", "x", Token));

        Assert.Contains("not on this machine", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose() => lab.Dispose();
}
