using System.Text.RegularExpressions;

namespace Nightjar.Conventions;

/// <summary>A document that names code is checked, or it rots.</summary>
public sealed partial class DocumentRules
{
    private const string Decisions = "docs/decisions/";

    [Fact]
    public void Files_that_documents_name_exist() => Rule.Holds("document", DeadNames(Tree.Ours));

    [Fact]
    public void Decision_records_follow_one_template() => Rule.Holds("decision", OddDecisions(Tree.Ours));

    /// <summary>Paths in backticks and links to files; <c>&lt;placeholders&gt;</c> and wildcards are left alone.</summary>
    internal static IEnumerable<Violation> DeadNames(Tree tree)
    {
        var files = tree.Files.ToHashSet(StringComparer.Ordinal);
        var folders = files.SelectMany(Above).ToHashSet(StringComparer.Ordinal);
        var names = files.Select(f => Path.GetFileName(f)).ToHashSet(StringComparer.Ordinal);
        var tops = folders.Where(f => !f.Contains('/', StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        foreach (var document in files.Where(f => f.EndsWith(".md", StringComparison.Ordinal) && (f.StartsWith("docs/", StringComparison.Ordinal) || !f.Contains('/', StringComparison.Ordinal))))
        {
            var text = Fence().Replace(tree.Text(document), "");
            var here = Path.GetDirectoryName(document) ?? "";
            foreach (var name in Code().Matches(text).Select(m => m.Groups[1].Value).Where(c => LooksLikeAPath(c, tops)))
            {
                if (!Exists(name, "") && !Exists(name, here) && !names.Contains(name))
                {
                    yield return new Violation($"{document}: {name}", "there is no such file or folder");
                }
            }

            foreach (var link in Link().Matches(text).Select(m => m.Groups[1].Value.Split('#')[0]).Where(l => l.Length > 0 && !l.Contains(':', StringComparison.Ordinal)))
            {
                if (!Exists(link, here))
                {
                    yield return new Violation($"{document}: {link}", "the link leads nowhere");
                }
            }
        }

        bool Exists(string name, string from)
        {
            var path = Path.GetRelativePath("/r", Path.GetFullPath(Path.Join(from, name.TrimEnd('/')), "/r")).Replace('\\', '/');
            return files.Contains(path) || folders.Contains(path) || path == ".";
        }
    }

    /// <summary>
    /// Named <c>0001-words.md</c> without gaps or doubles, a title, and the headings of <c>template.md</c>, or of the first record where
    /// there is no template.
    /// </summary>
    internal static IEnumerable<Violation> OddDecisions(Tree tree)
    {
        var records = tree.Files.Where(f => f.StartsWith(Decisions, StringComparison.Ordinal) && Path.GetFileName(f) is not ("README.md" or "template.md")).ToList();
        if (records.Count == 0)
        {
            yield break;
        }

        var model = tree.Files.Contains(Decisions + "template.md") ? Decisions + "template.md" : records[0];
        var headings = Headings(tree.Text(model));
        for (var i = 0; i < records.Count; i++)
        {
            var name = Path.GetFileName(records[i]);
            if (!RecordName().IsMatch(name) || int.Parse(name.Split('-')[0], System.Globalization.CultureInfo.InvariantCulture) != i + 1)
            {
                yield return new Violation(records[i], $"a record is named 0001-words-of-the-title.md, and this one has number {i + 1}");
            }

            var text = tree.Text(records[i]);
            if (!text.StartsWith("# ", StringComparison.Ordinal))
            {
                yield return new Violation(records[i], "begins with no title");
            }

            if (!Headings(text).SequenceEqual(headings))
            {
                yield return new Violation(records[i], $"has the headings {string.Join(", ", Headings(text))}; {model} has {string.Join(", ", headings)}");
            }
        }
    }

    private static List<string> Headings(string text) => [.. SecondLevel().Matches(text).Select(m => m.Groups[1].Value.Trim())];

    private static bool LooksLikeAPath(string code, HashSet<string> tops) =>
        PathLike().IsMatch(code) && (code.Contains('/', StringComparison.Ordinal) ? tops.Contains(code.TrimStart('.', '/').Split('/')[0]) || tops.Contains(code.Split('/')[0]) : SourceName().IsMatch(code));

    private static IEnumerable<string> Above(string file)
    {
        for (var slash = file.LastIndexOf('/'); slash > 0; slash = file.LastIndexOf('/', slash - 1))
        {
            yield return file[..slash];
        }
    }

    [GeneratedRegex("^```.*?^```", RegexOptions.CultureInvariant | RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("`([^`\n]+)`", RegexOptions.CultureInvariant)]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\(([^)\s]+)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Link();

    [GeneratedRegex(@"^[\w.\-/]+$", RegexOptions.CultureInvariant)]
    private static partial Regex PathLike();

    [GeneratedRegex(@"^\w[\w.\-]*\.(?:cs|csproj|slnx|props|sql|md|editorconfig)$", RegexOptions.CultureInvariant)]
    private static partial Regex SourceName();

    [GeneratedRegex(@"^[0-9]{4}-[a-z0-9]+(?:-[a-z0-9]+)*\.md$", RegexOptions.CultureInvariant)]
    private static partial Regex RecordName();

    [GeneratedRegex("^## (.+)$", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex SecondLevel();
}
