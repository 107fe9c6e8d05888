using Microsoft.AspNetCore.Http;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;

namespace Nightjar.Web.Access;

/// <summary>The cookie of a signed-in browser and the session behind it.</summary>
internal sealed class Sessions(ISignIns signIns, DashboardOptions options, TimeProvider clock)
{
    private static readonly TimeSpan Idle = TimeSpan.FromHours(12);

    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>The end is moved on at most once an hour, so that reading does not mean writing.</summary>
    private static readonly TimeSpan Step = TimeSpan.FromHours(1);

    private string CookieName => $"nightjar-{options.Port}";

    public async Task<string?> FindAsync(HttpContext http)
    {
        if (http.Request.Cookies[CookieName] is not { } token || !Token.IsPlausible(token))
        {
            return null;
        }

        var now = clock.GetUtcNow();
        var hash = Token.Hash(token);
        if (await signIns.FindSessionAsync(hash, now, http.RequestAborted) is not { } session)
        {
            return null;
        }

        // A page that keeps itself up to date is not a person who does something.
        var end = End(session.CreatedAt, now);
        if (end - session.ExpiresAt >= Step && !http.Request.Headers.ContainsKey("HX-Request"))
        {
            await ExtendAsync(http, token, session, end);
        }

        return session.Person;
    }

    /// <summary>A store that cannot be written must not keep people from reading what is wrong with it.</summary>
    private async Task ExtendAsync(HttpContext http, string token, SignedIn session, DateTimeOffset end)
    {
        try
        {
            await signIns.CreateSessionAsync(Token.Hash(token), session.Person, session.CreatedAt, end, http.RequestAborted);
            Send(http, token, end);
        }
        catch (StoreUnavailableException)
        {
            // The session lasts as long as it did; the next page tries again, and the pages say that the store is away.
        }
    }

    public async Task StartAsync(HttpContext http, string person)
    {
        var now = clock.GetUtcNow();
        var token = Token.Create();
        await signIns.CreateSessionAsync(Token.Hash(token), person, now, End(now, now), http.RequestAborted);
        Send(http, token, End(now, now));
    }

    public async Task EndAsync(HttpContext http)
    {
        if (http.Request.Cookies[CookieName] is { } token && Token.IsPlausible(token))
        {
            await signIns.RevokeAsync(Token.Hash(token), http.RequestAborted);
        }

        http.Response.Cookies.Delete(CookieName);
    }

    private static DateTimeOffset End(DateTimeOffset created, DateTimeOffset now) =>
        now + Idle < created + Longest ? now + Idle : created + Longest;

    private void Send(HttpContext http, string token, DateTimeOffset end) => http.Response.Cookies.Append(CookieName, token, new CookieOptions
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = http.Request.IsHttps,
        MaxAge = end - clock.GetUtcNow(),
        Path = "/",
        IsEssential = true,
    });
}
