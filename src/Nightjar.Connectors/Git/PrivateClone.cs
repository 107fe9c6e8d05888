using System.Collections.Immutable;
using System.Globalization;
using Nightjar.Core.Investigation;

namespace Nightjar.Connectors.Git;

/// <summary>
/// A clone of our own. Its files and its git folder lie apart, and every command names both: whoever may write to the files
/// (an agent, a check) cannot plant configuration or hooks that our git would heed. It holds no address and no token.
/// </summary>
internal sealed class PrivateClone(Mirror mirror, string folder, string branch, string baseBranch, TimeProvider clock) : IPrivateClone
{
    private const int LargestDiff = 4 * 1024 * 1024;

    public string Path => System.IO.Path.Combine(folder, "tree");

    public string Branch => branch;

    private string GitDir => System.IO.Path.Combine(folder, "git");

    /// <summary>Fills the folder: the branch where it exists, otherwise a new one from the base branch.</summary>
    public async Task CheckOutAsync(CancellationToken cancellationToken)
    {
        var start = await mirror.HeadAsync(branch, cancellationToken) ?? await mirror.BaseAsync(baseBranch, cancellationToken);
        Directory.CreateDirectory(folder);
        var clone = new GitCall("clone", "--quiet", "--shared", "--no-checkout", "--no-tags", "--template=", $"--separate-git-dir={GitDir}", "--", mirror.Folder, Path);
        await mirror.Git.RunAsync(clone, cancellationToken);
        await RunAsync(cancellationToken, "checkout", "--quiet", "--no-track", "-B", branch, start, "--");
    }

    public async Task<string> HeadAsync(CancellationToken cancellationToken) => (await RunAsync(cancellationToken, "rev-parse", "--verify", "HEAD")).Line;

    public async Task<bool> TryRevertAsync(string sha, CancellationToken cancellationToken)
    {
        if (!Names.IsCommit(sha) || (await mirror.Git.RunAsync(Call("merge-base", "--is-ancestor", sha, "HEAD") with { MostExitCode = 128 }, cancellationToken)).ExitCode != 0)
        {
            return false;
        }

        // Fails on a conflict, and on a merge: which of its sides to undo is a person's question.
        var revert = await mirror.Git.RunAsync(Call("revert", "--no-commit", "--no-edit", sha) with { MostExitCode = 128, At = clock.GetUtcNow() }, cancellationToken);
        var changed = revert.ExitCode == 0 && (await mirror.Git.RunAsync(Call("diff", "--cached", "--quiet", "--no-ext-diff", "HEAD", "--") with { MostExitCode = 1 }, cancellationToken)).ExitCode == 1;
        if (!changed)
        {
            await ResetAsync(cancellationToken);
        }

        return changed;
    }

    public async Task ApplyAsync(string diff, CancellationToken cancellationToken)
    {
        try
        {
            await mirror.Git.RunAsync(Call("apply", "--index", "--whitespace=nowarn", "-") with { Input = diff }, cancellationToken);
        }
        catch (GitException e)
        {
            throw new RepositoryException($"The change does not apply to {branch} any more: {e.Message}", e);
        }
    }

    public async Task<ImmutableArray<CommitFacts>> LogAsync(int limit, CancellationToken cancellationToken) =>
        GitText.Log((await RunAsync(cancellationToken, "log", "-z", GitText.LogFormat, string.Create(CultureInfo.InvariantCulture, $"--max-count={limit}"), "HEAD", "--")).Text);

    public async Task<string> DiffAsync(CancellationToken cancellationToken)
    {
        await StageAsync(cancellationToken);
        var call = Call("diff", "--cached", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "--binary", "--src-prefix=a/", "--dst-prefix=b/", "HEAD", "--");
        var diff = await mirror.Git.RunAsync(call with { MostOutput = LargestDiff, MayCut = true }, cancellationToken);
        return diff.Cut ? $"{diff.Text}\n[the diff is longer than 4 MB and was cut here]\n" : diff.Text;
    }

    public async Task<ImmutableArray<FileChange>> ChangedFilesAsync(CancellationToken cancellationToken)
    {
        await StageAsync(cancellationToken);
        var files = GitText.Numstat((await RunAsync(cancellationToken, "diff", "--cached", "-z", "--numstat", "--no-ext-diff", "--no-textconv", "--no-renames", "HEAD", "--")).Text);
        return [.. files.Select(f => f with { Size = CloneFiles.SizeOf(Path, f.Path) })];
    }

    public async Task ResetAsync(CancellationToken cancellationToken)
    {
        await RunAsync(cancellationToken, "reset", "--quiet", "--hard", "HEAD", "--");
        await RunAsync(cancellationToken, "clean", "--quiet", "-ffdx");
    }

    public async Task<string> CommitAsync(string message, DateTimeOffset at, bool allowEmpty, CancellationToken cancellationToken)
    {
        await StageAsync(cancellationToken);
        if (!allowEmpty && (await ChangedFilesAsync(cancellationToken)).IsEmpty)
        {
            throw new InvalidOperationException($"There is nothing to commit on {branch}");
        }

        var text = message.Replace('\0', '\uFFFD');
        var commit = Call("commit", "--quiet", "--no-verify", "--allow-empty", "--allow-empty-message", "--cleanup=verbatim", "--file=-");
        await mirror.Git.RunAsync(commit with { Input = text, At = at }, cancellationToken);
        return await HeadAsync(cancellationToken);
    }

    public Task WriteAsync(string path, string text, CancellationToken cancellationToken) => CloneFiles.WriteAsync(Path, path, text, cancellationToken);

    public async Task PushAsync(string? expected, CancellationToken cancellationToken)
    {
        if (branch == baseBranch)
        {
            throw new RepositoryException($"{branch} is the base branch: only a person's merge moves it.");
        }

        await BranchPush.PushAsync(mirror, Call(), await HeadAsync(cancellationToken), branch, expected, cancellationToken);
        await mirror.KeepAsync(GitDir, branch, cancellationToken);
    }

    public async ValueTask DisposeAsync() => await Task.Run(() => CloneFiles.Delete(folder));

    /// <summary>A git command in this clone.</summary>
    public GitCall Call(params string[] arguments) => new(arguments) { GitDir = GitDir, WorkTree = Path, Folder = Path };

    /// <summary>A nested repository is taken for a submodule; its own configuration must not be read on the way.</summary>
    private async Task StageAsync(CancellationToken cancellationToken)
    {
        CloneFiles.DropNestedRepositories(Path);
        await RunAsync(cancellationToken, "add", "--all", "--", ".");
    }

    private Task<GitOutput> RunAsync(CancellationToken cancellationToken, params string[] arguments) => mirror.Git.RunAsync(Call(arguments), cancellationToken);
}
