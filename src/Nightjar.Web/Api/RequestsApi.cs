using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;
using Nightjar.Web.Access;
using Nightjar.Web.Requests;

namespace Nightjar.Web.Api;

internal sealed class RequestsApi(IRequestRecords records, ILocalReview branches, Review review)
{
    private const int MostOnPage = 200;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/requests", (HttpContext http, RequestsApi requests, int? before, int? limit) => requests.ListAsync(http, before, limit));
        api.MapGet("/requests/{number:int}", (HttpContext http, RequestsApi requests, int number) => requests.GetAsync(http, number));
        api.MapGet("/requests/{number:int}/diff", (HttpContext http, RequestsApi requests, int number) => requests.DiffAsync(http, number));
        api.MapPost("/requests/{number:int}/merge", (HttpContext http, RequestsApi requests, int number) => requests.MergeAsync(http, number));
        api.MapPost("/requests/{number:int}/close", (HttpContext http, RequestsApi requests, int number) => requests.CloseAsync(http, number));
    }

    private async Task<IResult> ListAsync(HttpContext http, int? before, int? limit)
    {
        var most = Math.Clamp(limit ?? 50, 1, MostOnPage);
        var all = await records.ListAsync(http.RequestAborted);
        var rows = all.Where(r => before is null || r.Number < before).OrderByDescending(r => r.Number).Take(most).Select(RequestJson.Of).ToList();
        return Reply.Ok(new { Requests = rows, Before = rows.Count == most ? rows[^1].Number : (int?)null });
    }

    private async Task<IResult> GetAsync(HttpContext http, int number)
    {
        if (await records.GetAsync(number, http.RequestAborted) is not { } request)
        {
            return NotThere(number);
        }

        var comments = await records.CommentsAsync(number, http.RequestAborted);
        try
        {
            return Reply.Ok(new { Request = RequestJson.Of(request), Comments = comments, Commits = await branches.CommitsAsync(request, http.RequestAborted) });
        }
        catch (RepositoryException e)
        {
            return Reply.Ok(new { Request = RequestJson.Of(request), Comments = comments, Trouble = e.Message });
        }
    }

    private async Task<IResult> DiffAsync(HttpContext http, int number)
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
            return Reply.Conflict(e.Message);
        }
    }

    private async Task<IResult> MergeAsync(HttpContext http, int number)
    {
        var (body, fault) = await Body.ReadAsync<MergeBody>(http);
        return body is null ? Reply.BadRequest(fault ?? "") : Answered(number, await review.MergeAsync(number, body.Seen, Visitor.Of(http).Person, http.RequestAborted));
    }

    private async Task<IResult> CloseAsync(HttpContext http, int number) =>
        Answered(number, await review.CloseAsync(number, Visitor.Of(http).Person, http.RequestAborted));

    private static IResult Answered(int number, ReviewAnswer? answer) => answer switch
    {
        null => NotThere(number),
        { Done: true } => Reply.Ok(answer),
        _ => Reply.Conflict(answer.Says),
    };

    private static IResult NotThere(int number) => Reply.NotFound($"There is no request {number} on the local host");

    private sealed record MergeBody
    {
        /// <summary>The last commit that the person saw; the merge is refused when the branch has moved on.</summary>
        public string? Seen { get; init; }
    }

    private sealed record RequestJson(int Number, string Service, long? Incident, string Branch, string BaseBranch, string Title, string Body, IReadOnlyList<string> Labels, bool IsDraft, HostedState State, string Url, DateTimeOffset OpenedAt, string? ClosedBy, DateTimeOffset? ClosedAt, string? MergeCommit)
    {
        public static RequestJson Of(HostedRequest r) =>
            new(r.Number, r.Service.Value, r.Incident?.Value, r.Branch, r.BaseBranch, r.Title, r.Body, r.Labels, r.IsDraft, r.State, r.Url, r.OpenedAt, r.ClosedBy, r.ClosedAt, r.MergeCommit);
    }
}
