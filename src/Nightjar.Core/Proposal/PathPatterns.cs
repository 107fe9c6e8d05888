using System.Text;
using System.Text.RegularExpressions;

namespace Nightjar.Core.Proposal;

/// <summary>
/// Paths by patterns as in a <c>.gitignore</c>: a name without a slash is meant in any folder, one with a slash from the top;
/// <c>*</c> stays within a name, <c>**</c> does not; a folder means all that is in it. Case does not count.
/// </summary>
internal sealed class PathPatterns(IEnumerable<string> patterns)
{
    /// <summary>Made when the first change comes: they take 15 MB, and most days none comes.</summary>
    private readonly Lazy<Regex[]> compiled = new(() => [.. patterns.Where(p => p.Trim('/').Length > 0).Select(Compile)]);

    public bool Match(string path) => compiled.Value.Any(p => p.IsMatch(path));

    private static Regex Compile(string pattern)
    {
        var body = pattern.TrimEnd('/');
        var fromTop = body.Contains('/', StringComparison.Ordinal);
        var text = new StringBuilder(fromTop ? @"\A" : @"\A(?:.*/)?");
        body = body.TrimStart('/');
        for (var i = 0; i < body.Length; i++)
        {
            var isDouble = body[i] == '*' && i + 1 < body.Length && body[i + 1] == '*';
            text.Append(isDouble ? ".*" : body[i] switch { '*' => "[^/]*", '?' => "[^/]", var c => Regex.Escape(c.ToString()) });
            i += isDouble ? i + 2 < body.Length && body[i + 2] == '/' ? 2 : 1 : 0;
        }

        text.Append(pattern.EndsWith('/') ? @"/.*\z" : @"(?:/.*)?\z");
        return new Regex(text.ToString(), RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline);
    }
}
