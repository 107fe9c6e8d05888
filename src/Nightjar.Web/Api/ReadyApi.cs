using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Nightjar.Core.Evidence;

namespace Nightjar.Web.Api;

/// <summary>
/// For machines that ask whether it lives and whether it works: <c>/healthz</c> and <c>/readyz</c>. Open to whoever can connect,
/// so neither names a file or an address.
/// </summary>
internal static class ReadyApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", () => Results.Text("ok"));
        routes.MapGet("/readyz", (HttpContext http, DashboardOptions options) => AnswerAsync(http, options));
    }

    private static async Task<IResult> AnswerAsync(HttpContext http, DashboardOptions options)
    {
        var parts = options.Readiness is { } ask ? await ask(http.RequestAborted) : [];
        var isReady = parts.All(p => p.State != ReadyState.NotReady);
        return Results.Json(new { Ready = isReady, Parts = parts.Select(p => new { p.Name, p.State, p.Says }) }, BundleFormat.Json, statusCode: isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
