using System.Text;
using Nightjar.Core.Policy;

namespace Nightjar.Core.Proposal;

/// <summary>Puts text from outside into Markdown as data: masked, and unable to end its quotation.</summary>
public static class Quoting
{
    /// <summary>A fenced block; the fence is longer than any run of backticks inside.</summary>
    public static string Fence(string text, string language = "")
    {
        var masked = Clean(Secrets.Mask(text));
        var fence = new string('`', Math.Max(3, LongestRun(masked) + 1));
        return $"{fence}{language}\n{masked.TrimEnd('\n')}\n{fence}";
    }

    /// <summary>An inline code span on one line.</summary>
    public static string Inline(string text)
    {
        var masked = Clean(Secrets.Mask(text)).Replace('\n', ' ').Trim();
        if (masked.Length == 0)
        {
            return "(empty)";
        }

        var fence = new string('`', LongestRun(masked) + 1);
        var pad = masked[0] == '`' || masked[^1] == '`' ? " " : "";
        return $"{fence}{pad}{masked}{pad}{fence}";
    }

    /// <summary>Prose from outside (an agent's words): headings, HTML comments and mentions lose their power, the rest reads on.</summary>
    public static string Prose(string text)
    {
        var masked = Clean(Secrets.Mask(text)).Replace("<", "&lt;", StringComparison.Ordinal);
        var lines = masked.Split('\n').Select(l => l.TrimStart().StartsWith('#') ? "\\" + l.TrimStart() : l);
        return string.Join('\n', lines).Replace("@", "@\u200b", StringComparison.Ordinal);
    }

    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (c == '\n' || c == '\t' || !char.IsControl(c))
            {
                clean.Append(c);
            }
        }

        // Our own section markers are HTML comments: outside text must not be able to make one.
        return clean.Replace("<!--", "<!\u200b--").ToString();
    }

    private static int LongestRun(string text)
    {
        var (longest, run) = (0, 0);
        foreach (var c in text)
        {
            run = c == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }
}
