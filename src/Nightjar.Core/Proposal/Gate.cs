using System.Collections.Immutable;
using Nightjar.Core.Investigation;
using Nightjar.Core.Policy;

namespace Nightjar.Core.Proposal;

/// <summary>
/// What a change must be before it is committed, whoever wrote it. A list of small named rules; the answer says which refused.
/// The service's own check is asked for separately, because it runs code.
/// </summary>
public static class Gate
{
    /// <summary>Lines added and removed together; a larger fix is for a person to write.</summary>
    public const int MostLines = 400;

    private static readonly string[] Forbidden = [".github/", ".gitlab-ci", ".git/", ".husky/", ".githooks/", ".claude/", ".mcp.json"];

    private static readonly (string Name, Func<string, ImmutableArray<FileChange>, string?> Refuses)[] Rules =
    [
        ("empty", (_, files) => files.IsEmpty ? "the change is empty" : null),
        ("size", (_, files) => files.Sum(f => (long)f.Added + f.Removed) is var lines && lines > MostLines ? $"the change has {lines} lines, more than {MostLines}" : null),
        ("binary", (diff, _) => diff.Contains("\nGIT binary patch", StringComparison.Ordinal) || diff.Contains("\nBinary files ", StringComparison.Ordinal) ? "the change has a binary file" : null),
        ("path", (_, files) => files.FirstOrDefault(f => Forbidden.Any(p => f.Path.StartsWith(p, StringComparison.OrdinalIgnoreCase) || f.Path.Contains("/" + p, StringComparison.OrdinalIgnoreCase))) is { } file ? $"{file.Path} is not for Nightjar to change" : null),
        ("secret", (diff, _) => AddedLines(diff).Any(l => Secrets.Mask(l) != l) ? "an added line looks like it holds a secret" : null),
    ];

    /// <summary>Null when nothing refuses.</summary>
    public static string? Refusal(string diff, ImmutableArray<FileChange> files)
    {
        foreach (var (name, refuses) in Rules)
        {
            if (refuses(diff, files) is { } why)
            {
                return $"gate rule {name}: {why}";
            }
        }

        return null;
    }

    private static IEnumerable<string> AddedLines(string diff) =>
        diff.Split('\n').Where(l => l.StartsWith('+') && !l.StartsWith("+++", StringComparison.Ordinal));
}
