using Microsoft.AspNetCore.Http;
using Nightjar.Core.Evidence;

namespace Nightjar.Web.Api;

/// <summary>The answers of the API: JSON as everywhere in Nightjar, and problem+json (RFC 9457) for what went wrong.</summary>
internal static class Reply
{
    public static IResult Ok(object value) => Results.Json(value, BundleFormat.Json);

    public static IResult NotFound(string says) => Problem(StatusCodes.Status404NotFound, "Not found", says);

    public static IResult BadRequest(string says) => Problem(StatusCodes.Status400BadRequest, "Bad request", says);

    public static IResult Conflict(string says) => Problem(StatusCodes.Status409Conflict, "Not done", says);

    public static IResult Problem(int status, string title, string detail) =>
        Results.Json(new { type = "about:blank", title, status, detail }, BundleFormat.Json, "application/problem+json", status);
}
