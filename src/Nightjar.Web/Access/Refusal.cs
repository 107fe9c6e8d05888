using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;

namespace Nightjar.Web.Access;

/// <summary>How a request is turned away: as a page for browsers, as problem+json for the API.</summary>
internal static class Refusal
{
    public static Task WriteAsync(HttpContext http, int status, string title, string says)
    {
        http.Response.StatusCode = status;
        return IsApi(http)
            ? http.Response.WriteAsJsonAsync(new { type = "about:blank", title, status, detail = says }, BundleFormat.Json, "application/problem+json", http.RequestAborted)
            : new RazorComponentResult<RefusalPage>(new { Title = title, Says = says }) { StatusCode = status }.ExecuteAsync(http);
    }

    /// <summary>The API gets a 401; a page leads to the sign-in page; a live part of a page makes the whole page load again.</summary>
    public static Task SignedOutAsync(HttpContext http)
    {
        if (IsApi(http))
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return WriteAsync(http, StatusCodes.Status401Unauthorized, "Not signed in", "Send the command token as a bearer token, or sign in.");
        }

        if (http.Request.Headers.ContainsKey("HX-Request"))
        {
            http.Response.Headers["HX-Refresh"] = "true";
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        }

        if (!HttpMethods.IsGet(http.Request.Method))
        {
            return WriteAsync(http, StatusCodes.Status401Unauthorized, "You are signed out", "Sign in again, then repeat what you did. Nothing was done.");
        }

        return LeadAsync(http);
    }

    /// <summary>The last resort; the cause is in the log, where only its owner reads it.</summary>
    public static Task FailedAsync(HttpContext http)
    {
        Headers.Add(http.Response);
        return http.Features.Get<IExceptionHandlerFeature>()?.Error switch
        {
            BadHttpRequestException bad => WriteAsync(http, bad.StatusCode, "That could not be read", "The request is too large or broken. Nothing was done."),
            StoreUnavailableException store => StoreAwayAsync(http, store),
            _ => WriteAsync(http, StatusCodes.Status500InternalServerError, "Nightjar could not do this", "The log says why."),
        };
    }

    /// <summary>Its message names files of this machine, so only those who are signed in read it.</summary>
    private static Task StoreAwayAsync(HttpContext http, StoreUnavailableException store)
    {
        http.Response.Headers.RetryAfter = "10";
        var why = http.Features.Get<Visitor>() is null ? "The log says why" : store.Message;
        return WriteAsync(http, StatusCodes.Status503ServiceUnavailable, "Nightjar cannot reach its store", $"{why}. Nothing was done, and nothing is lost: it goes on by itself once the store can be written again. Then load this page again.");
    }

    /// <summary>
    /// A link in a chat arrives without our cookie, because that never travels from another site. A page of our own that goes on
    /// to the same address by itself brings it along.
    /// </summary>
    private static Task LeadAsync(HttpContext http)
    {
        if (http.Request.Headers["Sec-Fetch-Site"] == "cross-site")
        {
            var here = $"{http.Request.Path.ToUriComponent()}{http.Request.QueryString.ToUriComponent()}";
            return new RazorComponentResult<ContinuePage>(new { To = LocalPath.Of(here) }).ExecuteAsync(http);
        }

        http.Response.Redirect("/signin");
        return Task.CompletedTask;
    }

    private static bool IsApi(HttpContext http) => http.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal);
}
