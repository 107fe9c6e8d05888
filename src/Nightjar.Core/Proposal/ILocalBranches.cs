using System.Collections.Immutable;
using Nightjar.Core.Investigation;
using Nightjar.Core.Services;

namespace Nightjar.Core.Proposal;

/// <summary>
/// The branches of a repository on this machine's own disk, as the local host needs them. Every member refuses a repository
/// that is elsewhere with a <see cref="RepositoryException"/>: nothing here can reach a remote host.
/// </summary>
public interface ILocalBranches
{
    /// <summary>How two branches stand to each other now.</summary>
    Task<BranchPair> CompareAsync(Service service, string branch, string baseBranch, CancellationToken cancellationToken);

    /// <summary>The diff from the merge base to a commit, cut at 1 MB and said so in its last line.</summary>
    Task<string> DiffAsync(Service service, string baseCommit, string commit, CancellationToken cancellationToken);

    /// <summary>The commits that <paramref name="commit"/> has and <paramref name="baseCommit"/> has not, oldest first; 250 at most.</summary>
    Task<ImmutableArray<CommitFacts>> CommitsAsync(Service service, string baseCommit, string commit, CancellationToken cancellationToken);

    /// <summary>
    /// The commit by which <paramref name="commit"/> came into the branch (the merge, or itself after a fast-forward); null when
    /// the branch does not hold it.
    /// </summary>
    Task<string?> CameInByAsync(Service service, string commit, string branch, CancellationToken cancellationToken);

    /// <summary>The first parent of a commit; null when it has none.</summary>
    Task<string?> ParentAsync(Service service, string commit, CancellationToken cancellationToken);

    /// <summary>True when <paramref name="later"/> is built on <paramref name="earlier"/>, or is it.</summary>
    Task<bool> IsBuiltOnAsync(Service service, string later, string earlier, CancellationToken cancellationToken);

    /// <summary>
    /// Merges a commit into the branch in a private clone (always with a merge commit), then moves the branch if it is still
    /// where it was. Never touches a person's working tree.
    /// </summary>
    Task<MergeAttempt> MergeAsync(Service service, string commit, string intoBranch, string message, CancellationToken cancellationToken);
}

/// <summary>The heads of two branches; null where a branch does not exist.</summary>
public sealed record BranchPair(string? Head, string? BaseHead);

public enum MergeEnd
{
    Merged,
    Conflict,

    /// <summary>The branch was moved by somebody else meanwhile; nothing was changed.</summary>
    Moved,

    /// <summary>The branch is checked out in a person's tree; nothing was changed.</summary>
    CheckedOut,
}

/// <summary>How a merge ended.</summary>
/// <param name="Commit">The merge commit; null unless merged.</param>
/// <param name="Details">Files in conflict, or the tree that has the branch checked out.</param>
public sealed record MergeAttempt(MergeEnd End, string? Commit, ImmutableArray<string> Details);
