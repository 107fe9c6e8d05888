using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Nightjar.Web.Hooks;

namespace Nightjar.Web.Access;

/// <summary>Everything that comes in passes here, in this order: name, headers, size, who, and whether the press is theirs.</summary>
internal sealed partial class Gate(Origins origins, Sessions sessions, Throttle throttle, IAntiforgery forms, DashboardOptions options, ILogger<Gate> logger)
{
    /// <summary>A reason or a commit needs a few hundred bytes.</summary>
    private const int LargestBody = 64 * 1024;

    public async Task PassAsync(HttpContext http, RequestDelegate next)
    {
        Headers.Add(http.Response);
        if (AlertHooks.Is(http.Request))
        {
            await next(http);
            return;
        }

        if (!origins.IsOurs(http) && !HasToken(http.Request))
        {
            RefusedHost(http.Request.Host.Value ?? "");
            await Refusal.WriteAsync(http, StatusCodes.Status421MisdirectedRequest, "Nightjar does not answer to this name", "Use the address that `nightjar run` printed.");
            return;
        }

        if (IsPublic(http.Request) || GitHubHook.Is(http.Request))
        {
            await next(http);
            return;
        }

        if (!LimitBody(http))
        {
            await Refusal.WriteAsync(http, StatusCodes.Status413PayloadTooLarge, "That is too much", $"A request may have at most {LargestBody / 1024} kB.");
            return;
        }

        if (await WhoAsync(http) && await MayPressAsync(http))
        {
            await next(http);
        }
    }

    /// <summary>Whoever holds the token is no page that a foreign name was pointed at us for: in a cluster we have names that nobody told us.</summary>
    private bool HasToken(HttpRequest request) =>
        request.Headers.Authorization.ToString() is var given && given.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && Token.Same(given["Bearer ".Length..].Trim(), options.CommandToken);

    private static bool IsPublic(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && (request.Path == "/healthz" || request.Path == "/readyz" || request.Path == "/favicon.svg" || request.Path.StartsWithSegments("/assets", StringComparison.Ordinal));

    private static bool LimitBody(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = LargestBody;
        }

        return http.Request.ContentLength is null or <= LargestBody;
    }

    /// <summary>False when nobody may come in; the answer is written then.</summary>
    private async Task<bool> WhoAsync(HttpContext http)
    {
        var authorization = http.Request.Headers.Authorization.ToString();
        if (authorization.Length > 0)
        {
            return await ByTokenAsync(http, authorization);
        }

        if (await sessions.FindAsync(http) is { } person)
        {
            new Visitor(person, ByToken: false).Enter(http);
            return true;
        }

        if (http.Request.Path == "/signin")
        {
            return true;
        }

        await Refusal.SignedOutAsync(http);
        return false;
    }

    private async Task<bool> ByTokenAsync(HttpContext http, string authorization)
    {
        if (!throttle.IsOpen())
        {
            await Refusal.WriteAsync(http, StatusCodes.Status429TooManyRequests, "Too many tries", "Wait a minute.");
            return false;
        }

        if (!authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) || !Token.Same(authorization["Bearer ".Length..].Trim(), options.CommandToken))
        {
            throttle.Failed();
            RefusedToken();
            await Refusal.SignedOutAsync(http);
            return false;
        }

        var name = http.Request.Headers["X-Nightjar-Person"].ToString();
        new Visitor(name.Length == 0 ? "cli" : Visitor.CleanName(Uri.UnescapeDataString(name)), ByToken: true).Enter(http);
        return true;
    }

    /// <summary>Whether a request that changes something was sent by our own page for the one who is signed in.</summary>
    private async Task<bool> MayPressAsync(HttpContext http)
    {
        var method = http.Request.Method;
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || http.Features.Get<Visitor>() is { ByToken: true })
        {
            return true;
        }

        if (!Origins.IsOwnPage(http.Request))
        {
            RefusedOrigin(http.Request.Headers.Origin.ToString());
            await Refusal.WriteAsync(http, StatusCodes.Status403Forbidden, "Another page sent this", "Only Nightjar's own pages may press its buttons. Nothing was done.");
            return false;
        }

        try
        {
            if (http.Request.HasFormContentType)
            {
                await http.Request.ReadFormAsync(new FormOptions { ValueCountLimit = 64 }, http.RequestAborted);
            }

            await forms.ValidateRequestAsync(http);
            return true;
        }
        catch (AntiforgeryValidationException)
        {
            await Refusal.WriteAsync(http, StatusCodes.Status400BadRequest, "This page is out of date", "Nightjar was restarted, or you signed in anew, since the page was opened. Go back, reload it and press again. Nothing was done.");
        }
        catch (BadHttpRequestException e)
        {
            await Refusal.WriteAsync(http, e.StatusCode, "That could not be read", "The request is too large or broken. Nothing was done.");
        }
        catch (InvalidDataException)
        {
            await Refusal.WriteAsync(http, StatusCodes.Status400BadRequest, "That could not be read", "The form is broken. Nothing was done.");
        }

        return false;
    }

    [LoggerMessage(6000, LogLevel.Warning, "Refused a request for host {Host}")]
    private partial void RefusedHost(string host);

    [LoggerMessage(6001, LogLevel.Warning, "Refused a wrong command token")]
    private partial void RefusedToken();

    [LoggerMessage(6002, LogLevel.Warning, "Refused a change sent by a page of {Origin}")]
    private partial void RefusedOrigin(string origin);
}
