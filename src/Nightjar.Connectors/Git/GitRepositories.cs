using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;

namespace Nightjar.Connectors.Git;

/// <summary>
/// The repositories of our services, by way of the git program: a mirror for each under the state folder, and private clones
/// that borrow its objects. A person's working tree, index and checked-out branch are never touched, and nothing that a
/// repository's configuration or hooks name is run.
/// </summary>
/// <param name="state">A folder of Nightjar's own; <c>git</c>, <c>mirrors</c> and <c>clones</c> are made in it.</param>
/// <param name="logins">The login for an address; null where none is needed. Asked at every call, because tokens change.</param>
/// <param name="program">The git program, looked up on PATH when it is a bare name.</param>
public sealed partial class GitRepositories(string state, TimeProvider clock, ILogger<GitRepositories> logger, string program = "git", CommitAuthor? author = null, Func<string, GitLogin?>? logins = null) : ICodeRepositories, ILocalBranches
{
    private const string StampFormat = "yyyyMMdd'T'HHmmss'Z'";
    private const int LargestDiff = 1024 * 1024;

    private readonly GitCommand git = new(program, Path.Combine(Path.GetFullPath(state), "git"), author);
    private readonly string mirrorsFolder = Path.Combine(Path.GetFullPath(state), "mirrors");
    private readonly string clonesFolder = Path.Combine(Path.GetFullPath(state), "clones");
    private readonly ConcurrentDictionary<Origin, Mirror> mirrors = new();

    public async Task<ICodeSnapshot> SnapshotAsync(Service service, CancellationToken cancellationToken)
    {
        var (mirror, @base) = await OpenAsync(service, cancellationToken);
        await mirror.FetchAsync(cancellationToken);
        return new GitSnapshot(mirror, await mirror.BaseAsync(@base, cancellationToken));
    }

    public async Task<IPrivateClone> CloneAsync(Service service, string branch, CancellationToken cancellationToken) => await CheckOutAsync(service, branch, cancellationToken);

    public async Task<string?> HeadOfAsync(Service service, string branch, CancellationToken cancellationToken)
    {
        await git.CheckBranchAsync(branch, cancellationToken);
        return await (await OpenAsync(service, cancellationToken)).Mirror.RealHeadAsync(branch, cancellationToken);
    }

    public async Task<bool> IsPartOfAsync(Service service, string commit, string later, CancellationToken cancellationToken)
    {
        if (!Names.IsCommit(commit) || !Names.IsCommit(later))
        {
            return false;
        }

        var (mirror, _) = await OpenAsync(service, cancellationToken);
        await mirror.FetchAsync(cancellationToken);
        return await mirror.IsBuiltOnAsync(later, commit, cancellationToken);
    }

    public async Task<bool?> IsSameChangeAsync(Service service, string pushed, string merge, int commits, CancellationToken cancellationToken)
    {
        if (!Names.IsCommit(pushed) || !Names.IsCommit(merge))
        {
            return null;
        }

        var (mirror, _) = await OpenAsync(service, cancellationToken);
        await mirror.FetchAsync(cancellationToken);
        try
        {
            return await MergedChange.IsSameAsync(mirror, pushed, merge, commits, cancellationToken);
        }
        catch (GitException e)
        {
            throw e.Explain(mirror.Origin, "compare what was merged in");
        }
    }

    public async Task<BranchPair> CompareAsync(Service service, string branch, string baseBranch, CancellationToken cancellationToken)
    {
        await git.CheckBranchAsync(branch, cancellationToken);
        var mirror = Local(await FetchedAsync(service, baseBranch, cancellationToken));
        return new BranchPair(await mirror.HeadAsync(branch, cancellationToken), await mirror.HeadAsync(baseBranch, cancellationToken));
    }

    public async Task<string> DiffAsync(Service service, string baseCommit, string commit, CancellationToken cancellationToken)
    {
        var mirror = Local((await OpenAsync(service, cancellationToken)).Mirror);
        var call = mirror.Call("diff", "--no-color", "--no-ext-diff", "--no-textconv", "-M", $"{Names.Commit(baseCommit)}...{Names.Commit(commit)}", "--");
        var diff = await git.RunAsync(call with { MostOutput = LargestDiff, MayCut = true }, cancellationToken);
        return diff.Cut ? $"{diff.Text}\n[the diff is longer than 1 MB and was cut here]\n" : diff.Text;
    }

    public async Task<ImmutableArray<CommitFacts>> CommitsAsync(Service service, string baseCommit, string commit, CancellationToken cancellationToken)
    {
        var mirror = Local((await OpenAsync(service, cancellationToken)).Mirror);
        var log = await git.RunAsync(mirror.Call("log", "-z", "--numstat", "-M", "--reverse", "--max-count=250", "--no-ext-diff", "--no-textconv", GitText.LogFormat, $"{Names.Commit(baseCommit)}..{Names.Commit(commit)}", "--"), cancellationToken);
        return GitText.Log(log.Text);
    }

    public async Task<string?> CameInByAsync(Service service, string commit, string branch, CancellationToken cancellationToken) =>
        await LocalMerge.CameInByAsync(Local(await FetchedAsync(service, branch, cancellationToken)), commit, branch, cancellationToken);

    public async Task<string?> ParentAsync(Service service, string commit, CancellationToken cancellationToken)
    {
        var mirror = Local((await OpenAsync(service, cancellationToken)).Mirror);
        var answer = await git.RunAsync(mirror.Call("rev-parse", "--verify", "--quiet", $"{Names.Commit(commit)}^1") with { MostExitCode = 1 }, cancellationToken);
        return answer.ExitCode == 0 ? answer.Line : null;
    }

    public async Task<bool> IsBuiltOnAsync(Service service, string later, string earlier, CancellationToken cancellationToken) =>
        await Local((await OpenAsync(service, cancellationToken)).Mirror).IsBuiltOnAsync(later, earlier, cancellationToken);

    public async Task<MergeAttempt> MergeAsync(Service service, string commit, string intoBranch, string message, CancellationToken cancellationToken)
    {
        Names.Commit(commit);
        var mirror = Local((await OpenAsync(service, cancellationToken)).Mirror);
        await using var clone = await CheckOutAsync(service, intoBranch, cancellationToken);
        return await LocalMerge.RunAsync(mirror, clone, commit, intoBranch, message, clock.GetUtcNow(), cancellationToken);
    }

    /// <summary>What keeps Nightjar from reading this service's repository or pushing a branch to it, each with what to do; empty when nothing does.</summary>
    public Task<ImmutableArray<string>> CheckAsync(Service service, CancellationToken cancellationToken) => GitCheck.RunAsync(ct => OpenAsync(service, ct), cancellationToken);

    /// <summary>The working tree that has the base branch checked out, so that the dashboard cannot merge into it; null when none has.</summary>
    public async Task<string?> BaseCheckedOutAsync(Service service, CancellationToken cancellationToken)
    {
        var (mirror, @base) = await OpenAsync(service, cancellationToken);
        return mirror.Origin.IsLocal ? await LocalMerge.TreeWithAsync(mirror, @base, cancellationToken) : null;
    }

    /// <summary>Deletes the private clones that a run which was killed left behind. For the start: a clone in use is not spared.</summary>
    /// <returns>How many were deleted.</returns>
    public int PruneClones(TimeSpan olderThan)
    {
        var before = clock.GetUtcNow() - olderThan;
        var old = Directory.Exists(clonesFolder) ? Directory.GetDirectories(clonesFolder).Where(f => MadeAt(f) is { } made && made <= before).ToList() : [];
        old.ForEach(CloneFiles.Delete);
        if (old.Count > 0)
        {
            PrunedClones(old.Count);
        }

        return old.Count;
    }

    private async Task<PrivateClone> CheckOutAsync(Service service, string branch, CancellationToken cancellationToken)
    {
        await git.CheckBranchAsync(branch, cancellationToken);
        var (mirror, @base) = await OpenAsync(service, cancellationToken);
        await mirror.FetchAsync(cancellationToken);
        var stamp = clock.GetUtcNow().ToString(StampFormat, CultureInfo.InvariantCulture);
        var clone = new PrivateClone(mirror, Path.Combine(clonesFolder, $"{stamp}-{Guid.NewGuid():n}"), branch, @base, clock);
        try
        {
            await clone.CheckOutAsync(cancellationToken);
            return clone;
        }
        catch (GitException e)
        {
            await clone.DisposeAsync();
            throw e.Explain(mirror.Origin, "clone");
        }
    }

    private async Task<Mirror> FetchedAsync(Service service, string branch, CancellationToken cancellationToken)
    {
        await git.CheckBranchAsync(branch, cancellationToken);
        var (mirror, _) = await OpenAsync(service, cancellationToken);
        await mirror.FetchAsync(cancellationToken);
        return mirror;
    }

    private async Task<(Mirror Mirror, string Base)> OpenAsync(Service service, CancellationToken cancellationToken)
    {
        var origin = Origin.Of(service);
        var @base = service.Repository?.BaseBranch ?? "";
        await git.CheckBranchAsync(@base, cancellationToken);
        return (mirrors.GetOrAdd(origin, o => new Mirror(git, o, program, Path.Combine(mirrorsFolder, o.Key), () => o.IsLocal ? null : logins?.Invoke(o.Address))), @base);
    }

    private static Mirror Local(Mirror mirror) =>
        mirror.Origin.IsLocal ? mirror : throw new RepositoryException($"{mirror.Origin.Shown} is not on this machine: the local code host works on local repositories only.");

    private static DateTimeOffset? MadeAt(string folder) =>
        DateTimeOffset.TryParseExact(Path.GetFileName(folder).Split('-')[0], StampFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    [LoggerMessage(3001, LogLevel.Information, "Deleted {Count} private clones that were left behind")]
    private partial void PrunedClones(int count);
}

/// <summary>Who signs the commits that Nightjar makes.</summary>
public sealed record CommitAuthor(string Name, string Email);
