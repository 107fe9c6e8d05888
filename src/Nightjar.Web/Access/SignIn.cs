using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Policy;

namespace Nightjar.Web.Access;

/// <summary>
/// Signing in by a link that works once. Opening it shows a button, and the button uses it up, so that the preview of a link
/// in a chat does not.
/// </summary>
internal sealed partial class SignIn(ISignIns signIns, Sessions sessions, Throttle throttle, IAntiforgery forms, TimeProvider clock, ILogger<SignIn> logger)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/signin", (HttpContext http, SignIn signIn, string? token, string? to) => signIn.Show(http, token, to));
        routes.MapPost("/signin", (HttpContext http, SignIn signIn) => signIn.EnterAsync(http));
        routes.MapPost("/signout", (HttpContext http, SignIn signIn) => signIn.LeaveAsync(http));
    }

    private IResult Show(HttpContext http, string? token, string? to) => new RazorComponentResult<SignInPage>(new
    {
        Token = Token.IsPlausible(token) ? token : null,
        To = LocalPath.Of(to),
        FormToken = forms.GetAndStoreTokens(http).RequestToken,
    });

    private async Task<IResult> EnterAsync(HttpContext http)
    {
        if (!throttle.IsOpen())
        {
            return Refused(StatusCodes.Status429TooManyRequests, "Too many tries", "Wait a minute, then try again.");
        }

        var form = await Forms.FieldsAsync(http);
        var token = form["token"].ToString();
        var person = Token.IsPlausible(token) ? await signIns.UseLinkAsync(Token.Hash(token), clock.GetUtcNow(), http.RequestAborted) : null;
        if (person is null)
        {
            throttle.Failed();
            RefusedLink();
            return Refused(StatusCodes.Status401Unauthorized, "This link no longer works", "A sign-in link works once, for 15 minutes. Get a new one: run `nightjar signin` where Nightjar runs.");
        }

        await sessions.StartAsync(http, person);
        SignedIn(person);
        return Results.Redirect(LocalPath.Of(form["to"]));
    }

    private async Task<IResult> LeaveAsync(HttpContext http)
    {
        await sessions.EndAsync(http);
        return Results.Redirect("/signin");
    }

    private static RazorComponentResult<RefusalPage> Refused(int status, string title, string says) => new(new { Title = title, Says = says }) { StatusCode = status };

    [LoggerMessage(6010, LogLevel.Information, "{Person} signed in")]
    private partial void SignedIn(string person);

    [LoggerMessage(6011, LogLevel.Warning, "Refused a sign-in link that is unknown, used or expired")]
    private partial void RefusedLink();
}
