using System.Collections.Immutable;
using Nightjar.Core.Services;

namespace Nightjar.Core.Investigation;

/// <summary>Where code comes from; the Git room implements it. Never works in a person's tree.</summary>
public interface ICodeRepositories
{
    /// <summary>Fetches and pins the head of the base branch.</summary>
    /// <exception cref="RepositoryException">It cannot be read: the message says why and what to do.</exception>
    Task<ICodeSnapshot> SnapshotAsync(Service service, CancellationToken cancellationToken);

    /// <summary>A private clone with the given branch checked out (made from the base branch when it is new); deleted when disposed.</summary>
    Task<IPrivateClone> CloneAsync(Service service, string branch, CancellationToken cancellationToken);

    /// <summary>Where a branch of the real repository is now; null when there is no such branch.</summary>
    /// <exception cref="RepositoryException">It cannot be known.</exception>
    Task<string?> HeadOfAsync(Service service, string branch, CancellationToken cancellationToken);

    /// <summary>True when <paramref name="later"/> is built on <paramref name="commit"/>, or is it; false when either is unknown.</summary>
    /// <exception cref="RepositoryException">It cannot be known.</exception>
    Task<bool> IsPartOfAsync(Service service, string commit, string later, CancellationToken cancellationToken);

    /// <summary>
    /// Whether a merge brought what we pushed: by the changed lines, so that a merge, a squash and a rebase of the same change are
    /// the same. Null when it cannot be said, because one of the commits is not to be had.
    /// </summary>
    /// <param name="pushed">The commit of our last push.</param>
    /// <param name="merge">The commit by which the request came in; the last one of a rebase.</param>
    /// <param name="commits">Commits of the request when it was merged; 0 when unknown.</param>
    /// <exception cref="RepositoryException">It cannot be known.</exception>
    Task<bool?> IsSameChangeAsync(Service service, string pushed, string merge, int commits, CancellationToken cancellationToken);
}

/// <summary>A repository as it was at one commit; read-only.</summary>
public interface ICodeSnapshot
{
    string Commit { get; }

    /// <summary>Every regular file at this commit, with forward slashes; links and submodules are left out.</summary>
    Task<ImmutableArray<string>> FilesAsync(CancellationToken cancellationToken);

    /// <summary>The text of a file; null when it is absent, binary or over 1 MB.</summary>
    Task<string?> ReadAsync(string path, CancellationToken cancellationToken);

    /// <summary>Who last changed these lines (1-based, inclusive); empty when the file is absent.</summary>
    Task<ImmutableArray<BlameLine>> BlameAsync(string path, int from, int to, CancellationToken cancellationToken);

    /// <summary>The history of this commit, newest first, merges left out.</summary>
    Task<ImmutableArray<CommitFacts>> HistoryAsync(int limit, CancellationToken cancellationToken);

    /// <summary>The patch of one commit, bounded to 200 kB.</summary>
    Task<string> PatchAsync(string sha, CancellationToken cancellationToken);
}

public sealed record BlameLine(int Line, string Sha, string Text);

public sealed record CommitFacts(string Sha, string Author, DateTimeOffset At, string Subject, ImmutableArray<FileChange> Files);

/// <summary>Lines that one file gained and lost; none are counted for a binary file.</summary>
public sealed record FileChange(string Path, int Added, int Removed)
{
    public bool IsBinary { get; init; }

    /// <summary>Bytes that the file has in the working tree; null where that is not known, as in a commit's facts, or it is gone.</summary>
    public long? Size { get; init; }
}

/// <summary>A clone of our own, with one branch checked out, that may be written to.</summary>
public interface IPrivateClone : IAsyncDisposable
{
    string Path { get; }

    string Branch { get; }

    /// <summary>The commit that is checked out.</summary>
    Task<string> HeadAsync(CancellationToken cancellationToken);

    /// <summary>The newest commits of the branch, newest first; their files are not listed.</summary>
    Task<ImmutableArray<CommitFacts>> LogAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Undoes a commit in the working tree without committing. False, and a clean tree, when it does not apply.</summary>
    Task<bool> TryRevertAsync(string sha, CancellationToken cancellationToken);

    /// <summary>Applies a diff that <see cref="DiffAsync"/> gave.</summary>
    /// <exception cref="RepositoryException">It does not apply.</exception>
    Task ApplyAsync(string diff, CancellationToken cancellationToken);

    /// <summary>What differs from HEAD, untracked files included, ignored ones left out; cut, and said so in its last line, at 4 MB.</summary>
    Task<string> DiffAsync(CancellationToken cancellationToken);

    Task<ImmutableArray<FileChange>> ChangedFilesAsync(CancellationToken cancellationToken);

    /// <summary>Throws away every change since HEAD, and every file that git does not track, ignored ones included.</summary>
    Task ResetAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Commits everything that differs; returns the new commit. The same change, parent, message and time give the same commit, so a
    /// step that is run again ends at the same place.
    /// </summary>
    Task<string> CommitAsync(string message, DateTimeOffset at, bool allowEmpty, CancellationToken cancellationToken);

    /// <summary>Writes a file below the clone; the path is checked to stay inside.</summary>
    Task WriteAsync(string path, string text, CancellationToken cancellationToken);

    /// <summary>
    /// Pushes the branch if the remote still is where we think it is (<paramref name="expected"/>, null: absent). Never forces,
    /// and never moves the base branch. Does nothing when the remote has our commit already.
    /// </summary>
    /// <exception cref="BranchMovedException">Somebody else pushed meanwhile; nothing was overwritten.</exception>
    Task PushAsync(string? expected, CancellationToken cancellationToken);
}

/// <summary>A repository that cannot be used; the message says what to do.</summary>
public sealed class RepositoryException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The branch on the remote is not what we left there.</summary>
public sealed class BranchMovedException(string branch, string? found)
    : Exception($"Branch {branch} was moved by somebody else (now at {found ?? "nothing"}); it was not overwritten")
{
    /// <summary>Where the branch is now; null when it is gone.</summary>
    public string? Found { get; } = found;
}
