using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;
using Nightjar.Web.Access;
using Nightjar.Web.Look;

namespace Nightjar.Web.Requests;

/// <summary>The requests of the local host: list, page, raw diff, Merge and Close.</summary>
internal sealed class RequestPages(IRequestRecords records, RequestViews views, Review review, ILocalReview branches, Frames frames, Sayings sayings)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/requests", (HttpContext http, RequestPages pages) => pages.ListAsync(http));
        routes.MapGet("/requests/{number:int}", (HttpContext http, RequestPages pages, int number) => pages.ShowAsync(http, number));
        routes.MapGet("/requests/{number:int}/pulse", (HttpContext http, RequestPages pages, int number) => pages.PulseAsync(http, number));
        routes.MapGet("/requests/{number:int}/diff", (HttpContext http, RequestPages pages, int number) => pages.RawAsync(http, number));
        routes.MapPost("/requests/{number:int}/merge", (HttpContext http, RequestPages pages, int number) => pages.MergeAsync(http, number));
        routes.MapPost("/requests/{number:int}/close", (HttpContext http, RequestPages pages, int number) => pages.CloseAsync(http, number));
    }

    private async Task<IResult> ListAsync(HttpContext http)
    {
        var all = await records.ListAsync(http.RequestAborted);
        var ordered = all.OrderBy(r => r.State != HostedState.Open).ThenByDescending(r => r.Number).ToList();
        return new RazorComponentResult<RequestsPage>(new { Frame = await frames.ForAsync(http), Requests = ordered });
    }

    private async Task<IResult> ShowAsync(HttpContext http, int number) =>
        await views.FindAsync(number, http.RequestAborted) is { } view
            ? new RazorComponentResult<RequestPage>(new { Frame = await frames.ForAsync(http), View = view })
            : NotThere(number);

    private async Task<IResult> PulseAsync(HttpContext http, int number)
    {
        if (await views.MarksAsync(number, http.RequestAborted) is not { } marks)
        {
            return NotThere(number);
        }

        var changed = marks.Changed(http.Request);
        if (!changed.Any(c => c) || await views.FindAsync(number, http.RequestAborted) is not { } view)
        {
            return Results.NoContent();
        }

        return new RazorComponentResult<RequestPulse>(new { Frame = await frames.ForAsync(http), View = view, Changed = changed });
    }

    private async Task<IResult> RawAsync(HttpContext http, int number)
    {
        if (await records.GetAsync(number, http.RequestAborted) is not { } request)
        {
            return NotThere(number);
        }

        try
        {
            return Results.Text(await branches.DiffAsync(request, http.RequestAborted), "text/plain; charset=utf-8");
        }
        catch (RepositoryException e)
        {
            return new RazorComponentResult<RefusalPage>(new { Title = "The diff cannot be read", Says = e.Message }) { StatusCode = StatusCodes.Status409Conflict };
        }
    }

    private async Task<IResult> MergeAsync(HttpContext http, int number)
    {
        var form = await Forms.FieldsAsync(http);
        return Lead(http, number, await review.MergeAsync(number, form["seen"].ToString(), Visitor.Of(http).Person, http.RequestAborted));
    }

    private async Task<IResult> CloseAsync(HttpContext http, int number) =>
        Lead(http, number, await review.CloseAsync(number, Visitor.Of(http).Person, http.RequestAborted));

    private IResult Lead(HttpContext http, int number, ReviewAnswer? answer) =>
        answer is null ? NotThere(number) : sayings.Lead(http, new Answer(answer.Done, answer.Says), string.Create(CultureInfo.InvariantCulture, $"/requests/{number}"));

    private static RazorComponentResult<RefusalPage> NotThere(int number) =>
        new(new { Title = "No such request", Says = $"There is no request {number} on the local host." }) { StatusCode = StatusCodes.Status404NotFound };
}
