using Nightjar.Core.Investigation;

namespace Nightjar.Tests.Connectors.Git;

public sealed class PrivateCloneTests : IDisposable
{
    private readonly GitLab lab = new(bare: true);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_branch_begins_at_the_base_and_an_existing_one_where_it_is()
    {
        var @base = lab.Commit("first", ("a.cs", "one\n"));
        GitLab.Git(lab.Tree, "checkout", "--quiet", "-b", "incident/old");
        var old = lab.Commit("second", ("a.cs", "two\n"));
        lab.Publish("main", "incident/old");

        await using var fresh = await lab.Repositories.CloneAsync(lab.Service, "incident/new", Token);
        await using var existing = await lab.Repositories.CloneAsync(lab.Service, "incident/old", Token);

        Assert.Equal(@base, await fresh.HeadAsync(Token));
        Assert.Equal(old, await existing.HeadAsync(Token));
        Assert.Equal("two\n", File.ReadAllText(Path.Combine(existing.Path, "a.cs")));
    }

    [Fact]
    public async Task What_was_written_is_shown_committed_and_pushed()
    {
        lab.Commit("first", ("a.cs", "one\n"), (".gitignore", "bin/\n"));
        lab.Publish();
        const string Message = "--amend \"quoted\"; $(rm -rf /)\n\n# kept\nSecond line\0";
        await using var clone = await lab.Repositories.CloneAsync(lab.Service, "incident/1", Token);
        await clone.WriteAsync("a.cs", "two\n", Token);
        await clone.WriteAsync("docs/-x \"y\".md", "report\n", Token);
        await clone.WriteAsync("bin/ignored", "x", Token);

        Assert.Equal(["a.cs", "docs/-x \"y\".md"], (await clone.ChangedFilesAsync(Token)).Select(f => f.Path));
        Assert.Contains("+report", await clone.DiffAsync(Token), StringComparison.Ordinal);
        var commit = await clone.CommitAsync(Message, lab.Clock.GetUtcNow(), false, Token);
        await clone.PushAsync(null, Token);
        await clone.PushAsync(null, Token);

        Assert.Equal(commit, await lab.Repositories.HeadOfAsync(lab.Service, "incident/1", Token));
        Assert.Equal("--amend \"quoted\"; $(rm -rf /)\n\n# kept\nSecond line\uFFFD", GitLab.Git(lab.Real, "log", "-1", "--format=%B", "incident/1").TrimEnd('\n'));
        Assert.Equal($"Nightjar <nightjar@localhost> {lab.Clock.Now.ToUnixTimeSeconds()}", GitLab.Git(lab.Real, "log", "-1", "--format=%cn <%ce> %ct", "incident/1"));
        Assert.Empty(await clone.DiffAsync(Token));
        await Assert.ThrowsAsync<InvalidOperationException>(() => clone.CommitAsync("nothing", lab.Clock.GetUtcNow(), false, Token));
        Assert.NotEqual(commit, await clone.CommitAsync("nothing", lab.Clock.GetUtcNow(), true, Token));
    }

    [Fact]
    public async Task A_branch_that_moved_is_not_overwritten()
    {
        var @base = lab.Commit("first", ("a.cs", "one\n"));
        lab.Publish();
        await using var mine = await lab.Repositories.CloneAsync(lab.Service, "incident/1", Token);
        var pushed = await mine.CommitAsync("mine", lab.Clock.GetUtcNow(), true, Token);
        await Assert.ThrowsAsync<BranchMovedException>(() => mine.PushAsync(@base, Token));
        await mine.PushAsync(null, Token);
        GitLab.Git(lab.Tree, "checkout", "--quiet", "-b", "incident/1");
        var other = lab.Commit("somebody else", ("b.cs", "x\n"));
        lab.Publish("incident/1");
        await mine.CommitAsync("mine again", lab.Clock.GetUtcNow(), true, Token);

        var moved = await Assert.ThrowsAsync<BranchMovedException>(() => mine.PushAsync(pushed, Token));
        await Assert.ThrowsAsync<BranchMovedException>(() => mine.PushAsync(null, Token));
        await Assert.ThrowsAsync<RepositoryException>(() => mine.PushAsync(other, Token));

        Assert.Contains(other, moved.Message, StringComparison.Ordinal);
        Assert.Equal(other, GitLab.Git(lab.Real, "rev-parse", "incident/1"));
    }

    [Fact]
    public async Task The_base_branch_and_one_that_a_person_has_checked_out_are_not_pushed()
    {
        lab.Commit("first", ("a.cs", "one\n"));
        lab.Publish();
        await using (var clone = await lab.Repositories.CloneAsync(lab.Service, "main", Token))
        {
            var before = await clone.HeadAsync(Token);
            await clone.CommitAsync("x", lab.Clock.GetUtcNow(), true, Token);
            Assert.Contains("base branch", (await Assert.ThrowsAsync<RepositoryException>(() => clone.PushAsync(before, Token))).Message, StringComparison.Ordinal);
        }

        GitLab.Git(lab.Tree, "checkout", "--quiet", "-b", "incident/1");
        GitLab.Git(lab.Tree, "config", "receive.denyCurrentBranch", "updateInstead");
        await using (var clone = await lab.Repositories.CloneAsync(lab.Service with { Repository = new(lab.Tree) }, "incident/1", Token))
        {
            var before = await clone.HeadAsync(Token);
            await clone.WriteAsync("a.cs", "changed\n", Token);
            await clone.CommitAsync("x", lab.Clock.GetUtcNow(), false, Token);
            Assert.Contains("checked out there", (await Assert.ThrowsAsync<RepositoryException>(() => clone.PushAsync(before, Token))).Message, StringComparison.Ordinal);
        }

        Assert.Equal("one\n", File.ReadAllText(Path.Combine(lab.Tree, "a.cs")));
    }

    [Fact]
    public async Task A_revert_applies_or_leaves_the_tree_clean()
    {
        lab.Commit("first", ("a.cs", "1\n2\n3\n4\n5\n6\n7\n8\n9\n"), ("b.cs", "x\n"));
        var clean = lab.Commit("clean", ("b.cs", "y\n"));
        var clash = lab.Commit("clash", ("a.cs", "1\n2\nthree\n4\n5\n6\n7\n8\n9\n"));
        lab.Commit("over it", ("a.cs", "1\n2\nthird\n4\n5\n6\n7\n8\n9\n"));
        var undone = lab.Commit("undone", ("c.cs", "c\n"));
        GitLab.Git(lab.Tree, "rm", "--quiet", "c.cs");
        lab.CommitIndex("undo");
        GitLab.Git(lab.Tree, "checkout", "--quiet", "-b", "side");
        var side = lab.Commit("side", ("d.cs", "d\n"));
        GitLab.Git(lab.Tree, "checkout", "--quiet", "main");
        GitLab.Git(lab.Tree, "merge", "--quiet", "--no-ff", "--no-edit", "side");
        var merge = GitLab.Git(lab.Tree, "rev-parse", "HEAD");
        GitLab.Git(lab.Tree, "checkout", "--quiet", "-b", "elsewhere", clean);
        var elsewhere = lab.Commit("elsewhere", ("e.cs", "e\n"));
        lab.Publish("main", "elsewhere");
        await using var clone = await lab.Repositories.CloneAsync(lab.Service, "incident/1", Token);

        foreach (var sha in (string[])[clash, undone, merge, elsewhere, "0123456789abcdef0123456789abcdef01234567", "--help", "HEAD", ""])
        {
            Assert.False(await clone.TryRevertAsync(sha, Token), sha);
            Assert.Empty(await clone.DiffAsync(Token));
        }

        Assert.True(await clone.TryRevertAsync(clean, Token));
        Assert.Equal([new FileChange("b.cs", 1, 1) { Size = new FileInfo(Path.Combine(clone.Path, "b.cs")).Length }], await clone.ChangedFilesAsync(Token));
        await clone.ResetAsync(Token);
        Assert.Empty(await clone.ChangedFilesAsync(Token));
        Assert.True(await clone.TryRevertAsync(side, Token));
        await clone.CommitAsync("Revert \"side\"", lab.Clock.GetUtcNow(), false, Token);
        Assert.False(File.Exists(Path.Combine(clone.Path, "d.cs")));
        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(clone.Path) ?? "", "git", "REVERT_HEAD")));
    }

    [Fact]
    public async Task Nothing_is_written_outside_of_the_clone()
    {
        File.CreateSymbolicLink(Path.Combine(lab.Tree, "out"), lab.Root);
        File.CreateSymbolicLink(Path.Combine(lab.Tree, "file"), lab.Marker);
        lab.Commit("links", ("a.cs", "one\n"));
        lab.Publish();
        await using var clone = await lab.Repositories.CloneAsync(lab.Service, "incident/1", Token);

        foreach (var path in (string[])["../x", "/etc/x", "a/../../x", ".git/config", "sub/.GIT/hooks/x", ".git./x", "a//b", "a\nb", "a\\..\\b", "", "out/x", "file"])
        {
            await Assert.ThrowsAsync<RepositoryException>(() => clone.WriteAsync(path, "x", Token));
        }

        Assert.False(File.Exists(lab.Marker));
        Assert.False(File.Exists(Path.Combine(lab.Root, "x")));
        Assert.Empty(await clone.DiffAsync(Token));
    }

    [Fact]
    public async Task A_clone_goes_when_it_is_let_go_and_a_left_behind_one_after_its_time()
    {
        lab.Commit("first", ("a.cs", "one\n"));
        lab.Publish();
        var clones = Path.Combine(lab.State, "clones");
        var clone = await lab.Repositories.CloneAsync(lab.Service, "incident/1", Token);
        Directory.CreateDirectory(Path.Combine(clones, "not ours"));

        Assert.Equal(0, lab.Repositories.PruneClones(TimeSpan.FromHours(1)));
        lab.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(1, lab.Repositories.PruneClones(TimeSpan.FromHours(1)));
        Assert.Equal([Path.Combine(clones, "not ours")], Directory.GetDirectories(clones));
        await clone.DisposeAsync();

        clone = await lab.Repositories.CloneAsync(lab.Service, "incident/1", Token);
        await clone.DisposeAsync();
        Assert.False(Directory.Exists(clone.Path));
        Assert.Single(Directory.GetDirectories(clones));
    }

    public void Dispose() => lab.Dispose();
}
