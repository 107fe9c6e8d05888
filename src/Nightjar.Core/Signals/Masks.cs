using System.Text.RegularExpressions;

namespace Nightjar.Core.Signals;

/// <summary>
/// Takes out of a message what differs between two occurrences of one problem. Fixed and versioned: a change here is a
/// new version, because fingerprints of open incidents were made under the old one.
/// </summary>
public static partial class Masks
{
    public const int Version = 1;

    /// <summary>Longest message that takes part in identity, in characters; the rest is noise at this length.</summary>
    private const int Longest = 400;

    public static string Apply(string message)
    {
        var text = message.Length > Longest ? message[..Longest] : message;
        text = Uuid().Replace(text, "<uuid>");
        text = Moment().Replace(text, "<time>");
        text = Address().Replace(text, "<ip>");
        text = Hex().Replace(text, "<hex>");
        text = Quoted().Replace(text, "<str>");
        text = Number().Replace(text, "<n>");
        return Blank().Replace(text, " ").Trim();
    }

    [GeneratedRegex(@"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b", RegexOptions.CultureInvariant)]
    private static partial Regex Uuid();

    [GeneratedRegex(@"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?", RegexOptions.CultureInvariant)]
    private static partial Regex Moment();

    [GeneratedRegex(@"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b", RegexOptions.CultureInvariant)]
    private static partial Regex Address();

    [GeneratedRegex(@"\b(?:0x[0-9a-fA-F]+|(?=[0-9a-fA-F]*\d)(?=[0-9a-fA-F]*[a-fA-F])[0-9a-fA-F]{8,})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Hex();

    [GeneratedRegex("\"[^\"]{0,200}\"|'[^']{0,200}'", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"[+-]?\d+(?:[.,]\d+)*", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex(@"\s+", RegexOptions.CultureInvariant)]
    private static partial Regex Blank();
}
