using System.Globalization;
using Nightjar.Core.Investigation;

namespace Nightjar.Tests.Connectors.Git;

public sealed class GitSnapshotTests : IDisposable
{
    private const string Hostile = "we\"ird\n'$(touch hacked)'; rm -rf x";

    private readonly GitLab lab = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_file_is_listed_and_read_whatever_its_name_is()
    {
        var commit = lab.Commit("first", ("src/a.cs", "one\ntwo\n"), (Hostile, "x\n"), ("-rf", "dash\n"), ("ünï/çödé", "ok\n"));

        var code = await lab.Repositories.SnapshotAsync(lab.Service, Token);

        Assert.Equal(commit, code.Commit);
        Assert.Equal(["-rf", "src/a.cs", Hostile, "ünï/çödé"], (await code.FilesAsync(Token)).Order(StringComparer.Ordinal));
        Assert.Equal("x\n", await code.ReadAsync(Hostile, Token));
        Assert.Equal("dash\n", await code.ReadAsync("-rf", Token));
        Assert.Equal("ok\n", await code.ReadAsync("ünï/çödé", Token));
        Assert.Single(await code.BlameAsync(Hostile, 1, 1, Token));
        Assert.Single(await code.BlameAsync("-rf", 1, 1, Token));
    }

    [Fact]
    public async Task Binary_large_absent_and_linked_files_have_no_text()
    {
        File.CreateSymbolicLink(Path.Combine(lab.Tree, "link"), "/etc/passwd");
        lab.Commit("first", ("binary", "a\0b"), ("large", new string('x', 1024 * 1024 + 1)), ("limit", new string('x', 1024 * 1024)));

        var code = await lab.Repositories.SnapshotAsync(lab.Service, Token);

        Assert.Null(await code.ReadAsync("binary", Token));
        Assert.Null(await code.ReadAsync("large", Token));
        Assert.Null(await code.ReadAsync("link", Token));
        Assert.Null(await code.ReadAsync("../../etc/passwd", Token));
        Assert.Null(await code.ReadAsync("absent", Token));
        Assert.Equal(1024 * 1024, (await code.ReadAsync("limit", Token))?.Length);
    }

    [Fact]
    public async Task Blame_names_who_last_changed_the_lines_and_looks_through_white_space()
    {
        var first = lab.Commit("first", ("a.cs", "one\ntwo\nthree\n"));
        var second = lab.Commit("second", ("a.cs", "one\nTWO\nthree\n"));
        lab.Commit("indent", ("a.cs", "    one\n    TWO\n    three\n"));

        var code = await lab.Repositories.SnapshotAsync(lab.Service, Token);

        Assert.Equal([new BlameLine(2, second, "    TWO"), new BlameLine(3, first, "    three")], await code.BlameAsync("a.cs", 2, 3, Token));
        Assert.Equal(2, (await code.BlameAsync("a.cs", 2, 900, Token)).Length);
        Assert.Empty(await code.BlameAsync("a.cs", 900, 901, Token));
        Assert.Empty(await code.BlameAsync("a.cs", 0, 1, Token));
        Assert.Empty(await code.BlameAsync("absent", 1, 1, Token));
    }

    [Fact]
    public async Task History_is_newest_first_without_merges_and_survives_any_name()
    {
        lab.Commit("first", ("a.cs", "1\n2\n3\n4\n5\n6\n"), (Hostile, "x\n"));
        GitLab.Git(lab.Tree, "checkout", "--quiet", "-b", "side");
        GitLab.Git(lab.Tree, "mv", "a.cs", "b.cs");
        lab.Commit("-- \"subject\"; rm -rf /\n\nbody", ("bin", "\0\x01"));
        GitLab.Git(lab.Tree, "checkout", "--quiet", "main");
        lab.Commit("empty");
        GitLab.Git(lab.Tree, "merge", "--quiet", "--no-edit", "side");
        lab.Commit("last", ("b.cs", "1\n2\n3\n4\n5\nsix\nseven\n"));

        var history = await (await lab.Repositories.SnapshotAsync(lab.Service, Token)).HistoryAsync(10, Token);

        Assert.Equal(["last", "empty", "-- \"subject\"; rm -rf /", "first"], history.Select(c => c.Subject));
        Assert.Equal([new FileChange("b.cs", 2, 1)], history[0].Files);
        Assert.Empty(history[1].Files);
        Assert.Equal([new FileChange("b.cs", 0, 0), new FileChange("bin", 0, 0) { IsBinary = true }], history[2].Files.OrderBy(f => f.Path, StringComparer.Ordinal));
        Assert.Contains(new FileChange(Hostile, 1, 0), history[3].Files);
        Assert.Equal(GitLab.Start, history[3].At);
        Assert.Equal("Ada", history[3].Author);
        Assert.Equal(2, (await (await lab.Repositories.SnapshotAsync(lab.Service, Token)).HistoryAsync(2, Token)).Length);
    }

    [Fact]
    public async Task A_patch_is_bounded_and_takes_nothing_but_a_commit()
    {
        var small = lab.Commit("first", ("a.cs", "one\n"));
        var large = lab.Commit("second", ("b.cs", string.Join('\n', Enumerable.Range(0, 60_000).Select(i => i.ToString(CultureInfo.InvariantCulture)))));
        var code = await lab.Repositories.SnapshotAsync(lab.Service, Token);

        Assert.Contains("+one", await code.PatchAsync(small, Token), StringComparison.Ordinal);
        Assert.InRange((await code.PatchAsync(large, Token)).Length, 199_000, 201_000);
        await Assert.ThrowsAsync<RepositoryException>(() => code.PatchAsync("--output=/tmp/x", Token));
        await Assert.ThrowsAsync<RepositoryException>(() => code.PatchAsync("0123456789012345678901234567890123456789", Token));
    }

    [Fact]
    public async Task The_persons_tree_index_and_branch_stay_as_they_are()
    {
        lab.Commit("first", ("a.cs", "one\n"));
        GitLab.Git(lab.Tree, "checkout", "--quiet", "-b", "feature");
        File.WriteAllText(Path.Combine(lab.Tree, "a.cs"), "edited\n");
        File.WriteAllText(Path.Combine(lab.Tree, "new.cs"), "new\n");
        GitLab.Git(lab.Tree, "add", "a.cs");
        var before = State();

        await using (var clone = await lab.Repositories.CloneAsync(lab.Service, "incident/1", Token))
        {
            await clone.WriteAsync("a.cs", "fixed\n", Token);
            await clone.CommitAsync("fix", lab.Clock.GetUtcNow(), false, Token);
            await clone.PushAsync(null, Token);
        }

        Assert.Equal(before, State());
        Assert.NotEmpty(GitLab.Git(lab.Tree, "rev-parse", "--verify", "incident/1"));
    }

    [Fact]
    public async Task What_was_pushed_forced_or_deleted_meanwhile_is_seen()
    {
        lab.Commit("first", ("a.cs", "one\n"));
        GitLab.Git(lab.Tree, "branch", "old");
        var code = await lab.Repositories.SnapshotAsync(lab.Service, Token);
        GitLab.Git(lab.Tree, "branch", "-D", "old");
        GitLab.Git(lab.Tree, "branch", "old/er");
        GitLab.Git(lab.Tree, "checkout", "--quiet", "--orphan", "x");
        var other = lab.Commit("rewritten", ("a.cs", "two\n"));
        GitLab.Git(lab.Tree, "branch", "--force", "main", "x");

        Assert.Equal(other, (await lab.Repositories.SnapshotAsync(lab.Service, Token)).Commit);
        Assert.Equal("one\n", await code.ReadAsync("a.cs", Token));
        Assert.Null(await lab.Repositories.HeadOfAsync(lab.Service, "old", Token));
        Assert.True(await lab.Repositories.IsPartOfAsync(lab.Service, other, other, Token));
        Assert.False(await lab.Repositories.IsPartOfAsync(lab.Service, code.Commit, other, Token));
        Assert.False(await lab.Repositories.IsPartOfAsync(lab.Service, "--all", other, Token));
        Assert.False(await lab.Repositories.IsPartOfAsync(lab.Service, other, "0123456789", Token));
    }

    [Fact]
    public async Task A_shallow_repository_can_be_read_too()
    {
        lab.Commit("first", ("a.cs", "one\n"));
        var head = lab.Commit("second", ("a.cs", "two\n"));
        var shallow = Path.Combine(lab.Root, "shallow");
        GitLab.Git(lab.Root, "clone", "--quiet", "--depth=1", $"file://{lab.Tree}", shallow);
        var service = lab.Service with { Repository = new($"file://{Uri.EscapeDataString(shallow).Replace("%2F", "/", StringComparison.Ordinal)}") };

        Assert.Equal(head, (await lab.Repositories.SnapshotAsync(service, Token)).Commit);
        await using var clone = await lab.Repositories.CloneAsync(service, "incident/1", Token);
        Assert.Equal(head, await clone.HeadAsync(Token));
    }

    public void Dispose() => lab.Dispose();

    private string State() => string.Join('\n',
        GitLab.Git(lab.Tree, "status", "--porcelain=v2", "--branch"),
        File.ReadAllText(Path.Combine(lab.Tree, "a.cs")),
        Convert.ToHexString(File.ReadAllBytes(Path.Combine(lab.Tree, ".git", "index"))));
}
