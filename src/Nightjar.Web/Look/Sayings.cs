using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Nightjar.Web.Look;

/// <summary>How the press of a button ended.</summary>
public sealed record Answer(bool Done, string Says);

/// <summary>
/// Carries an answer from the button to the page it leads to, in a cookie that lasts for that one page. Sealed, so that nobody
/// else can put words into the page's mouth.
/// </summary>
internal sealed class Sayings(IDataProtectionProvider protection, DashboardOptions options)
{
    /// <summary>A cookie has 4 kB in all, sealing adds a half.</summary>
    private const int Longest = 600;

    private readonly IDataProtector seal = protection.CreateProtector("nightjar.said");

    private string CookieName => $"nightjar-said-{options.Port}";

    /// <summary>Leads the browser to a page that shows the answer once.</summary>
    public IResult Lead(HttpContext http, Answer answer, string to)
    {
        var says = answer.Says.Length > Longest ? answer.Says[..Longest] : answer.Says;
        http.Response.Cookies.Append(CookieName, seal.Protect(JsonSerializer.Serialize(answer with { Says = says })), new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = http.Request.IsHttps,
            MaxAge = TimeSpan.FromMinutes(1),
            Path = "/",
            IsEssential = true,
        });
        http.Response.Headers.Location = to;
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    public Answer? Take(HttpContext http)
    {
        // A live part asks on its own and shows no answer; it must not eat the one that the page is about to show.
        if (http.Request.Headers.ContainsKey("HX-Request") || http.Request.Cookies[CookieName] is not { } sealedText)
        {
            return null;
        }

        http.Response.Cookies.Delete(CookieName);
        try
        {
            return JsonSerializer.Deserialize<Answer>(seal.Unprotect(sealedText));
        }
        catch (CryptographicException)
        {
            // Sealed before the last restart, or not by us.
            return null;
        }
    }
}
