using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Nightjar.Web.Access;
using Nightjar.Web.Services;

namespace Nightjar.Web.Api;

internal sealed class ServicesApi(ServiceLines lines, Notices notices)
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/services", (HttpContext http, ServicesApi services) => services.ListAsync(http));
        api.MapPost("/services/{name}/deployed", (HttpContext http, ServicesApi services, string name) => services.DeployedAsync(http, name));
        api.MapPost("/services/{name}/investigate", (HttpContext http, ServicesApi services, string name) => services.InvestigateAsync(http, name));
    }

    private async Task<IResult> ListAsync(HttpContext http)
    {
        var all = await lines.ReadAsync(http.RequestAborted);
        return Reply.Ok(new { Services = all.Select(l => new { Name = l.Service.Name.Value, l.OpenIncidents, Rate = new { l.Rate.Errors, l.Rate.Total, l.Rate.Of, Share = l.Rate.Rate, l.Rate.From, l.Rate.To }, l.IsOver }) });
    }

    private async Task<IResult> DeployedAsync(HttpContext http, string name)
    {
        if (Find(name) is not { } service)
        {
            return NotThere();
        }

        var (body, fault) = await Body.ReadAsync<DeployedBody>(http);
        if (body is null || !Notices.IsCommit(body.Commit))
        {
            return Reply.BadRequest(fault ?? "Name the commit that runs: {\"commit\":\"1a2b3c4d\"}");
        }

        var told = await notices.DeployedAsync(service, body.Commit, Visitor.Of(http).Person, http.RequestAborted);
        return Reply.Ok(new { Done = true, Incidents = told, Notices.Told(service, body.Commit, told).Says });
    }

    private async Task<IResult> InvestigateAsync(HttpContext http, string name)
    {
        if (Find(name) is not { } service)
        {
            return NotThere();
        }

        try
        {
            var incident = await notices.InvestigateAsync(service, Visitor.Of(http).Person, http.RequestAborted);
            return Reply.Ok(new { Done = true, Incident = incident.Value });
        }
        catch (InvalidOperationException e)
        {
            return Reply.Conflict(e.Message);
        }
    }

    /// <summary>An encoded slash stays encoded in a path, so a name with one is tried both ways.</summary>
    private Core.Services.Service? Find(string name) => notices.Find(name) ?? notices.Find(Uri.UnescapeDataString(name));

    private static IResult NotThere() => Reply.NotFound("Nobody looks after a service of that name");

    private sealed record DeployedBody
    {
        public string Commit { get; init; } = "";
    }
}
