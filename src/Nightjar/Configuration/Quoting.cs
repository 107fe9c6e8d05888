using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Nightjar.Configuration;

/// <summary>Writes any text as one YAML scalar that reads back as the same text.</summary>
internal static partial class Quoting
{
    /// <summary>Bare where that is safe, else in double quotes.</summary>
    public static string Scalar(string text) => Bare().IsMatch(text) && !Word().IsMatch(text) ? text : Double(text);

    public static string Double(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                _ when IsUnseen(rune) => quoted.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"),
                _ => quoted.Append(rune.ToString()),
            };
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>A line of comment that cannot end early, whatever is in it.</summary>
    public static string Comment(string text) =>
        string.Concat(text.EnumerateRunes().Select(r => IsUnseen(r) ? " " : r.ToString()));

    /// <summary>Control, format and separator characters: what could break a line or hide in it.</summary>
    private static bool IsUnseen(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;

    [GeneratedRegex(@"^[A-Za-z0-9_./][A-Za-z0-9_./+\-]*(?::[A-Za-z0-9_./+\-]+)*$", RegexOptions.CultureInvariant)]
    private static partial Regex Bare();

    /// <summary>What a YAML reader would take for a number, a truth value, nothing or an end.</summary>
    [GeneratedRegex(@"^(?:[-+.]?[0-9][-0-9_.:eExX+a-fA-F]*|null|true|false|yes|no|on|off|y|n|\.+|\.nan|\.inf|~)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Word();
}
