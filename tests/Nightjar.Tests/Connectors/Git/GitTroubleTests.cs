using System.Diagnostics;
using System.Globalization;
using Nightjar.Connectors.Git;
using Nightjar.Core.Investigation;
using Nightjar.Core.Services;

namespace Nightjar.Tests.Connectors.Git;

public sealed class GitTroubleTests : IDisposable
{
    private readonly GitLab lab = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_missing_base_branch_is_answered_with_those_that_exist()
    {
        var empty = await ProblemAsync(lab.Service);
        lab.Commit("first", ("a.cs", "one\n"));
        GitLab.Git(lab.Tree, "branch", "develop");
        var missing = await ProblemAsync(lab.Service with { Repository = new(lab.Tree, "master") });

        Assert.Contains("no branches yet", empty, StringComparison.Ordinal);
        Assert.Contains("no branch master (it has develop, main)", missing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_that_cannot_be_one_is_told_apart()
    {
        var plain = Path.Combine(lab.Root, "plain");
        Directory.CreateDirectory(plain);

        Assert.Contains("has no repository", await ProblemAsync(lab.Service with { Repository = null }), StringComparison.Ordinal);
        Assert.Contains("There is no folder", await ProblemAsync(At(Path.Combine(lab.Root, "absent"))), StringComparison.Ordinal);
        Assert.Contains("not a git repository", await ProblemAsync(At(plain)), StringComparison.Ordinal);
        Assert.Contains("nothing answers there", await ProblemAsync(At("http://user:secret@127.0.0.1:1/x.git")), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", await ProblemAsync(At("http://user:secret@127.0.0.1:1/x.git")), StringComparison.Ordinal);
        Assert.Contains("neither a folder nor a URL", await ProblemAsync(At("ext::sh -c touch% hacked")), StringComparison.Ordinal);
        Assert.Contains("neither a folder nor a URL", await ProblemAsync(At("--upload-pack=x")), StringComparison.Ordinal);
        Assert.Contains("git refuses this kind of address", await ProblemAsync(At("ext://x")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo git version 2.20.1", "2.20.1 is too old")]
    [InlineData("echo nonsense", "did not name a version")]
    [InlineData("exit 3", "cannot be run")]
    public async Task A_git_that_will_not_do_is_named(string script, string says)
    {
        using var other = new GitLab(program: lab.Script("git", script));

        var problem = Assert.Single(await other.Repositories.CheckAsync(other.Service, Token));

        Assert.Contains(says, problem, StringComparison.Ordinal);
        Assert.Contains("2.30", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_git_is_named()
    {
        using var other = new GitLab(program: "no-such-git-anywhere");

        Assert.Contains("Install git 2.30 or newer", Assert.Single(await other.Repositories.CheckAsync(other.Service, Token)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sound_repository_passes_the_check_and_is_not_changed_by_it()
    {
        lab.Commit("first", ("a.cs", "one\n"));
        var before = GitLab.Git(lab.Tree, "for-each-ref");

        Assert.Empty(await lab.Repositories.CheckAsync(lab.Service, Token));
        Assert.Equal(before, GitLab.Git(lab.Tree, "for-each-ref"));
    }

    [Fact]
    public async Task A_lock_that_a_killed_git_left_in_our_mirror_does_not_stop_us_for_ever()
    {
        lab.Commit("first", ("a.cs", "one\n"));
        await lab.Repositories.SnapshotAsync(lab.Service, Token);
        var second = lab.Commit("second", ("a.cs", "two\n"));
        var mirror = Directory.GetDirectories(Path.Combine(lab.State, "mirrors")).Single();
        var left = Path.Combine(mirror, "refs", "heads", "main.lock");
        await File.WriteAllTextAsync(left, "", Token);

        await Assert.ThrowsAsync<RepositoryException>(() => lab.Repositories.SnapshotAsync(lab.Service, Token));
        File.SetLastWriteTimeUtc(left, File.GetLastWriteTimeUtc(left).AddMinutes(-5));

        Assert.Equal(second, (await lab.Repositories.SnapshotAsync(lab.Service, Token)).Commit);
    }

    [Fact]
    public async Task Cancelling_kills_git_and_its_children()
    {
        var pids = Path.Combine(lab.Root, "pids");
        var git = new GitCommand(lab.Script("git", $"[ \"$11\" = version ] && echo git version 2.40.0 && exit\nfor a; do [ \"$a\" = version ] && echo git version 2.40.0 && exit; done\nsleep 300 &\necho $! $$ > '{pids}.new'\nmv '{pids}.new' '{pids}'\nwait"), Path.Combine(lab.Root, "home"));
        await git.VersionAsync(Token);
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var seen = new TaskCompletionSource();
        using var watcher = new FileSystemWatcher(lab.Root) { EnableRaisingEvents = true };
        watcher.Renamed += (_, e) => seen.TrySetResult();

        var run = git.RunAsync(new GitCall("fetch"), cancel.Token);
        await seen.Task.WaitAsync(TimeSpan.FromSeconds(20), Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        // The kernel has been told; it ends them when they next run.
        Assert.All((await File.ReadAllTextAsync(pids, Token)).Trim().Split(' '), pid => Assert.True(SpinWait.SpinUntil(() => !IsAlive(int.Parse(pid, CultureInfo.InvariantCulture)), TimeSpan.FromSeconds(10))));
    }

    [Fact]
    public async Task Output_past_its_limit_is_cut_or_an_error_and_a_slow_program_is_stopped()
    {
        var git = new GitCommand(lab.Script("git", "for a; do case $a in version) echo git version 2.40.0; exit;; slow) sleep 300;; esac; done\nyes"), Path.Combine(lab.Root, "home"));

        var cut = await git.RunAsync(new GitCall("many") { MostOutput = 1_000, MayCut = true }, Token);

        Assert.Equal((1_000, true), (cut.Text.Length, cut.Cut));
        await Assert.ThrowsAsync<GitException>(() => git.RunAsync(new GitCall("many") { MostOutput = 1_000 }, Token));
        var late = await Assert.ThrowsAsync<GitException>(() => git.RunAsync(new GitCall("slow") { Timeout = TimeSpan.FromMilliseconds(200) }, Token));
        Assert.Contains("did not end within", late.Message, StringComparison.Ordinal);
    }

    public void Dispose() => lab.Dispose();

    private static bool IsAlive(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            // A killed orphan may linger as a zombie where nothing reaps it.
            return !File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is ArgumentException or IOException)
        {
            return false;
        }
    }

    private Service At(string path) => lab.Service with { Repository = new RepositoryLocation(path) };

    private async Task<string> ProblemAsync(Service service)
    {
        var thrown = await Assert.ThrowsAsync<RepositoryException>(() => lab.Repositories.SnapshotAsync(service, Token));
        Assert.Equal([thrown.Message], await lab.Repositories.CheckAsync(service, Token));
        return thrown.Message;
    }
}
