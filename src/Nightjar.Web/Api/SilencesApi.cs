using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Nightjar.Core.Policy;
using Nightjar.Web.Access;
using Nightjar.Web.Look;
using Nightjar.Web.Silences;

namespace Nightjar.Web.Api;

internal sealed class SilencesApi(ISilences silences, Logbook logbook, TimeProvider clock)
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/silences", (HttpContext http, SilencesApi self) => self.ListAsync(http));
        api.MapPost("/silences", (HttpContext http, SilencesApi self) => self.AddAsync(http));
        api.MapPost("/silences/{id:long}/end", (HttpContext http, SilencesApi self, long id) => self.EndAsync(http, id));
    }

    private async Task<IResult> ListAsync(HttpContext http) =>
        Reply.Ok(new { Silences = await silences.ActiveAsync(clock.GetUtcNow(), http.RequestAborted) });

    private async Task<IResult> AddAsync(HttpContext http)
    {
        var (body, fault) = await Body.ReadAsync<AddBody>(http);
        if (body is null)
        {
            return Reply.BadRequest(fault ?? "");
        }

        var (wish, wrong) = SilenceWish.Of(body.Service, body.Fingerprint, body.Minutes, body.Why);
        if (wish is null)
        {
            return Reply.BadRequest(wrong ?? "");
        }

        await logbook.NoteAsync(Visitor.Of(http).Person, "silence", wish.Says(clock.GetUtcNow() + wish.For), http.RequestAborted);
        return Reply.Ok(await silences.AddAsync(wish.Service, wish.Hash, clock.GetUtcNow() + wish.For, Visitor.Of(http).Person, wish.Why, http.RequestAborted));
    }

    private async Task<IResult> EndAsync(HttpContext http, long id)
    {
        await logbook.NoteAsync(Visitor.Of(http).Person, "end-silence", $"silence {id} is over", http.RequestAborted);
        return await silences.EndAsync(id, clock.GetUtcNow(), http.RequestAborted) ? Reply.Ok(new { Done = true }) : Reply.NotFound($"There is no silence {id} that is still on");
    }

    private sealed record AddBody
    {
        public string? Service { get; init; }

        public string? Fingerprint { get; init; }

        public double? Minutes { get; init; }

        public string? Why { get; init; }
    }
}
