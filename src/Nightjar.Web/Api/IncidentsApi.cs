using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;
using Nightjar.Web.Access;
using Nightjar.Web.Incidents;

namespace Nightjar.Web.Api;

internal sealed class IncidentsApi(IIncidents incidents, IFolds folds, IJournal journal, IEvidenceStore evidence, Acts acts)
{
    private const int MostOnPage = 200;

    private const int MostEntries = 1_000;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/incidents", (HttpContext http, IncidentsApi incidents, bool? open, string? service, long? before, int? limit) => incidents.ListAsync(http, open, service, before, limit));
        api.MapGet("/incidents/{number:long}", (HttpContext http, IncidentsApi incidents, long number) => incidents.GetAsync(http, number));
        api.MapGet("/incidents/{number:long}/timeline", (HttpContext http, IncidentsApi incidents, long number, long? after) => incidents.TimelineAsync(http, number, after));
        api.MapPost("/incidents/{number:long}/{word}", (HttpContext http, IncidentsApi incidents, long number, string word) => incidents.ActAsync(http, number, word));
    }

    private async Task<IResult> ListAsync(HttpContext http, bool? open, string? service, long? before, int? limit)
    {
        var most = Math.Clamp(limit ?? 50, 1, MostOnPage);
        var query = new IncidentQuery { Open = open, Service = service is null ? null : new ServiceName(service), Before = before, Limit = most };
        var found = await incidents.ListAsync(query, http.RequestAborted);
        var seen = await folds.ReadManyAsync([.. found.Select(i => i.Id)], http.RequestAborted);
        var rows = found.Select(i => IncidentJson.Of(i, seen.TryGetValue(i.Id, out var own) ? own : [])).ToList();
        return Reply.Ok(new { Incidents = rows, Before = rows.Count == most ? rows[^1].Number : (long?)null });
    }

    private async Task<IResult> GetAsync(HttpContext http, long number)
    {
        var id = new IncidentId(number);
        if (await incidents.GetAsync(id, http.RequestAborted) is not { } incident)
        {
            return NotThere(id);
        }

        var entries = await Incidents.Timeline.ReadAsync(journal, id, http.RequestAborted);
        return Reply.Ok(new
        {
            Incident = IncidentJson.Of(incident, await folds.ReadAsync(id, http.RequestAborted)),
            Timeline = entries.TakeLast(MostEntries).Select(EntryJson.Of),
            Evidence = (await evidence.ReadAsync(id, http.RequestAborted)).Select(e => new { e.Id, e.Bundle }),
            incident.Change?.Report,
        });
    }

    private async Task<IResult> TimelineAsync(HttpContext http, long number, long? after)
    {
        var id = new IncidentId(number);
        if (await incidents.GetAsync(id, http.RequestAborted) is null)
        {
            return NotThere(id);
        }

        var entries = await journal.ReadAsync(id, after ?? 0, MostEntries, http.RequestAborted);
        return Reply.Ok(new { Timeline = entries.Select(EntryJson.Of) });
    }

    private async Task<IResult> ActAsync(HttpContext http, long number, string word)
    {
        if (Act.KindOf(word) is not { } kind)
        {
            return Reply.NotFound("An incident can be sent ack, approve, reject, retry, giveup, split or join");
        }

        var (body, fault) = await Body.ReadAsync<ActBody>(http);
        if (body is null)
        {
            return Reply.BadRequest(fault ?? "");
        }

        var id = new IncidentId(number);
        return await acts.DoAsync(new Act(id, kind, body.Words, body.Asked), Visitor.Of(http).Person, http.RequestAborted) switch
        {
            null => NotThere(id),
            { Done: true } answer => Reply.Ok(new { answer.Done, answer.Says }),
            var answer => Reply.Conflict(answer.Says),
        };
    }

    private static IResult NotThere(IncidentId id) => Reply.NotFound($"There is no incident {id}");

    /// <summary>Each act reads the one that is its own: a reason, a fingerprint or the number of another incident.</summary>
    private sealed record ActBody
    {
        public string? Reason { get; init; }

        public string? Fingerprint { get; init; }

        public long? Into { get; init; }

        public long? Asked { get; init; }

        public string Words => Fingerprint ?? Into?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? Reason ?? "";
    }
}
