using System.Text.RegularExpressions;

namespace Nightjar.Core.Policy;

/// <summary>
/// Masks what looks like a secret before text leaves the process: tokens of known shapes, private keys, passwords in URLs, and
/// values of keys that name a secret. It runs before text is cut, so that half a token cannot slip through.
/// </summary>
public static partial class Secrets
{
    public const string Masked = "[masked]";

    public static string Mask(string text)
    {
        try
        {
            text = PrivateKey().Replace(text, Masked);
            text = Shapes().Replace(text, Masked);
            text = UrlPassword().Replace(text, $"$1{Masked}@");
            return Named().Replace(text, $"$1{Masked}");
        }
        catch (RegexMatchTimeoutException)
        {
            // Text that nobody could look through shows nothing, and stops nobody from going on.
            return $"{Masked} (too much text to look through)";
        }
    }

    [GeneratedRegex(@"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)", RegexOptions.CultureInvariant, 1000)]
    internal static partial Regex PrivateKey();

    /// <summary>GitHub, GitLab, Slack, AWS, Google, Anthropic and OpenAI, Stripe, npm, and JSON Web Tokens, by their published prefixes.</summary>
    [GeneratedRegex(@"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{20,}|xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{35}|sk-[A-Za-z0-9_-]{20,}|[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|npm_[A-Za-z0-9]{30,}|eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*)", RegexOptions.CultureInvariant, 1000)]
    internal static partial Regex Shapes();

    [GeneratedRegex(@"(\b[a-z][a-z0-9+.-]{0,20}://[^\s:/@]*:)[^\s@/]+@", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    internal static partial Regex UrlPassword();

    [GeneratedRegex(@"((?:password|passwd|pwd|secret|api[_-]?key|access[_-]?key|auth[_-]?token|client[_-]?secret|private[_-]?key)[""']?\s*[:=]\s*[""']?|\b(?:authorization[""']?\s*[:=]\s*[""']?(?:bearer|basic)|bearer)\s+)[^\s""',;&]{4,}", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Named();
}
