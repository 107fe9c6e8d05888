using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Nightjar.Core.Healing;
using Nightjar.Web.Access;
using Nightjar.Web.Look;

namespace Nightjar.Web.Containers;

/// <summary>The containers that are looked after. A name travels as a form field, never as a part of an address.</summary>
internal sealed class ContainerPages(IHeals heals, Frames frames, Sayings sayings, DashboardOptions options, TimeProvider clock)
{
    private static readonly TimeSpan Back = TimeSpan.FromDays(7);

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/containers", (HttpContext http, ContainerPages pages) => pages.ListAsync(http));
        routes.MapPost("/containers/heal", (HttpContext http, ContainerPages pages) => pages.HealAsync(http));
    }

    private async Task<IResult> ListAsync(HttpContext http)
    {
        var last = new Dictionary<string, HealRow>(StringComparer.Ordinal);
        foreach (var row in (await heals.SinceAsync(clock.GetUtcNow() - Back, http.RequestAborted)).Where(r => r.Workload is not null))
        {
            last[row.Workload ?? ""] = row;
        }

        return new RazorComponentResult<ContainersPage>(new { Frame = await frames.ForAsync(http), Containers = options.Containers?.Invoke() ?? [], Last = last });
    }

    private async Task<IResult> HealAsync(HttpContext http)
    {
        var name = (await Forms.FieldsAsync(http))["container"].ToString();
        if (options.Heal is not { } heal || options.Containers?.Invoke().FirstOrDefault(c => c.Name == name) is not { } container)
        {
            return sayings.Lead(http, new Answer(false, "No container of that name is looked after."), "/containers");
        }

        var reply = await heal(container, Visitor.Of(http).Person, http.RequestAborted);
        return sayings.Lead(http, new Answer(reply.Done, Words.Upper(reply.Says)), reply.Incident is { } incident ? string.Create(CultureInfo.InvariantCulture, $"/incidents/{incident.Value}") : "/containers");
    }
}
