using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Nightjar.Core.Investigation;

namespace Nightjar.Connectors.Git;

/// <summary>
/// Our bare copy of a real repository. All reading happens here; private clones borrow its objects, so nothing is ever
/// collected from it. The real repository is named in a file of its own, which commands read when they must reach it: its
/// address may hold a token, and neither the process list nor a clone shall.
/// </summary>
internal sealed partial class Mirror(GitCommand git, Origin origin, string program, string folder, Func<GitLogin?> login)
{
    /// <summary>A lock file older than this belongs to a git that was killed: no fetch holds one for so long.</summary>
    private static readonly TimeSpan StaleLock = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim gate = new(1);

    public Origin Origin => origin;

    public string Folder => folder;

    private string AddressFile => $"{folder}.remote";

    public GitCommand Git => git;

    public GitCall Call(params string[] arguments) => new(arguments) { GitDir = folder };

    /// <summary>Brings every branch up to date and drops those that are gone.</summary>
    /// <exception cref="RepositoryException">The real repository cannot be read.</exception>
    public async Task FetchAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            await EnsureAsync(cancellationToken);
            var fetch = Far("fetch", "--quiet", "--prune", "--no-tags", "--update-shallow", "--no-write-fetch-head", "real", "+refs/heads/*:refs/heads/*");
            try
            {
                await git.RunAsync(fetch, cancellationToken);
            }
            catch (GitException e) when (Unlocked(e))
            {
                await git.RunAsync(fetch, cancellationToken);
            }
        }
        catch (GitException e)
        {
            throw e.Explain(origin, "read");
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Where a branch was at the last fetch.</summary>
    public async Task<string?> HeadAsync(string branch, CancellationToken cancellationToken)
    {
        var answer = await git.RunAsync(Call("rev-parse", "--verify", "--quiet", $"{Names.Ref(branch)}^{{commit}}") with { MostExitCode = 1 }, cancellationToken);
        return answer.ExitCode == 0 ? answer.Line : null;
    }

    /// <summary>Where a branch of the real repository is now.</summary>
    /// <exception cref="RepositoryException">It cannot be asked.</exception>
    public async Task<string?> RealHeadAsync(string branch, CancellationToken cancellationToken)
    {
        try
        {
            await EnsureGatedAsync(cancellationToken);
            var answer = await git.RunAsync(Far("ls-remote", "--quiet", "real", Names.Ref(branch)), cancellationToken);
            return answer.Text.Split('\n').Select(l => l.Split('\t')).FirstOrDefault(p => p.Length == 2 && p[1] == Names.Ref(branch))?[0];
        }
        catch (GitException e)
        {
            throw e.Explain(origin, "read");
        }
    }

    public async Task<ImmutableArray<string>> BranchesAsync(CancellationToken cancellationToken)
    {
        var answer = await git.RunAsync(Call("for-each-ref", "--format=%(refname:lstrip=2)", "--count=20", "refs/heads/"), cancellationToken);
        return [.. answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    /// <summary>The head of a branch that must be there.</summary>
    /// <exception cref="RepositoryException">It is not; the message names those that are.</exception>
    public async Task<string> BaseAsync(string branch, CancellationToken cancellationToken)
    {
        if (await HeadAsync(branch, cancellationToken) is { } head)
        {
            return head;
        }

        var others = await BranchesAsync(cancellationToken);
        var has = others.IsEmpty ? "it has no branches yet" : $"it has {string.Join(", ", others)}";
        throw new RepositoryException($"{origin.Shown} has no branch {Names.Plain(branch)} ({has}): correct the base branch, or push it.");
    }

    /// <summary>True when <paramref name="later"/> is built on <paramref name="earlier"/>; false when we have one of them not.</summary>
    public async Task<bool> IsBuiltOnAsync(string later, string earlier, CancellationToken cancellationToken) =>
        Names.IsCommit(later) && Names.IsCommit(earlier)
        && (await git.RunAsync(Call("merge-base", "--is-ancestor", earlier, later) with { MostExitCode = 128 }, cancellationToken)).ExitCode == 0;

    /// <summary>The call as one that may reach the real repository.</summary>
    /// <exception cref="RepositoryException">The token for it cannot be had.</exception>
    public GitCall Reaching(GitCall call) => call with { With = AddressFile, Login = login(), Timeout = GitCall.Far };

    /// <summary>Keeps what was pushed from a clone, which is soon gone: people may squash it and delete the branch.</summary>
    public async Task KeepAsync(string clone, string branch, CancellationToken cancellationToken) =>
        await git.RunAsync(Call("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", clone, $"+{Names.Ref(branch)}:refs/nightjar/pushed/{branch}"), cancellationToken);

    private GitCall Far(params string[] arguments) => Reaching(Call(arguments)) with { Timeout = origin.IsLocal ? GitCall.Far / 3 : GitCall.Far };

    private async Task EnsureGatedAsync(CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            await EnsureAsync(cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task EnsureAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(AddressFile))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder) ?? folder);
            var made = $"{AddressFile}.{Guid.NewGuid():n}";
            await WriteForUsAloneAsync(made, Address(), cancellationToken);
            File.Move(made, AddressFile, overwrite: true);
        }

        if (!Directory.Exists(folder))
        {
            var made = $"{folder}.{Guid.NewGuid():n}";
            await git.RunAsync(new GitCall("init", "--quiet", "--bare", "--", made), cancellationToken);
            Directory.Move(made, folder);
        }
    }

    private static async Task WriteForUsAloneAsync(string path, string text, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var file = new StreamWriter(path, options);
        await file.WriteAsync(text.AsMemory(), cancellationToken);
    }

    /// <summary>
    /// On this machine the other end is a git that we start, in the real repository: it too must run nothing that the
    /// repository's configuration names, and never change the files of a person's tree.
    /// </summary>
    private string Address()
    {
        var other = $"'{program.Replace("'", @"'\''", StringComparison.Ordinal)}' " + string.Join(' ', GitCommand.Outweighing.Select(s => $"-c {s}"));
        var ends = $"    uploadpack = {Quoted($"{other} upload-pack")}\n    receivepack = {Quoted($"{other} -c receive.denyCurrentBranch=refuse -c receive.autogc=false receive-pack")}\n";
        return $"[remote \"real\"]\n    url = {Quoted(origin.Address)}\n{(origin.IsLocal ? ends : "")}";
    }

    private static string Quoted(string value) =>
        $"\"{value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    /// <summary>Takes away the lock that a killed git left in our copy, if that is what stopped this command.</summary>
    private bool Unlocked(GitException failure)
    {
        var file = LockFile().Match(failure.Errors) is { Success: true } match ? Path.GetFullPath(match.Groups[1].Value, folder) : null;
        if (file is null || !file.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            || TimeProvider.System.GetUtcNow() - File.GetLastWriteTimeUtc(file) < StaleLock)
        {
            return false;
        }

        File.Delete(file);
        return true;
    }

    [GeneratedRegex(@"Unable to create '([^'\n]+\.lock)': File exists", RegexOptions.CultureInvariant)]
    private static partial Regex LockFile();
}
