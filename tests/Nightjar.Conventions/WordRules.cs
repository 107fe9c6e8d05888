namespace Nightjar.Conventions;

/// <summary>The project speaks of itself alone: not of a machine, a registry or the way in which its text came to be.</summary>
public sealed class WordRules
{
    /// <summary>In halves, so that this file does not find itself.</summary>
    private static readonly string[] Words =
    [
        "/wo" + "rk/", "/ro" + "ot/", "/tmp/br" + "ief", "bash" + "_jobs", "sub" + "agent", "sub-" + "agent", "ai " + "session", "coding " + "session", "session" + " of the project", "co-authored" + "-by",
        "generated " + "with claude", "generated " + "by claude", "api.nu" + "get.org", "registry.npm" + "js.org", "pypi" + ".org", "artifact" + "ory", "proxy.go" + "lang.org",
    ];

    private static readonly string BesideTheRepository = "../sha" + "red";

    [Fact]
    public void No_file_speaks_of_where_or_how_it_was_made() => Rule.Holds("word", Found(Tree.Ours));

    [Fact]
    public void No_commit_message_speaks_of_where_or_how_it_was_made() =>
        Rule.Holds("word", Words.Where(w => (Tree.Ours.Run("git", "log", "--format=%B") ?? "").Contains(w, StringComparison.OrdinalIgnoreCase)).Select(w => new Violation("git log", $"a message has {w}")));

    internal static IEnumerable<Violation> Found(Tree tree)
    {
        foreach (var file in tree.Files)
        {
            var text = tree.Text(file);
            if (text.Contains('\0', StringComparison.Ordinal))
            {
                continue;
            }

            foreach (var word in Words.Where(w => text.Contains(w, StringComparison.OrdinalIgnoreCase) || file.Contains(w, StringComparison.OrdinalIgnoreCase)))
            {
                yield return new Violation(file, $"has {word}");
            }

            var mayLookBeside = file.StartsWith("tests/", StringComparison.Ordinal) || file.StartsWith("benchmarks/", StringComparison.Ordinal);
            if (!mayLookBeside && text.Contains(BesideTheRepository, StringComparison.Ordinal))
            {
                yield return new Violation(file, $"has {BesideTheRepository}, which only tests and benchmarks may use");
            }
        }
    }
}
