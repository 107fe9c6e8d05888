using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Nightjar.Web.Access;

/// <summary>Who asks.</summary>
/// <param name="ByToken">True for the command line, which is no browser and needs no form token.</param>
internal sealed record Visitor(string Person, bool ByToken)
{
    /// <summary>Characters of a person's name; the rest is cut.</summary>
    private const int LongestName = 80;

    public static Visitor Of(HttpContext http) => http.Features.Get<Visitor>() ?? throw new InvalidOperationException("This address is not behind the gate");

    public static string CleanName(string? name)
    {
        var kept = new string([.. (name ?? "").Where(c => !char.IsControl(c)).Take(LongestName)]).Trim();
        return kept.Length == 0 ? "somebody" : kept;
    }

    /// <summary>The form tokens are bound to this identity, so that one person's cannot be used by another.</summary>
    public void Enter(HttpContext http)
    {
        http.Features.Set(this);
        http.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, Person), new Claim(ClaimTypes.Name, Person)], "nightjar"));
    }
}
