using System.Net;

namespace Nightjar.Connectors.GitHub;

/// <summary>Why GitHub did not do what was asked.</summary>
internal enum GitHubFault
{
    /// <summary>There was no answer.</summary>
    Unreachable,

    /// <summary>401.</summary>
    Unauthorized,

    /// <summary>403 that is no rate limit.</summary>
    Forbidden,

    /// <summary>404, and 410 for what was deleted.</summary>
    NotFound,

    /// <summary>301, 307, 308: the repository was renamed or given to another owner.</summary>
    Moved,

    /// <summary>409.</summary>
    Conflict,

    /// <summary>422.</summary>
    Invalid,

    /// <summary>5xx.</summary>
    Server,

    /// <summary>Another status, or an answer that cannot be read.</summary>
    Unexpected,
}

/// <summary>GitHub did not do what was asked; the message says what was, why, and what to do.</summary>
internal sealed class GitHubException(GitHubFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public GitHubFault Fault => fault;

    /// <param name="doing">What was tried, as in <c>open a draft request in acme/shop</c>.</param>
    /// <param name="said">What GitHub's answer said, in one bounded line.</param>
    public static GitHubException Of(HttpStatusCode status, string doing, string said)
    {
        var (fault, what) = (int)status switch
        {
            401 => (GitHubFault.Unauthorized, "it refused our token: the token is wrong, expired or revoked; give a new one (github.token or github.tokenFile)"),
            403 => (GitHubFault.Forbidden, "our token may not do this: it needs Contents, Pull requests and Issues (read and write) on this repository; an organisation may also have to approve the token"),
            404 or 410 => (GitHubFault.NotFound, "it is not there, or our token may not see it: correct the repository's address, or give the token access to it"),
            301 or 302 or 307 or 308 => (GitHubFault.Moved, "the repository was moved or renamed: put its new address into the configuration"),
            409 => (GitHubFault.Conflict, "it conflicts with something that changed at the same time; it is tried again"),
            422 => (GitHubFault.Invalid, "GitHub takes it for invalid"),
            >= 500 => (GitHubFault.Server, "GitHub has trouble of its own; it is tried again"),
            _ => (GitHubFault.Unexpected, "GitHub gave an answer that was not expected"),
        };
        return new GitHubException(fault, $"Could not {doing}: {what}. GitHub said: {(int)status}{(said.Length == 0 ? "" : $" {said}")}");
    }
}
