using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Nightjar.Core.Signals;
using Nightjar.Web.Api;

namespace Nightjar.Web.Hooks;

/// <summary>
/// <c>POST /hooks/alerts/{name}</c>, for other alerting systems. They have no session and come under any name, so the gate lets exactly this
/// through; the receiver's own secret is asked for instead.
/// </summary>
internal static class AlertHooks
{
    /// <summary>500 alerts of 4 kB.</summary>
    private const int LargestBody = 2 * 1024 * 1024;

    private const string Path = "/hooks/alerts";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost($"{Path}/{{name}}", (HttpContext http, [FromServices] IAlertDoor door, string name) => TakeAsync(http, door, name));

    /// <summary>Whether the gate has nothing to ask here.</summary>
    public static bool Is(HttpRequest request) =>
        HttpMethods.IsPost(request.Method) && request.Path.StartsWithSegments(Path, StringComparison.Ordinal, out var rest) && rest.Value is { Length: > 1 } name && !name.AsSpan(1).Contains('/');

    private static async Task<IResult> TakeAsync(HttpContext http, [FromServices] IAlertDoor door, string name)
    {
        if (await ReadAsync(http) is not { } body)
        {
            return Reply.Problem(StatusCodes.Status413PayloadTooLarge, "That is too much", $"A delivery may have at most {LargestBody / 1024} kB; nothing was taken");
        }

        var signature = http.Request.Headers["X-PagerDuty-Signature"].ToString();
        var authorization = http.Request.Headers.Authorization.ToString();
        var delivery = new AlertDelivery(authorization.Length > 0 ? authorization : null, signature.Length > 0 ? signature : null, body);
        var reply = await door.TakeAsync(name, delivery, http.RequestAborted);
        return reply.Verdict switch
        {
            AlertVerdict.Taken => Reply.Ok(new { Done = true, reply.Says }),
            AlertVerdict.Malformed => Reply.Problem(StatusCodes.Status400BadRequest, "That could not be read", reply.Says),
            AlertVerdict.Unauthenticated => Reply.Problem(StatusCodes.Status401Unauthorized, "Not let in", reply.Says),
            AlertVerdict.Unknown => Reply.Problem(StatusCodes.Status404NotFound, "No such receiver", reply.Says),
            AlertVerdict.Replayed => Reply.Problem(StatusCodes.Status409Conflict, "Taken before", reply.Says),
        };
    }

    /// <summary>Null when it is too large.</summary>
    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpContext http)
    {
        // Some more may come in than is read, so that a sender without a length hears the answer instead of a broken line.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = 8 * LargestBody;
        }

        if (http.Request.ContentLength > LargestBody)
        {
            return null;
        }

        using var held = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0)
        {
            held.Write(buffer, 0, read);
            if (held.Length > LargestBody)
            {
                return null;
            }
        }

        return held.ToArray();
    }
}
