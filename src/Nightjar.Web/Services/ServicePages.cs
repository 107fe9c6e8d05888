using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Nightjar.Web.Access;
using Nightjar.Web.Look;

namespace Nightjar.Web.Services;

/// <summary>The services we look after. A name travels as a form field, never as a part of an address.</summary>
internal sealed class ServicePages(ServiceLines lines, Notices notices, Frames frames, Sayings sayings, DashboardOptions options)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/services", (HttpContext http, ServicePages pages) => pages.ListAsync(http));
        routes.MapPost("/services/investigate", (HttpContext http, ServicePages pages) => pages.InvestigateAsync(http));
        routes.MapPost("/services/deployed", (HttpContext http, ServicePages pages) => pages.DeployedAsync(http));
    }

    private async Task<IResult> ListAsync(HttpContext http) =>
        new RazorComponentResult<ServicesPage>(new { Frame = await frames.ForAsync(http), Lines = await lines.ReadAsync(http.RequestAborted), Intake = options.Intake?.Invoke() });

    private async Task<IResult> InvestigateAsync(HttpContext http)
    {
        var form = await Forms.FieldsAsync(http);
        if (notices.Find(form["service"].ToString()) is not { } service)
        {
            return Unknown(http);
        }

        try
        {
            var incident = await notices.InvestigateAsync(service, Visitor.Of(http).Person, http.RequestAborted);
            return sayings.Lead(http, new Answer(true, $"{service.Name} is looked into."), string.Create(CultureInfo.InvariantCulture, $"/incidents/{incident.Value}"));
        }
        catch (InvalidOperationException e)
        {
            return sayings.Lead(http, new Answer(false, e.Message), "/services");
        }
    }

    private async Task<IResult> DeployedAsync(HttpContext http)
    {
        var form = await Forms.FieldsAsync(http);
        if (notices.Find(form["service"].ToString()) is not { } service)
        {
            return Unknown(http);
        }

        var commit = form["commit"].ToString().Trim();
        if (!Notices.IsCommit(commit))
        {
            return sayings.Lead(http, new Answer(false, "Name the commit or version that runs, without blanks."), "/services");
        }

        var told = await notices.DeployedAsync(service, commit, Visitor.Of(http).Person, http.RequestAborted);
        return sayings.Lead(http, Notices.Told(service, commit, told), "/services");
    }

    private IResult Unknown(HttpContext http) => sayings.Lead(http, new Answer(false, "Nobody looks after a service of that name."), "/services");
}
