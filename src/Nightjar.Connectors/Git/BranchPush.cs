using Nightjar.Core.Investigation;

namespace Nightjar.Connectors.Git;

/// <summary>
/// Moves one branch of the real repository, from where we think it is to a commit built on that. The other end compares and
/// swaps, so nothing that somebody else pushed is ever overwritten.
/// </summary>
internal static class BranchPush
{
    /// <param name="source">The repository of ours that holds the commit.</param>
    /// <param name="expected">Where the branch must be; null: it must not exist.</param>
    /// <exception cref="BranchMovedException">It is elsewhere.</exception>
    /// <exception cref="RepositoryException">It may not be pushed, or the commit is not built on where it is.</exception>
    public static async Task PushAsync(Mirror mirror, GitCall source, string commit, string branch, string? expected, CancellationToken cancellationToken)
    {
        var found = await mirror.RealHeadAsync(branch, cancellationToken);
        if (found == commit)
        {
            return;
        }

        if (found != expected)
        {
            throw new BranchMovedException(branch, found);
        }

        // A lease alone would let a branch go back: it allows any move from where the branch is.
        if (expected is not null && (await mirror.Git.RunAsync(source with { Arguments = ["merge-base", "--is-ancestor", expected, commit], MostExitCode = 128 }, cancellationToken)).ExitCode != 0)
        {
            throw new RepositoryException($"Commit {commit} is not built on {expected}, where branch {branch} is: it was not pushed.");
        }

        var push = mirror.Reaching(source) with
        {
            Arguments = ["push", "--quiet", "--porcelain", "--no-verify", "--no-follow-tags", $"--force-with-lease={Names.Ref(branch)}:{expected}", "real", $"{commit}:{Names.Ref(branch)}"],
            MostExitCode = 1,
        };
        try
        {
            var answer = await mirror.Git.RunAsync(push, cancellationToken);
            if (answer.ExitCode != 0)
            {
                await RefusedAsync(mirror, branch, expected, answer.Text, answer.Errors, cancellationToken);
            }
        }
        catch (GitException e)
        {
            throw e.Explain(mirror.Origin, "push to");
        }
    }

    private static async Task RefusedAsync(Mirror mirror, string branch, string? expected, string report, string said, CancellationToken cancellationToken)
    {
        var found = await mirror.RealHeadAsync(branch, cancellationToken);
        if (found != expected)
        {
            throw new BranchMovedException(branch, found);
        }

        var line = report.Split('\n').FirstOrDefault(l => l.StartsWith('!')) is { } refused ? $"{refused} {said}" : $"{report} {said}";
        throw new GitException("push", 1, line).Explain(mirror.Origin, $"push {Names.Plain(branch)} to");
    }
}
