using System.Text;
using System.Text.RegularExpressions;
using Nightjar.Core.Policy;

namespace Nightjar.Core.Proposal;

/// <summary>
/// Puts text from outside into Markdown so that it stays a quotation: secrets masked, the fence around it longer than any run of
/// backticks in it (CommonMark 0.31, sections 4.5 and 6.1), and characters that no reader can see taken out.
/// </summary>
public static partial class Quoting
{
    /// <summary>One line of code in running text.</summary>
    /// <param name="most">Characters kept; what is longer ends in an ellipsis.</param>
    public static string Inline(string text, int most = 160)
    {
        var line = Plain(text, most);
        if (line.Length == 0)
        {
            return "` `";
        }

        var fence = new string('`', LongestRun(line) + 1);
        var pad = line[0] == '`' || line[^1] == '`' ? " " : "";
        return $"{fence}{pad}{line}{pad}{fence}";
    }

    /// <summary>A block of its own, with line breaks around it.</summary>
    /// <param name="most">Characters kept of the beginning.</param>
    public static string Block(string text, int most = 4_000)
    {
        var kept = Clean(Secrets.Mask(text).ReplaceLineEndings("\n"), keepBreaks: true);
        kept = kept.Length > most ? $"{Cut(kept, most)}\n…" : kept;
        var fence = new string('`', Math.Max(3, LongestRun(kept) + 1));
        return $"\n{fence}\n{kept.TrimEnd('\n')}\n{fence}\n";
    }

    /// <summary>One bounded line without anything that could start a new one; not yet safe as Markdown.</summary>
    public static string Plain(string text, int most = 160)
    {
        var line = string.Join(' ', Clean(Secrets.Mask(text), keepBreaks: false).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return line.Length > most ? $"{Cut(line, most - 1)}…" : line;
    }

    /// <summary>
    /// Prose that somebody else wrote: headings, HTML, mentions, links and pictures lose their power (a picture is fetched by whoever
    /// looks, with whatever its address says); code spans stay as they are.
    /// </summary>
    public static string Prose(string text)
    {
        var clean = Clean(Secrets.Mask(text).ReplaceLineEndings("\n"), keepBreaks: true);
        var lines = clean.Split('\n').Select(l => l.TrimStart().StartsWith('#') ? "\\" + l.TrimStart() : l);
        var joined = string.Join('\n', lines);
        var safe = new StringBuilder(joined.Length);
        var from = 0;
        foreach (Match span in CodeSpan().Matches(joined))
        {
            safe.Append(Disarm(joined[from..span.Index])).Append(span.Value);
            from = span.Index + span.Length;
        }

        return safe.Append(Disarm(joined[from..])).ToString();
    }

    private static string Disarm(string text) =>
        text.Replace("<", "&lt;", StringComparison.Ordinal).Replace("@", "@\u200b", StringComparison.Ordinal).Replace("](", "] (", StringComparison.Ordinal).Replace("][", "] [", StringComparison.Ordinal).Replace("]:", "] :", StringComparison.Ordinal);

    /// <summary>
    /// Control characters become blanks; those that turn the direction of writing, or show nothing, go. Our own section markers are
    /// HTML comments, so the beginning of one is broken up.
    /// </summary>
    private static string Clean(string text, bool keepBreaks)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c is '\u200b' or (>= '\u200e' and <= '\u200f') or (>= '\u202a' and <= '\u202e') or (>= '\u2060' and <= '\u2069') or '\ufeff')
            {
                continue;
            }

            var isBreak = c is '\n' or '\t' && keepBreaks;
            clean.Append(!isBreak && (char.IsControl(c) || c is '\u2028' or '\u2029') ? ' ' : c);
        }

        return clean.Replace("<!--", "<! --").ToString();
    }

    private static string Cut(string text, int at) => text[..(char.IsHighSurrogate(text[at - 1]) ? at - 1 : at)];

    private static int LongestRun(string text)
    {
        var longest = 0;
        for (int i = 0, run = 0; i < text.Length; i++)
        {
            run = text[i] == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }

    [GeneratedRegex(@"(?<!`)(`+)(?!`)[^\n]+?(?<!`)\1(?!`)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex CodeSpan();
}
