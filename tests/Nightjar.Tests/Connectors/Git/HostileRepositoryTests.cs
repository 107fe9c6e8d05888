using Nightjar.Core.Investigation;

namespace Nightjar.Tests.Connectors.Git;

/// <summary>Whoever wrote the repository, or the files of a clone, wants something of theirs to be run.</summary>
public sealed class HostileRepositoryTests : IDisposable
{
    private static readonly string[] Hooks =
    [
        "post-checkout", "pre-commit", "commit-msg", "post-commit", "prepare-commit-msg", "pre-push", "reference-transaction", "post-index-change",
        "pre-receive", "update", "post-receive", "post-update", "proc-receive", "push-to-checkout", "pre-merge-commit", "post-merge", "fsmonitor-watchman",
    ];

    private static readonly string[] Refused =
    [
        "", "-", "--upload-pack=touch hacked", "-rf", "a\nb", "a b", "../main", "a..b", "a/../b", "@{-1}", "main@{1}", "HEAD", "a~1", "a:b", "a*", "/a", "a.lock", "\"; rm -rf / #",
    ];

    private readonly GitLab lab = new(bare: true);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Hooks_and_commands_in_its_configuration_are_not_run(bool elsewhere)
    {
        lab.Commit("first", ("a.cs", "one\n"), (".gitattributes", "* filter=evil diff=evil merge=evil\n"));
        lab.Publish();
        Poison(lab.Real, elsewhere);

        await UseAsync();

        Assert.False(File.Exists(lab.Marker));
        Assert.NotNull(await lab.Repositories.HeadOfAsync(lab.Service, "incident/1", Token));
    }

    [Fact]
    public void The_same_configuration_does_run_commands_for_an_unguarded_git()
    {
        lab.Commit("first", ("a.cs", "one\n"));
        lab.Publish();
        Poison(lab.Real, elsewhere: true);

        lab.Commit("second", ("a.cs", "two\n"));
        try
        {
            lab.Publish();
        }
        catch (InvalidOperationException)
        {
            // The poisoned hooks may well refuse; only that they ran matters.
        }

        Assert.True(File.Exists(lab.Marker));
    }

    [Fact]
    public async Task Configuration_that_an_agent_plants_in_the_clone_is_not_heeded()
    {
        lab.Commit("first", ("a.cs", "one\n"));
        lab.Publish();
        await using var clone = await lab.Repositories.CloneAsync(lab.Service, "incident/1", Token);
        File.Delete(Path.Combine(clone.Path, ".git"));
        GitLab.Git(clone.Path, "init", "--quiet");
        Poison(Path.Combine(clone.Path, ".git"), elsewhere: false);
        var nested = Path.Combine(clone.Path, "sub");
        GitLab.Git(lab.Root, "clone", "--quiet", lab.Real, nested);
        Poison(Path.Combine(nested, ".git"), elsewhere: false);
        File.WriteAllText(Path.Combine(clone.Path, ".gitmodules"), "[submodule \"sub\"]\n\tpath = sub\n\turl = ext::touch% hacked\n\tignore = none\n\tupdate = !touch hacked\n");
        await clone.WriteAsync(".gitattributes", "* filter=evil\n", Token);

        Assert.Contains("sub/a.cs", (await clone.ChangedFilesAsync(Token)).Select(f => f.Path));
        await clone.CommitAsync("planted", lab.Clock.GetUtcNow(), false, Token);
        await clone.PushAsync(null, Token);
        await clone.ResetAsync(Token);

        Assert.False(File.Exists(lab.Marker));
    }

    [Fact]
    public async Task Submodules_and_links_of_the_repository_are_left_alone()
    {
        lab.Commit("first", ("a.cs", "one\n"));
        File.WriteAllText(Path.Combine(lab.Tree, ".gitmodules"), $"[submodule \"evil\"]\n\tpath = evil\n\turl = ext::sh -c touch% {lab.Marker}\n\tupdate = !touch {lab.Marker}\n");
        File.CreateSymbolicLink(Path.Combine(lab.Tree, "outside"), lab.Root);
        GitLab.Git(lab.Tree, "update-index", "--add", "--cacheinfo", $"160000,{GitLab.Git(lab.Tree, "rev-parse", "HEAD")},evil");
        GitLab.Git(lab.Tree, "add", ".gitmodules", "outside");
        lab.CommitIndex("submodule");
        lab.Publish();

        await UseAsync();

        Assert.False(File.Exists(lab.Marker));
        Assert.True(Directory.Exists(lab.State));
        await using var clone = await lab.Repositories.CloneAsync(lab.Service, "incident/2", Token);
        Assert.Empty(await clone.ChangedFilesAsync(Token));
        Assert.DoesNotContain("evil", await (await lab.Repositories.SnapshotAsync(lab.Service, Token)).FilesAsync(Token));
    }

    [Fact]
    public async Task No_clone_holds_the_address_of_the_real_repository()
    {
        lab.Commit("first", ("a.cs", "one\n"));
        lab.Publish();
        await using var clone = await lab.Repositories.CloneAsync(lab.Service, "incident/1", Token);
        var folder = Path.GetDirectoryName(clone.Path) ?? "";

        Assert.DoesNotContain(Directory.GetFiles(folder, "*", SearchOption.AllDirectories), f => File.ReadAllText(f).Contains(lab.Real, StringComparison.Ordinal));
        var address = Assert.Single(Directory.GetFiles(Path.Combine(lab.State, "mirrors"), "*.remote"));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(address) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Fact]
    public async Task A_name_that_git_would_not_take_for_a_branch_is_refused()
    {
        lab.Commit("first", ("a.cs", "one\n"));
        lab.Publish();

        foreach (var branch in Refused)
        {
            await Assert.ThrowsAsync<RepositoryException>(() => lab.Repositories.CloneAsync(lab.Service, branch, Token));
            await Assert.ThrowsAsync<RepositoryException>(() => lab.Repositories.HeadOfAsync(lab.Service, branch, Token));
            Assert.False(await lab.Repositories.IsPartOfAsync(lab.Service, "0123456789", branch, Token));
            await Assert.ThrowsAsync<RepositoryException>(() => lab.Repositories.SnapshotAsync(lab.Service with { Repository = new(lab.Real, branch) }, Token));
        }
    }

    [Fact]
    public async Task A_strange_name_that_a_branch_can_have_is_only_a_name()
    {
        lab.Commit("first", ("a.cs", "one\n"));
        lab.Publish();
        foreach (var branch in (string[])["incident/a;rm", "incident/$(touch_hacked)", "incident/'\"`x`", "incident/ünï"])
        {
            await using var clone = await lab.Repositories.CloneAsync(lab.Service, branch, Token);
            var commit = await clone.CommitAsync("x", lab.Clock.GetUtcNow(), true, Token);
            await clone.PushAsync(null, Token);
            Assert.Equal(commit, await lab.Repositories.HeadOfAsync(lab.Service, branch, Token));
        }
    }

    public void Dispose() => lab.Dispose();

    private async Task UseAsync()
    {
        var code = await lab.Repositories.SnapshotAsync(lab.Service, Token);
        await code.BlameAsync("a.cs", 1, 1, Token);
        await code.PatchAsync(code.Commit, Token);
        await using var clone = await lab.Repositories.CloneAsync(lab.Service, "incident/1", Token);
        await clone.WriteAsync("a.cs", "two\n", Token);
        await clone.DiffAsync(Token);
        await clone.CommitAsync("fix", lab.Clock.GetUtcNow(), false, Token);
        await clone.TryRevertAsync(await clone.HeadAsync(Token), Token);
        await clone.ResetAsync(Token);
        await clone.PushAsync(null, Token);
        Assert.Empty(await lab.Repositories.CheckAsync(lab.Service, Token));
    }

    private void Poison(string gitFolder, bool elsewhere)
    {
        var command = lab.Script("evil.sh", $"touch '{lab.Marker}'");
        var hooks = elsewhere ? Path.Combine(lab.Root, "evil hooks") : Path.Combine(gitFolder, "hooks");
        Directory.CreateDirectory(hooks);
        foreach (var hook in Hooks)
        {
            File.Copy(command, Path.Combine(hooks, hook), overwrite: true);
        }

        if (elsewhere)
        {
            GitLab.Git(gitFolder, "config", "core.hooksPath", hooks);
        }

        Directory.CreateDirectory(Path.Combine(gitFolder, "objects", "info"));
        File.WriteAllText(Path.Combine(gitFolder, "objects", "info", "alternates"), $"{Path.Combine(lab.Tree, ".git", "objects")}\n");
        foreach (var key in (string[])["core.fsmonitor", "core.alternateRefsCommand", "core.pager", "core.editor", "core.sshCommand", "core.gitProxy", "diff.external",
            "diff.evil.command", "diff.evil.textconv", "merge.evil.driver", "filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "uploadpack.packObjectsHook",
            "credential.helper", "gpg.program", "remote.real.receivepack", "remote.real.uploadpack", "alias.receive-pack"])
        {
            GitLab.Git(gitFolder, "config", key, command);
        }

        GitLab.Git(gitFolder, "config", "commit.gpgSign", "true");
    }
}
