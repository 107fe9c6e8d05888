using System.Globalization;

namespace Nightjar.Connectors.Git;

/// <summary>
/// Tells whether a merge brought what was pushed. Commits say little: a squash and a rebase make new ones. Changes are compared by
/// git-patch-id(1), without lines of context, so that what others did nearby does not count.
/// </summary>
internal static class MergedChange
{
    /// <summary>A request of ours has a handful of commits; people may add to it.</summary>
    private const int MostCommits = 30;

    /// <summary>A change past this size is not compared.</summary>
    private const int LargestDiff = 4 * 1024 * 1024;

    public static async Task<bool?> IsSameAsync(Mirror mirror, string pushed, string merge, int commits, CancellationToken cancellationToken)
    {
        if (pushed == merge)
        {
            return true;
        }

        // A rebase puts several commits on the base branch, and may leave out an empty one; a merge and a squash put one there.
        bool? answer = null;
        for (var back = 1; back <= Math.Clamp(commits, 1, MostCommits); back++)
        {
            var before = string.Create(CultureInfo.InvariantCulture, $"{merge}~{back}");
            if (await IdAsync(mirror, $"{before}...{pushed}", cancellationToken) is not { } ours || await IdAsync(mirror, $"{before}..{merge}", cancellationToken) is not { } theirs)
            {
                return answer;
            }

            if (ours == theirs && ours.Length > 0)
            {
                return true;
            }

            answer = false;
        }

        return answer;
    }

    /// <summary>The patch id of a range; empty when nothing changed, null when it cannot be had.</summary>
    private static async Task<string?> IdAsync(Mirror mirror, string range, CancellationToken cancellationToken)
    {
        var call = mirror.Call("diff", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", "-U0", range, "--");
        var diff = await mirror.Git.RunAsync(call with { MostOutput = LargestDiff, MayCut = true, MostExitCode = 128 }, cancellationToken);
        if (diff.Cut || diff.ExitCode != 0)
        {
            return null;
        }

        return (await mirror.Git.RunAsync(mirror.Call("patch-id", "--stable") with { Input = diff.Text }, cancellationToken)).Text.Split(' ')[0];
    }
}
