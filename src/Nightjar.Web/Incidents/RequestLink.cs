using System.Globalization;
using Nightjar.Core.Proposal;

namespace Nightjar.Web.Incidents;

internal static class RequestLink
{
    /// <summary>The name that the local code host gives itself.</summary>
    private const string LocalHost = "local";

    /// <summary>Our own page for a request of the local host, else the host's; <c>#</c> for an address that is none of the web.</summary>
    public static string Href(ReviewRequest request) =>
        request.Host == LocalHost ? string.Create(CultureInfo.InvariantCulture, $"/requests/{request.Number}")
        : Uri.TryCreate(request.Url, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? url.AbsoluteUri
        : "#";
}
