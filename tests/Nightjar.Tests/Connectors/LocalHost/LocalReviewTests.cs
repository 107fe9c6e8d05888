using System.Diagnostics;
using Nightjar.Core.Proposal;
using Nightjar.Tests.Connectors.Git;

namespace Nightjar.Tests.Connectors.LocalHost;

public sealed class LocalReviewTests : IDisposable
{
    private readonly LocalLab lab = new();

    public LocalReviewTests() => lab.Git.Commit("first", ("a.cs", "1\n2\n3\n4\n5\n"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Main => GitLab.Git(lab.Git.Real, "rev-parse", "main");

    [Fact]
    public async Task A_merge_moves_the_base_by_a_merge_commit_that_names_the_request()
    {
        var request = await lab.OpenAsync("incident/1", "Revert \"x\"; rm -rf / $(touch y)", ("a.cs", "one\n"));
        lab.Git.Commit("meanwhile", ("b.cs", "b\n"));
        lab.Git.Publish();
        var before = Main;

        Assert.Contains("+one", await lab.Host.Review.DiffAsync(request, Token), StringComparison.Ordinal);
        Assert.DoesNotContain("b.cs", await lab.Host.Review.DiffAsync(request, Token), StringComparison.Ordinal);
        Assert.Equal(["fix"], (await lab.Host.Review.CommitsAsync(request, Token)).Select(c => c.Subject));
        var answer = await lab.Host.Review.MergeAsync(1, null, "Ada\nL", Token);

        Assert.True(answer.Done, answer.Says);
        Assert.Equal(Main, answer.MergeCommit);
        Assert.Equal($"{before} {request.Head}", GitLab.Git(lab.Git.Real, "log", "-1", "--format=%P", "main"));
        Assert.Equal("Merge pull request #1: Revert \"x\"; rm -rf / $(touch y)\n\nMerged by Ada L on the local host.", GitLab.Git(lab.Git.Real, "log", "-1", "--format=%B", "main").TrimEnd('\n'));
        var merged = await lab.Host.GetAsync(lab.Service, 1, Token);
        Assert.Equal((HostedState.Merged, "Ada L", answer.MergeCommit), (merged.State, merged.ClosedBy, merged.MergeCommit));
        Assert.Contains("+one", await lab.Host.Review.DiffAsync(merged, Token), StringComparison.Ordinal);
        Assert.Equal(["fix"], (await lab.Host.Review.CommitsAsync(merged, Token)).Select(c => c.Subject));
    }

    [Fact]
    public async Task A_conflict_is_told_with_its_files_and_changes_nothing()
    {
        await lab.OpenAsync("incident/1", "one", ("a.cs", "one\n"));
        lab.Git.Commit("meanwhile", ("a.cs", "two\n"));
        lab.Git.Publish();
        var before = GitLab.Git(lab.Git.Real, "for-each-ref");

        var answer = await lab.Host.Review.MergeAsync(1, null, "Ada", Token);

        Assert.False(answer.Done);
        Assert.Contains("conflicts with main in a.cs", answer.Says, StringComparison.Ordinal);
        Assert.Equal(before, GitLab.Git(lab.Git.Real, "for-each-ref"));
        Assert.Equal(HostedState.Open, (await lab.Host.GetAsync(lab.Service, 1, Token)).State);
        Assert.Empty(Directory.GetDirectories(Path.Combine(lab.Git.State, "clones")));
    }

    [Fact]
    public async Task Of_two_people_who_press_at_once_one_wins_and_the_other_is_told()
    {
        await lab.OpenAsync("incident/1", "one", ("a.cs", "one\n"));
        var review = lab.Host.Review;

        var answers = await Task.WhenAll(review.MergeAsync(1, null, "Ada", Token), review.MergeAsync(1, null, "Bob", Token), review.CloseAsync(1, "Cid", Token));

        var winner = Assert.Single(answers, a => a.Done);
        Assert.All(answers.Where(a => a != winner), a => Assert.Contains("already, by", a.Says, StringComparison.Ordinal));
        Assert.Equal(1, answers.Count(a => a.MergeCommit is not null && a.Done) + (await lab.Host.GetAsync(lab.Service, 1, Token)).State switch { HostedState.Closed => 1, _ => 0 });
    }

    [Fact]
    public async Task A_closed_request_stays_closed_and_its_branch_stays()
    {
        await lab.OpenAsync("incident/1", "one", ("a.cs", "one\n"));

        var closed = await lab.Host.Review.CloseAsync(1, "Ada", Token);
        var merge = await lab.Host.Review.MergeAsync(1, null, "Bob", Token);

        Assert.True(closed.Done);
        Assert.Contains("closed already, by Ada", merge.Says, StringComparison.Ordinal);
        Assert.NotNull(await lab.Git.Repositories.HeadOfAsync(lab.Service, "incident/1", Token));
        Assert.Null(await lab.Host.FindAsync(lab.Service, "incident/1", Token));
        Assert.Contains("no request #9", (await lab.Host.Review.MergeAsync(9, null, "Bob", Token)).Says, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_rewritten_unseen_is_not_merged_at_the_first_press()
    {
        await lab.OpenAsync("incident/1", "one", ("a.cs", "one\n"));
        GitLab.Git(lab.Git.Tree, "checkout", "--quiet", "-B", "incident/1", "main");
        lab.Git.Commit("swapped", ("a.cs", "evil\n"));
        lab.Git.Publish("incident/1");
        var before = Main;

        var first = await lab.Host.Review.MergeAsync(1, null, "Ada", Token);
        Assert.Equal(before, Main);
        var second = await lab.Host.Review.MergeAsync(1, null, "Ada", Token);

        Assert.False(first.Done);
        Assert.Contains("was rewritten", first.Says, StringComparison.Ordinal);
        Assert.True(second.Done, second.Says);
    }

    [Fact]
    public async Task What_was_seen_is_what_is_merged()
    {
        var seen = await lab.OpenAsync("incident/1", "one", ("a.cs", "one\n"));
        GitLab.Git(lab.Git.Tree, "checkout", "--quiet", "incident/1");
        lab.Git.Commit("more", ("b.cs", "more\n"));
        lab.Git.Publish("incident/1");
        var pushed = GitLab.Git(lab.Git.Real, "rev-parse", "incident/1");
        var before = Main;

        var stale = await lab.Host.Review.MergeAsync(1, seen.Head, "Ada", Token);
        Assert.Equal(before, Main);
        var fresh = await lab.Host.Review.MergeAsync(1, pushed, "Ada", Token);

        Assert.False(stale.Done);
        Assert.Contains($"it is at {pushed[..8]} now", stale.Says, StringComparison.Ordinal);
        Assert.True(fresh.Done, fresh.Says);
        Assert.Equal($"{before} {pushed}", GitLab.Git(lab.Git.Real, "log", "-1", "--format=%P", "main"));
    }

    [Fact]
    public async Task A_rewrite_that_was_seen_is_merged_at_the_first_press()
    {
        await lab.OpenAsync("incident/1", "one", ("a.cs", "one\n"));
        GitLab.Git(lab.Git.Tree, "checkout", "--quiet", "-B", "incident/1", "main");
        lab.Git.Commit("better", ("a.cs", "better\n"));
        lab.Git.Publish("incident/1");

        var answer = await lab.Host.Review.MergeAsync(1, GitLab.Git(lab.Git.Real, "rev-parse", "incident/1"), "Ada", Token);

        Assert.True(answer.Done, answer.Says);
    }

    [Fact]
    public async Task A_base_that_a_person_has_checked_out_is_merged_by_the_command_we_name()
    {
        using var own = new LocalLab(bare: false);
        own.Git.Commit("first", ("a.cs", "1\n"));
        await own.OpenAsync("incident/it's", "It's \"x\"; touch hacked", ("a.cs", "one\n"));
        File.WriteAllText(Path.Combine(own.Git.Tree, "mine.txt"), "unsaved\n");

        var answer = await own.Host.Review.MergeAsync(1, null, "Ada", Token);

        Assert.False(answer.Done);
        Assert.Equal("1\n", File.ReadAllText(Path.Combine(own.Git.Tree, "a.cs")));
        var command = answer.Says[answer.Says.IndexOf("git -C", StringComparison.Ordinal)..];
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=a@b {command}"]) { RedirectStandardOutput = true });
        await (shell?.WaitForExitAsync(Token) ?? Task.CompletedTask);

        var merged = await own.Host.GetAsync(own.Service, 1, Token);
        Assert.Equal((HostedState.Merged, "git"), (merged.State, merged.ClosedBy));
        Assert.Equal("Merge pull request #1: It's \"x\"; touch hacked", GitLab.Git(own.Git.Tree, "log", "-1", "--format=%s", merged.MergeCommit ?? ""));
        Assert.True(File.Exists(Path.Combine(own.Git.Tree, "mine.txt")));
    }

    [Fact]
    public async Task A_large_diff_is_cut_and_says_so()
    {
        var request = await lab.OpenAsync("incident/1", "one", ("big.txt", string.Join('\n', Enumerable.Repeat("line of some length", 100_000))));

        var diff = await lab.Host.Review.DiffAsync(request, Token);

        Assert.InRange(diff.Length, 1_000_000, 1_100_000);
        Assert.EndsWith("[the diff is longer than 1 MB and was cut here]\n", diff, StringComparison.Ordinal);
    }

    public void Dispose() => lab.Dispose();
}
