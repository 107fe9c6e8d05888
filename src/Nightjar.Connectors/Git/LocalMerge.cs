using System.Collections.Immutable;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;

namespace Nightjar.Connectors.Git;

/// <summary>
/// A person's merge in a repository on this machine. The only code that moves a base branch, and it refuses to for a
/// repository that is elsewhere.
/// </summary>
internal static class LocalMerge
{
    public static async Task<MergeAttempt> RunAsync(Mirror mirror, PrivateClone clone, string commit, string into, string message, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!mirror.Origin.IsLocal)
        {
            throw new RepositoryException($"{mirror.Origin.Shown} is not on this machine: merge where it is kept.");
        }

        if (await TreeWithAsync(mirror, into, cancellationToken) is { } tree)
        {
            return new MergeAttempt(MergeEnd.CheckedOut, null, [tree]);
        }

        var seen = await clone.HeadAsync(cancellationToken);
        var merge = clone.Call("merge", "--quiet", "--no-ff", "--no-edit", "--no-stat", "--no-verify", "--no-rerere-autoupdate", "-m", message, commit) with { MostExitCode = 1, At = now };
        if ((await mirror.Git.RunAsync(merge, cancellationToken)).ExitCode != 0)
        {
            var conflicts = await mirror.Git.RunAsync(clone.Call("diff", "--name-only", "-z", "--diff-filter=U", "--"), cancellationToken);
            return new MergeAttempt(MergeEnd.Conflict, null, [.. conflicts.Text.Split('\0', StringSplitOptions.RemoveEmptyEntries)]);
        }

        var made = await clone.HeadAsync(cancellationToken);
        try
        {
            await BranchPush.PushAsync(mirror, clone.Call(), made, into, seen, cancellationToken);
        }
        catch (BranchMovedException)
        {
            return new MergeAttempt(MergeEnd.Moved, null, []);
        }

        return new MergeAttempt(MergeEnd.Merged, made, []);
    }

    /// <summary>The commit on the branch's own line by which another came in.</summary>
    public static async Task<string?> CameInByAsync(Mirror mirror, string commit, string branch, CancellationToken cancellationToken)
    {
        if (await mirror.HeadAsync(branch, cancellationToken) is not { } head || !await mirror.IsBuiltOnAsync(head, commit, cancellationToken))
        {
            return null;
        }

        var line = (await LinesAsync(mirror, cancellationToken, "--first-parent", "--reverse", "--parents", $"{commit}..{head}")).Select(l => l.Split(' ')).ToList();
        if (line.Count == 0 || (line[0].Length > 1 && line[0][1] == commit))
        {
            return commit;
        }

        var after = (await LinesAsync(mirror, cancellationToken, "--ancestry-path", $"{commit}..{head}")).ToHashSet();
        return line.FirstOrDefault(l => after.Contains(l[0]))?[0] ?? head;
    }

    /// <summary>The working tree of the real repository in which the branch is checked out.</summary>
    public static async Task<string?> TreeWithAsync(Mirror mirror, string branch, CancellationToken cancellationToken)
    {
        var list = await mirror.Git.RunAsync(new GitCall("worktree", "list", "--porcelain") { Folder = mirror.Origin.Address }, cancellationToken);
        return list.Text.Split("\n\n")
            .Select(entry => entry.Split('\n'))
            .Where(entry => entry.Contains($"branch {Names.Ref(branch)}") && !entry.Contains("bare"))
            .Select(entry => entry[0].Replace("worktree ", "", StringComparison.Ordinal))
            .FirstOrDefault();
    }

    private static async Task<ImmutableArray<string>> LinesAsync(Mirror mirror, CancellationToken cancellationToken, params string[] arguments) =>
        [.. (await mirror.Git.RunAsync(mirror.Call(["rev-list", .. arguments, "--"]), cancellationToken)).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
}
