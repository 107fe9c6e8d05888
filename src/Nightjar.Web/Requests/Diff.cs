using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Nightjar.Web.Requests;

public enum DiffKind
{
    Context,
    Added,
    Removed,
    Hunk,
    Note,
}

public sealed record DiffLine(DiffKind Kind, int? Old, int? New, string Text);

public sealed record DiffFile(string Path, int Added, int Removed, ImmutableArray<DiffLine> Lines);

/// <summary>A unified diff, as git writes it, in pieces that a page can colour.</summary>
/// <param name="IsCut">True when lines were left out because there were too many.</param>
public sealed partial record Diff(ImmutableArray<DiffFile> Files, bool IsCut)
{
    /// <summary>Lines that a page shows: about 2 MB of markup at the very most.</summary>
    public const int MostLines = 4_000;

    private const int LongestLine = 500;

    public static Diff Parse(string text)
    {
        var files = new List<DiffFile>();
        var lines = new List<DiffLine>();
        string? path = null;
        var (oldLeft, newLeft, oldLine, newLine, count) = (0, 0, 0, 0, 0);

        foreach (var range in text.AsSpan().EnumerateLines())
        {
            var line = range.Length > LongestLine ? string.Concat(range[..LongestLine], " …") : range.ToString();
            if (oldLeft <= 0 && newLeft <= 0 && line.StartsWith("diff --git ", StringComparison.Ordinal))
            {
                Close();
                path = line[(line.LastIndexOf(" b/", StringComparison.Ordinal) is var at and >= 0 ? at + 3 : "diff --git ".Length)..].TrimEnd('"');
                continue;
            }

            if (path is null)
            {
                continue;
            }

            if (++count > MostLines)
            {
                Close();
                return new Diff([.. files], IsCut: true);
            }

            if (oldLeft <= 0 && newLeft <= 0)
            {
                if (Hunk().Match(line) is { Success: true } hunk)
                {
                    (oldLine, oldLeft) = (Number(hunk.Groups[1]), Length(hunk.Groups[2]));
                    (newLine, newLeft) = (Number(hunk.Groups[3]), Length(hunk.Groups[4]));
                    lines.Add(new DiffLine(DiffKind.Hunk, null, null, line));
                }
                else if (IsWorthSaying(line))
                {
                    lines.Add(new DiffLine(DiffKind.Note, null, null, line));
                }

                continue;
            }

            switch (line)
            {
                case ['+', ..]:
                    lines.Add(new DiffLine(DiffKind.Added, null, newLine++, line[1..]));
                    newLeft--;
                    break;
                case ['-', ..]:
                    lines.Add(new DiffLine(DiffKind.Removed, oldLine++, null, line[1..]));
                    oldLeft--;
                    break;
                case ['\\', ..]:
                    lines.Add(new DiffLine(DiffKind.Note, null, null, line[1..].Trim()));
                    break;
                default:
                    lines.Add(new DiffLine(DiffKind.Context, oldLine++, newLine++, line.Length > 0 ? line[1..] : ""));
                    oldLeft--;
                    newLeft--;
                    break;
            }
        }

        Close();
        return new Diff([.. files], IsCut: false);

        void Close()
        {
            if (path is not null)
            {
                files.Add(new DiffFile(path, lines.Count(l => l.Kind == DiffKind.Added), lines.Count(l => l.Kind == DiffKind.Removed), [.. lines]));
                lines.Clear();
            }
        }
    }

    private static bool IsWorthSaying(string line) =>
        line.StartsWith("new file", StringComparison.Ordinal) || line.StartsWith("deleted file", StringComparison.Ordinal) || line.StartsWith("rename ", StringComparison.Ordinal)
        || line.StartsWith("Binary files", StringComparison.Ordinal) || line.StartsWith("old mode", StringComparison.Ordinal) || line.StartsWith("new mode", StringComparison.Ordinal)
        || line.StartsWith("\\ ", StringComparison.Ordinal);

    private static int Number(Group group) => int.TryParse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;

    private static int Length(Group group) => group.Success ? Number(group) : 1;

    [GeneratedRegex(@"^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@", RegexOptions.CultureInvariant)]
    private static partial Regex Hunk();
}
