using System.Text.RegularExpressions;

namespace Nightjar.Configuration;

/// <summary>How the file's own words are repeated in a message: short, in one line, without credentials.</summary>
internal static partial class Wording
{
    /// <summary>Characters of a value that a message repeats: enough to find it again.</summary>
    private const int Longest = 60;

    public static string Quote(string text)
    {
        var shown = WithoutCredentials(text);
        shown = shown.Length > Longest ? shown[..Longest] + "…" : shown;
        return Plain().IsMatch(shown) ? shown : Quoting.Double(shown);
    }

    public static string WithoutCredentials(string text) => Credentials().Replace(text, "://***@");

    /// <summary>The known word that was probably meant, as the end of a sentence; empty when none is near.</summary>
    public static string DidYouMean(string word, IEnumerable<string> known)
    {
        var best = known.Select(k => (Word: k, Distance: Distance(Bare(word), Bare(k)))).OrderBy(k => k.Distance).FirstOrDefault();
        return best.Word is { } near && best.Distance <= Math.Min(3, near.Length / 3) ? $"; did you mean {near}?" : "";
    }

    /// <summary>Without what other spellings of one name differ in: <c>error_rate</c>, <c>error-rate</c>, <c>ErrorRate</c>.</summary>
    private static string Bare(string word) =>
        string.Concat((word.Length > Longest ? word[..Longest] : word).Where(char.IsLetterOrDigit)).ToLowerInvariant();

    /// <summary>Edits between two words, a swap of neighbours counting as one (optimal string alignment).</summary>
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    d[i, j] = i + j;
                    continue;
                }

                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }

    [GeneratedRegex(@"^[\p{L}\p{Nd}_.:/+\-~*@%$%{}?&=…]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();

    [GeneratedRegex("://[^/@]*@", RegexOptions.CultureInvariant)]
    private static partial Regex Credentials();
}
