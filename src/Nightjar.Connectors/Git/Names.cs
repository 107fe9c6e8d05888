using System.Text.RegularExpressions;
using Nightjar.Core.Investigation;

namespace Nightjar.Connectors.Git;

/// <summary>What may be handed to git as a branch or a commit. Everything else from outside goes behind <c>--</c>.</summary>
internal static partial class Names
{
    private const int Longest = 200;

    public static string Ref(string branch) => $"refs/heads/{branch}";

    /// <summary>True for the full or shortened number of a commit.</summary>
    public static bool IsCommit(string sha) => Sha().IsMatch(sha);

    /// <exception cref="RepositoryException">It is none.</exception>
    public static string Commit(string sha) =>
        IsCommit(sha) ? sha : throw new RepositoryException($"\"{Plain(sha)}\" is not the number of a commit.");

    /// <exception cref="RepositoryException">Git would not take it for a branch.</exception>
    public static async Task CheckBranchAsync(this GitCommand git, string branch, CancellationToken cancellationToken)
    {
        var fit = branch.Length is > 0 and <= Longest && !branch.Any(char.IsControl)
            && branch[0] != '-' && !branch.Contains("@{", StringComparison.Ordinal)
            && (await git.RunAsync(new GitCall("check-ref-format", "--branch", branch) { MostExitCode = 128 }, cancellationToken)).ExitCode == 0;
        if (!fit)
        {
            throw new RepositoryException($"\"{Plain(branch)}\" is not a name that a branch can have.");
        }
    }

    /// <summary>One line of printable text, for messages.</summary>
    public static string Plain(string text)
    {
        var line = new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]).Trim();
        return line.Length <= Longest ? line : $"{line[..Longest]}…";
    }

    [GeneratedRegex(@"\A[0-9a-f]{7,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Sha();
}
