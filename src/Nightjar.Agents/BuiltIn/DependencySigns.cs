using System.Text.RegularExpressions;

namespace Nightjar.Agents.BuiltIn;

/// <summary>Words by which an error says that something else did not answer: a commit is then less likely than a dependency.</summary>
internal static partial class DependencySigns
{
    /// <summary>What the error says, in our words; null when it says nothing of the kind.</summary>
    public static string? In(string trouble)
    {
        var text = trouble.Length > 2000 ? trouble[..2000] : trouble;
        return Refused().IsMatch(text) ? "a connection was refused or broken off"
            : NotFound().IsMatch(text) ? "a host name could not be resolved or reached"
            : ServerError().IsMatch(text) && !OwnRequest().IsMatch(text) ? "another service answered with a server error"
            : Late().IsMatch(text) ? "something did not answer in time"
            : null;
    }

    [GeneratedRegex(@"(?i)connection (?:was )?(?:refused|reset|aborted|closed|lost)|ECONNREFUSED|ECONNRESET|EPIPE|broken pipe|ConnectException|SocketException|actively refused|connect(?:ion)? failed|unable to connect|could not connect|circuit (?:is )?(?:now )?open|BrokenCircuit", RegexOptions.CultureInvariant)]
    private static partial Regex Refused();

    [GeneratedRegex(@"(?i)name or service not known|no such host|ENOTFOUND|EAI_AGAIN|getaddrinfo|UnknownHost|name resolution|could not resolve|host unreachable|no route to host|EHOSTUNREACH", RegexOptions.CultureInvariant)]
    private static partial Regex NotFound();

    [GeneratedRegex(@"(?i)(?:status|respon\w+|return\w*|answer\w*|code|http(?:/\d\.\d)?|got)\D{0,20}\b5\d\d\b|\b50[234] \w*\s?(?:bad gateway|service unavailable|gateway time-?out|unavailable)|bad gateway|service unavailable|upstream", RegexOptions.CultureInvariant)]
    private static partial Regex ServerError();

    /// <summary>A line about a request that the service itself answered: the 500 in it is its own.</summary>
    [GeneratedRegex(@"\b(?:GET|POST|PUT|PATCH|DELETE|HEAD) /", RegexOptions.CultureInvariant)]
    private static partial Regex OwnRequest();

    [GeneratedRegex(@"(?i)timed[ -]?out|time-?out|ETIMEDOUT|deadline exceeded|did not (?:respond|answer)", RegexOptions.CultureInvariant)]
    private static partial Regex Late();
}
