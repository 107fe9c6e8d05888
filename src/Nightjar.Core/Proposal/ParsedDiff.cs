using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Nightjar.Core.Proposal;

/// <summary>One file of a diff: its new lines with their numbers, and what its header says.</summary>
/// <param name="Mode">As git writes it: 100644, 100755 (may be run), 120000 (a link), 160000 (a submodule); empty when it is not said.</param>
/// <param name="IsModeNew">The file is new or got another mode.</param>
internal sealed record DiffFile(string Path, string Mode, bool IsModeNew, bool IsDeleted, bool IsBinary, ImmutableArray<(int Number, string Text)> Added);

/// <summary>
/// Reads what <c>git diff --no-renames</c> writes. Lines of a hunk are counted off by its header, so that no line of a file can
/// pass for a header.
/// </summary>
internal sealed class ParsedDiff
{
    private const string Begin = "diff --git ";

    private readonly ImmutableArray<DiffFile>.Builder files = ImmutableArray.CreateBuilder<DiffFile>();
    private readonly ImmutableArray<(int, string)>.Builder added = ImmutableArray.CreateBuilder<(int, string)>();
    private DiffFile? current;
    private int oldLeft;
    private int newLeft;
    private int number;

    private ParsedDiff()
    {
    }

    public static ImmutableArray<DiffFile> Read(string diff)
    {
        var parsed = new ParsedDiff();
        foreach (var line in diff.Split('\n'))
        {
            parsed.Take(line);
        }

        parsed.Close();
        return parsed.files.ToImmutable();
    }

    private void Take(string line)
    {
        if (oldLeft > 0 || newLeft > 0)
        {
            TakeLine(line);
        }
        else if (line.StartsWith(Begin, StringComparison.Ordinal))
        {
            Close();
            current = new DiffFile(PathOf(line[Begin.Length..]), "", false, false, false, []);
        }
        else if (current is not null)
        {
            TakeHeader(current, line);
        }
    }

    private void TakeLine(string line)
    {
        switch (line.Length == 0 ? ' ' : line[0])
        {
            case '+':
                added.Add((number++, line[1..]));
                newLeft--;
                break;
            case '-':
                oldLeft--;
                break;
            case '\\':
                break;
            default:
                number++;
                oldLeft--;
                newLeft--;
                break;
        }
    }

    private void TakeHeader(DiffFile file, string line)
    {
        var words = line.Split(' ');
        current = words switch
        {
            ["new", "file", "mode", var mode] => file with { Mode = mode, IsModeNew = true },
            ["new", "mode", var mode] => file with { Mode = mode, IsModeNew = true },
            ["deleted", "file", "mode", var mode] => file with { Mode = mode, IsDeleted = true },
            ["index", _, var mode] when file.Mode.Length == 0 => file with { Mode = mode },
            ["GIT", "binary", "patch"] or ["Binary", "files", ..] => file with { IsBinary = true },
            _ => file,
        };
        if (words is ["@@", ['-', .. var old], ['+', .. var fresh], ..])
        {
            (_, oldLeft) = Range(old);
            (number, newLeft) = Range(fresh);
        }
    }

    private void Close()
    {
        if (current is not null)
        {
            files.Add(current with { Added = added.ToImmutable() });
        }

        added.Clear();
        (current, oldLeft, newLeft) = (null, 0, 0);
    }

    private static (int From, int Count) Range(string text)
    {
        var parts = text.Split(',');
        return (Number(parts[0]), parts.Length > 1 ? Number(parts[1]) : 1);
    }

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>Both names are the same, because renames are not looked for: <c>a/NAME b/NAME</c>, or each in quotes.</summary>
    private static string PathOf(string names)
    {
        var half = names[..(names.Length / 2)];
        return half.StartsWith('"') ? Unquoted(half[1..].TrimEnd('"'))[2..] : half.Length > 2 ? half[2..] : names;
    }

    /// <summary>As git quotes: C escapes, and bytes in octal.</summary>
    private static string Unquoted(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(text[i].ToString()));
            }
            else if (i + 3 < text.Length && text[i + 1] is >= '0' and <= '3')
            {
                bytes.Add((byte)(((text[i + 1] - '0') << 6) | ((text[i + 2] - '0') << 3) | (text[i + 3] - '0')));
                i += 3;
            }
            else
            {
                bytes.Add((byte)(text[++i] switch { 'a' => '\a', 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', 'v' => '\v', var c => c }));
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
