using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Nightjar.Connectors.GitHub;

/// <summary>Where the next page of a list is.</summary>
internal static partial class Pages
{
    /// <summary>Null at the last page. An address of another server is none: our token would go there.</summary>
    /// <exception cref="GitHubException">There is a next page, but not at this server: the list is unknown.</exception>
    public static Uri? Next(HttpResponseHeaders headers, Uri api)
    {
        if (!headers.TryGetValues("Link", out var links) || Link().Match(string.Join(", ", links)) is not { Success: true } match)
        {
            return null;
        }

        return Uri.TryCreate(match.Groups["url"].Value, UriKind.Absolute, out var next) && next.Scheme == api.Scheme && next.Authority == api.Authority
            ? next
            : throw new GitHubException(GitHubFault.Unexpected, "GitHub's list goes on at another server, which is not asked: see whether github.api is the address that the server gives itself.");
    }

    [GeneratedRegex("""<(?<url>[^>]{1,2000})>\s*;\s*rel="next"(?:\s*[,;]|\s*$)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();
}
