using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Web.Access;
using Nightjar.Web.Look;

namespace Nightjar.Web.Silences;

/// <summary>What nobody wants to hear of for a while, and what was held back.</summary>
internal sealed class SilencePages(ISilences silences, IFingerprintLedger ledger, Catalogue catalogue, Frames frames, Sayings sayings, Logbook logbook, TimeProvider clock)
{
    private const int MostHeldBack = 100;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/silences", (HttpContext http, SilencePages pages, string? service, string? hash) => pages.ListAsync(http, service, hash));
        routes.MapPost("/silences", (HttpContext http, SilencePages pages) => pages.AddAsync(http));
        routes.MapPost("/silences/{id:long}/end", (HttpContext http, SilencePages pages, long id) => pages.EndAsync(http, id));
    }

    private async Task<IResult> ListAsync(HttpContext http, string? service, string? hash)
    {
        var now = clock.GetUtcNow();
        return new RazorComponentResult<SilencesPage>(new
        {
            Frame = await frames.ForAsync(http),
            Silences = await silences.ActiveAsync(now, http.RequestAborted),
            Cooling = await ledger.CoolingAsync(now, http.RequestAborted),
            HeldBack = await ledger.HeldBackAsync(MostHeldBack, http.RequestAborted),
            Services = catalogue.All.Select(s => s.Name.Value).Order(StringComparer.Ordinal).ToList(),
            Service = service,
            Hash = hash,
        });
    }

    private async Task<IResult> AddAsync(HttpContext http)
    {
        var form = await Forms.FieldsAsync(http);
        var back = form["back"].ToString() is { Length: > 0 } from ? LocalPath.Of(from) : "/silences";
        var minutes = double.TryParse(form["minutes"], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : (double?)null;
        var (wish, fault) = SilenceWish.Of(form["service"], form["hash"], minutes, form["why"]);
        if (wish is null)
        {
            return sayings.Lead(http, new Answer(false, fault ?? ""), back);
        }

        await logbook.NoteAsync(Visitor.Of(http).Person, "silence", wish.Says(clock.GetUtcNow() + wish.For), http.RequestAborted);
        var added = await silences.AddAsync(wish.Service, wish.Hash, clock.GetUtcNow() + wish.For, Visitor.Of(http).Person, wish.Why, http.RequestAborted);
        return sayings.Lead(http, new Answer(true, $"Silent until {Words.Moment(added.Until, clock.GetUtcNow())} UTC."), back);
    }

    private async Task<IResult> EndAsync(HttpContext http, long id)
    {
        await logbook.NoteAsync(Visitor.Of(http).Person, "end-silence", $"silence {id} is over", http.RequestAborted);
        var ended = await silences.EndAsync(id, clock.GetUtcNow(), http.RequestAborted);
        return sayings.Lead(http, ended ? new Answer(true, "The silence is over.") : new Answer(false, "It was over already."), "/silences");
    }
}
