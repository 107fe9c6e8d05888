using System.Collections.Immutable;

namespace Nightjar.Agents.BuiltIn;

/// <summary>The lines that a unified diff adds and removes, by file.</summary>
internal sealed record Patch(ImmutableArray<FilePatch> Files)
{
    public IEnumerable<string> Added => Files.SelectMany(f => f.Added);

    public FilePatch? Of(string path) => Files.FirstOrDefault(f => f.Path == path);

    /// <summary>True when every change to code is of blanks alone.</summary>
    public bool IsFormattingOnly => Files.Length > 0 && Files.All(f => f.IsFormattingOnly);

    public static Patch Parse(string diff)
    {
        var files = ImmutableArray.CreateBuilder<FilePatch>();
        var added = new List<string>();
        var removed = new List<string>();
        string? path = null;
        var inHunk = false;
        foreach (var line in diff.ReplaceLineEndings("\n").Split('\n'))
        {
            if (line.StartsWith("diff --git ", StringComparison.Ordinal))
            {
                Finish();
                inHunk = false;
                path = After(line, " b/");
            }
            else if (line.StartsWith("@@", StringComparison.Ordinal))
            {
                inHunk = true;
            }
            else if (!inHunk)
            {
                path = line.StartsWith("+++ b/", StringComparison.Ordinal) ? line[6..].TrimEnd('\t') : path;
            }
            else if (line is ['+', ..])
            {
                added.Add(line[1..]);
            }
            else if (line is ['-', ..])
            {
                removed.Add(line[1..]);
            }
        }

        Finish();
        return new Patch(files.ToImmutable());

        void Finish()
        {
            if (path is not null)
            {
                files.Add(new FilePatch(path, [.. added], [.. removed]));
            }

            added.Clear();
            removed.Clear();
            path = null;
        }
    }

    private static string? After(string line, string mark) =>
        line.LastIndexOf(mark, StringComparison.Ordinal) is >= 0 and var at ? line[(at + mark.Length)..] : null;
}

internal sealed record FilePatch(string Path, ImmutableArray<string> Added, ImmutableArray<string> Removed)
{
    /// <summary>The same characters before and after, blanks aside. Moved lines are a change: order can matter.</summary>
    public bool IsFormattingOnly => Added.Length + Removed.Length > 0 && Dense(Added) == Dense(Removed);

    private static string Dense(IEnumerable<string> lines) => string.Concat(string.Concat(lines).Where(c => !char.IsWhiteSpace(c)));
}
