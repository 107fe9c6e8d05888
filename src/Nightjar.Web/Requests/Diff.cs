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
        var reader = new Reader();
        foreach (var range in text.AsSpan().EnumerateLines())
        {
            var line = range.Length > LongestLine ? string.Concat(range[..LongestLine], " …") : range.ToString();
            if (!reader.Take(line))
            {
                return new Diff(reader.End(), IsCut: true);
            }
        }

        return new Diff(reader.End(), IsCut: false);
    }

    private static bool IsWorthSaying(string line) =>
        line.StartsWith("new file", StringComparison.Ordinal) || line.StartsWith("deleted file", StringComparison.Ordinal) || line.StartsWith("rename ", StringComparison.Ordinal)
        || line.StartsWith("Binary files", StringComparison.Ordinal) || line.StartsWith("old mode", StringComparison.Ordinal) || line.StartsWith("new mode", StringComparison.Ordinal)
        || line.StartsWith("\\ ", StringComparison.Ordinal);

    private static int Number(Group group) => int.TryParse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 0;

    private static int Length(Group group) => group.Success ? Number(group) : 1;

    [GeneratedRegex(@"^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@", RegexOptions.CultureInvariant)]
    private static partial Regex Hunk();

    /// <summary>Goes by the line counts of a hunk's header, so that a removed line <c>-- a/x</c> is no file's name.</summary>
    private sealed class Reader
    {
        private readonly List<DiffFile> files = [];
        private readonly List<DiffLine> lines = [];
        private string? path;
        private int oldLeft, newLeft, oldLine, newLine, count;

        /// <summary>False when there are more lines than are shown.</summary>
        public bool Take(string line)
        {
            if (!IsInHunk(line) && line.StartsWith("diff --git ", StringComparison.Ordinal))
            {
                Close();
                path = PathOf(line);
                return true;
            }

            if (path is null)
            {
                return true;
            }

            if (++count > MostLines)
            {
                return false;
            }

            if (IsInHunk(line))
            {
                TakeChange(line);
            }
            else
            {
                TakeHeader(line);
            }

            return true;
        }

        public ImmutableArray<DiffFile> End()
        {
            Close();
            return [.. files];
        }

        private static string PathOf(string line) =>
            line.LastIndexOf(" b/", StringComparison.Ordinal) is var at and >= 0 ? line[(at + " b/".Length)..] : line["diff --git ".Length..].Trim('"');

        private bool IsInHunk(string line) => (oldLeft > 0 || newLeft > 0) && line is ("" or [' ' or '+' or '-' or '\\', ..]);

        private void TakeHeader(string line)
        {
            (oldLeft, newLeft) = (0, 0);
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
        }

        private void TakeChange(string line)
        {
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

        private void Close()
        {
            if (path is not null)
            {
                files.Add(new DiffFile(path, lines.Count(l => l.Kind == DiffKind.Added), lines.Count(l => l.Kind == DiffKind.Removed), [.. lines]));
                lines.Clear();
            }

            (path, oldLeft, newLeft) = (null, 0, 0);
        }
    }
}
