using Microsoft.AspNetCore.Http;

namespace Nightjar.Web.Access;

/// <summary>
/// Which names this server answers to, and which pages may press its buttons. A name that somebody else's DNS points at the
/// loopback address is not ours.
/// </summary>
internal sealed class Origins(DashboardOptions options)
{
    private readonly HashSet<string> named = new(options.Hosts, StringComparer.OrdinalIgnoreCase);

    public bool IsOurs(HttpContext http)
    {
        var host = http.Request.Host;
        if (!host.HasValue)
        {
            return false;
        }

        return named.Contains(host.Value) || (IsLoopback(host.Host) && (host.Port ?? 80) == http.Connection.LocalPort);
    }

    /// <summary>
    /// Browsers say where a press of a button comes from; one that says nothing, or another place, is refused. Looked at besides
    /// the form token, so that either alone is enough.
    /// </summary>
    public static bool IsOwnPage(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        var origin = request.Headers.Origin.ToString();
        if (site.Length == 0 && origin.Length == 0)
        {
            return false;
        }

        return site is "" or "same-origin"
            && (origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out var from) && Names(from, request)));
    }

    private static bool Names(Uri from, HttpRequest request) =>
        from.Scheme is "http" or "https" && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);

    private static bool IsLoopback(string host) => host is "127.0.0.1" or "[::1]" || host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
}
