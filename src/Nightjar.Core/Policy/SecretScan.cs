using System.Text.RegularExpressions;

namespace Nightjar.Core.Policy;

/// <summary>
/// Whether a line of a file holds a secret. Stricter about what counts than <see cref="Secrets.Mask"/>, which may mask too much:
/// here a false alarm refuses a fix. A token of a known shape always counts; a value that is assigned to a name such as
/// <c>apiKey</c> counts when it looks made by a machine, or like a password.
/// </summary>
internal static partial class SecretScan
{
    /// <summary>Bits per character (Shannon): words stay below, random base64 of this length is above.</summary>
    private const double Random = 3.5;

    private const int ShortestPassword = 8;

    private const int ShortestToken = 16;

    /// <summary>Unquoted values of program text are names of other things, unless they are very random.</summary>
    private const int ShortestBare = 20;

    /// <summary>A shorter run of hexadecimal digits is more likely a number or a short hash.</summary>
    private const int ShortestHex = 32;

    private static readonly string[] ConfigurationEndings = [".yml", ".yaml", ".env", ".properties", ".ini", ".toml", ".conf", ".cfg", ".config", ".sh", ".tfvars", ".npmrc", ".pypirc", "Dockerfile"];

    /// <returns>The kind of secret, for people; null when there is none. Never the secret itself.</returns>
    /// <param name="isHashes">The file is a lock file, which is full of hashes: only known shapes count.</param>
    public static string? Find(string path, string line, bool isHashes)
    {
        try
        {
            if (Secrets.PrivateKey().IsMatch(line))
            {
                return "a private key";
            }

            if (Secrets.Shapes().Matches(line).Any(m => !m.Value.Contains("EXAMPLE", StringComparison.Ordinal)))
            {
                return "a token of a known service";
            }

            if (Secrets.UrlPassword().Matches(line).Any(m => IsLiteral(m.Value[m.Groups[1].Length..^1]) && !IsWords(m.Value[m.Groups[1].Length..^1])))
            {
                return "a password in a URL";
            }

            var isConfiguration = ConfigurationEndings.Any(e => path.EndsWith(e, StringComparison.OrdinalIgnoreCase)) || Path.GetFileName(path.AsSpan()).StartsWith(".env", StringComparison.Ordinal);
            return !isHashes && Assigned().Matches(line).Any(m => IsSecret(m, isConfiguration)) ? "a secret that is assigned to a name" : null;
        }
        catch (RegexMatchTimeoutException)
        {
            return "something that takes too long to look through";
        }
    }

    private static bool IsSecret(Match match, bool isConfiguration)
    {
        var (name, value) = (match.Groups["name"].Value, match.Groups["value"].Value.TrimEnd('.', ':'));
        var isQuoted = match.Groups["quote"].Length > 0;
        if (NoSecretName().IsMatch(name) || !IsLiteral(value) || Identifier().IsMatch(value) || Placeholder().IsMatch(value) || IsWords(value) || !IsAssigned(name, match.Groups["by"].Value, isQuoted))
        {
            return false;
        }

        if (Hex().IsMatch(value))
        {
            return value.Length >= ShortestHex && StrongName().IsMatch(name);
        }

        var isMixed = value.Any(char.IsAsciiDigit) && value.Any(char.IsAsciiLetter);
        if (!isQuoted && !isConfiguration)
        {
            return isMixed && value.Length >= ShortestBare && !value.Contains('.', StringComparison.Ordinal) && Entropy(value) >= Random;
        }

        return PasswordName().IsMatch(name)
            ? value.Length >= ShortestPassword && (isMixed || value.Any(c => !char.IsAsciiLetterOrDigit(c)))
            : isMixed && value.Length >= ShortestToken && Entropy(value) >= Random;
    }

    /// <summary>A comma assigns only what is quoted (<c>Set("KEY", "…")</c>), a blank only what follows <c>Bearer</c>.</summary>
    private static bool IsAssigned(string name, string by, bool isQuoted) => by switch
    {
        "," => isQuoted,
        ":" or "=" or ":=" or "=>" => true,
        _ => name.EndsWith("bearer", StringComparison.OrdinalIgnoreCase),
    };

    /// <summary>False for what only stands for a value: <c>${NAME}</c>, <c>%NAME%</c>, <c>&lt;password&gt;</c>.</summary>
    private static bool IsLiteral(string value) => value.Length > 0 && value[0] is not ('$' or '%' or '<' or '{' or '*' or '@' or '#' or '[') && !value.Contains("${", StringComparison.Ordinal) && !value.Contains("{{", StringComparison.Ordinal);

    /// <summary>Made of words and numbers, as names of things and test values are: each part letters that can be spoken, or digits alone.</summary>
    private static bool IsWords(string value) => Parts().Split(value).Where(p => p.Length > 0).All(p => p.All(char.IsAsciiDigit) || (p.All(char.IsLetter) && p.Length <= 24 && !Unspeakable().IsMatch(p)));

    private static double Entropy(string value) => value.GroupBy(c => c).Select(g => (double)g.Count() / value.Length).Sum(p => -p * Math.Log2(p));

    [GeneratedRegex("""(?<name>[\w.-]{0,60}(?:key|token|secret|passw(?:or)?d|pwd|passphrase|credentials?|bearer|authorization)[\w-]{0,20})["'`\]]{0,2}\s{0,8}(?<by>:=|=>|=|:|,|\s)\s{0,8}(?:(?:bearer|basic)\s{1,8})?(?<quote>["'`]?)(?<value>[^\s"'`<>(){}\[\],;]{8,300})""", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Assigned();

    /// <summary>What is public, or only says of which kind, where or how long.</summary>
    [GeneratedRegex("public|(?:key|token|secret|password)[_-]?(?:ids?|names?|paths?|files?|types?|ur[li]s?|length|size|fields?|prefix|header|hash|count)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex NoSecretName();

    [GeneratedRegex("token|secret|passw|pwd|passphrase|credential|bearer|authorization|(?:api|access|private|signing|encryption|master|service|account)[_.-]?key", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex StrongName();

    [GeneratedRegex("passw|pwd|passphrase", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex PasswordName();

    /// <summary>A UUID, or a hash that says which: <c>sha512-…</c> of package files, <c>h1:…</c> of Go.</summary>
    [GeneratedRegex("^(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?:sha\\d{1,3}|md5)[-:=].*|h1:.*)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Identifier();

    [GeneratedRegex("example|sample|dummy|fake|change[_-]?me|placeholder|your[_-]|xxxx|\\.\\.\\.|redacted|masked|not[_-]a|(?<![a-z])tests?(?![a-z])", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Placeholder();

    [GeneratedRegex("^[0-9a-f]+$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Hex();

    [GeneratedRegex("[^\\p{L}\\p{Nd}]+|(?<=[a-z])(?=[A-Z])", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Parts();

    [GeneratedRegex("[^aeiouyäöüAEIOUY]{6,}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Unspeakable();
}
