using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Web.Access;
using Nightjar.Web.Look;

namespace Nightjar.Web.Incidents;

/// <summary>The list of incidents, the page of one, and their buttons.</summary>
internal sealed class IncidentPages(Boards boards, Cases cases, Acts acts, Frames frames, Sayings sayings, IPauseSwitch pause, Logbook logbook, TimeProvider clock)
{
    private const int LongestWhy = 300;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/", (HttpContext http, IncidentPages pages) => pages.ListAsync(http));
        routes.MapGet("/board", (HttpContext http, IncidentPages pages) => pages.ListPulseAsync(http));
        routes.MapGet("/closed", (HttpContext http, IncidentPages pages, long? before) => pages.ClosedAsync(http, before));
        routes.MapGet("/incidents/{number:long}", (HttpContext http, IncidentPages pages, long number) => pages.ShowAsync(http, number));
        routes.MapGet("/incidents/{number:long}/pulse", (HttpContext http, IncidentPages pages, long number) => pages.PulseAsync(http, number));
        routes.MapPost("/incidents/{number:long}/{word}", (HttpContext http, IncidentPages pages, long number, string word) => pages.ActAsync(http, number, word));
        routes.MapPost("/pause", (HttpContext http, IncidentPages pages) => pages.PauseAsync(http));
        routes.MapPost("/resume", (HttpContext http, IncidentPages pages) => pages.ResumeAsync(http));
    }

    private async Task<IResult> ListAsync(HttpContext http)
    {
        var board = await boards.ReadAsync(http.RequestAborted);
        return new RazorComponentResult<BoardPage>(new { Frame = await frames.ForAsync(http), Board = board, Seen = Mark.Of(board) });
    }

    private async Task<IResult> ListPulseAsync(HttpContext http)
    {
        var board = await boards.ReadAsync(http.RequestAborted);
        var marks = new Marks(Mark.Of(board));
        return marks.Changed(http.Request)[0]
            ? new RazorComponentResult<BoardPulse>(new { Board = board, Seen = marks.ToString() })
            : Results.NoContent();
    }

    private async Task<IResult> ClosedAsync(HttpContext http, long? before)
    {
        var rows = await boards.RowsAsync(new IncidentQuery { Open = false, Before = before, Limit = Boards.ClosedPage }, http.RequestAborted);
        var older = rows.Length == Boards.ClosedPage ? rows[^1].Number : (long?)null;
        return new RazorComponentResult<ClosedPage>(new { Frame = await frames.ForAsync(http), Rows = rows, Older = older });
    }

    private async Task<IResult> ShowAsync(HttpContext http, long number)
    {
        var found = await cases.FindAsync(number, http.RequestAborted);
        return found is null ? NotThere(number) : new RazorComponentResult<CasePage>(new { Frame = await frames.ForAsync(http), Case = found });
    }

    private async Task<IResult> PulseAsync(HttpContext http, long number)
    {
        if (await cases.FindAsync(number, http.RequestAborted) is not { } found)
        {
            return NotThere(number);
        }

        var changed = found.Marks.Changed(http.Request);
        return changed.Any(c => c)
            ? new RazorComponentResult<CasePulse>(new { Frame = await frames.ForAsync(http), Case = found, Changed = changed })
            : Results.NoContent();
    }

    private async Task<IResult> ActAsync(HttpContext http, long number, string word)
    {
        if (Act.KindOf(word) is not { } kind)
        {
            return Results.NotFound();
        }

        var form = await Forms.FieldsAsync(http);
        var asked = long.TryParse(form["asked"], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks) ? ticks : (long?)null;
        var act = new Act(new IncidentId(number), kind, form["text"].ToString().Trim(), asked);
        return await acts.DoAsync(act, Visitor.Of(http).Person, http.RequestAborted) is { } answer
            ? sayings.Lead(http, answer, string.Create(CultureInfo.InvariantCulture, $"/incidents/{number}"))
            : NotThere(number);
    }

    private async Task<IResult> PauseAsync(HttpContext http)
    {
        var form = await Forms.FieldsAsync(http);
        var why = Words.Line(form["why"].ToString(), LongestWhy);
        await logbook.NoteAsync(Visitor.Of(http).Person, "pause", why, http.RequestAborted);
        await pause.SetAsync(new Pause(Visitor.Of(http).Person, why, clock.GetUtcNow()), http.RequestAborted);
        return sayings.Lead(http, new Answer(true, "Nightjar is paused."), "/");
    }

    private async Task<IResult> ResumeAsync(HttpContext http)
    {
        await logbook.NoteAsync(Visitor.Of(http).Person, "resume", "everything goes on", http.RequestAborted);
        await pause.SetAsync(null, http.RequestAborted);
        return sayings.Lead(http, new Answer(true, "Nightjar goes on."), "/");
    }

    private static RazorComponentResult<RefusalPage> NotThere(long number) =>
        new(new { Title = "No such incident", Says = $"There is no incident #{number}." }) { StatusCode = StatusCodes.Status404NotFound };
}
