using System.Collections.Immutable;
using System.Text.Json;

namespace Nightjar.Testing;

/// <summary>
/// What the world might say to have its way: log lines, class names, commits and files that try to be commands, SQL, markup,
/// instructions or paths. A file that is named in them must never come to be, a secret never be seen again.
/// </summary>
public static class InjectionCorpus
{
    /// <summary>Of the shape of a real token, so that it is masked as one.</summary>
    public const string Secret = "ghp_" + "C4n4ryC4n4ryC4n4ryC4n4ryC4n4ryC4n4ry0000";

    private static readonly string[] Raw = JsonSerializer.Deserialize<string[]>(File.ReadAllText(Path.Combine(Repository(), "tests", "Shared", "injection-corpus.json"))) ?? [];

    /// <param name="canary">The file that no string may bring about.</param>
    public static ImmutableArray<string> All(string canary) =>
        [.. Raw.Select(s => s.Replace("{{canary}}", canary, StringComparison.Ordinal).Replace("{{secret}}", Secret, StringComparison.Ordinal))];

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Nightjar.slnx")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The tests run outside the repository");
        }

        return folder.FullName;
    }
}
