using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Nightjar.Core.Policy;
using Nightjar.Web.Access;
using Nightjar.Web.Incidents;
using Nightjar.Web.Look;

namespace Nightjar.Web.Api;

/// <summary>The daemon itself: how it is, pause and resume, and sign-in links.</summary>
internal sealed class DaemonApi(Boards boards, IPauseSwitch pause, Logbook logbook, ISignIns signIns, DashboardOptions options, TimeProvider clock)
{
    private static readonly TimeSpan LinkLife = TimeSpan.FromMinutes(15);

    private const int LongestWhy = 300;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/status", (HttpContext http, DaemonApi daemon) => daemon.StatusAsync(http));
        api.MapGet("/watchers", (DaemonApi daemon) => Reply.Ok(new { Watchers = daemon.Watchers() }));
        api.MapPost("/pause", (HttpContext http, DaemonApi daemon) => daemon.PauseAsync(http));
        api.MapPost("/resume", (HttpContext http, DaemonApi daemon) => daemon.ResumeAsync(http));
        api.MapPost("/signin-links", (HttpContext http, DaemonApi daemon) => daemon.LinkAsync(http));
    }

    private IReadOnlyList<WatcherLine> Watchers() => boards.Watchers();

    private async Task<IResult> StatusAsync(HttpContext http)
    {
        var board = await boards.ReadAsync(http.RequestAborted);
        return Reply.Ok(new
        {
            options.Version,
            options.Conduct.Mode,
            options.Conduct.DryRun,
            Pause = await pause.GetAsync(http.RequestAborted),
            OpenIncidents = board.Open,
            board.NeedPerson,
            board.Services,
            board.Watchers,
            board.Intake,
            Agent = options.Agent is { } agent ? await agent(http.RequestAborted) : null,
            Readiness = options.Readiness is { } ask ? await ask(http.RequestAborted) : [],
            clock.GetUtcNow().UtcDateTime,
        });
    }

    private async Task<IResult> PauseAsync(HttpContext http)
    {
        var (body, fault) = await Body.ReadAsync<PauseBody>(http);
        if (body is null)
        {
            return Reply.BadRequest(fault ?? "");
        }

        var wish = new Pause(Visitor.Of(http).Person, Words.Line(body.Why, LongestWhy), clock.GetUtcNow());
        await logbook.NoteAsync(wish.By, "pause", wish.Why, http.RequestAborted);
        await pause.SetAsync(wish, http.RequestAborted);
        return Reply.Ok(new { Done = true, Pause = wish });
    }

    private async Task<IResult> ResumeAsync(HttpContext http)
    {
        await logbook.NoteAsync(Visitor.Of(http).Person, "resume", "everything goes on", http.RequestAborted);
        await pause.SetAsync(null, http.RequestAborted);
        return Reply.Ok(new { Done = true });
    }

    /// <summary>Only the command line makes links: a browser that is signed in must not be able to let others in.</summary>
    private async Task<IResult> LinkAsync(HttpContext http)
    {
        var visitor = Visitor.Of(http);
        if (!visitor.ByToken)
        {
            return Reply.Problem(StatusCodes.Status403Forbidden, "Not allowed", "Sign-in links are made with the command token only");
        }

        var (body, fault) = await Body.ReadAsync<LinkBody>(http);
        if (body is null)
        {
            return Reply.BadRequest(fault ?? "");
        }

        var token = Token.Create();
        var person = Visitor.CleanName(body.Person ?? visitor.Person);
        var expires = clock.GetUtcNow() + LinkLife;
        await signIns.CreateLinkAsync(Token.Hash(token), person, expires, http.RequestAborted);
        var start = options.PublicUrl?.TrimEnd('/') ?? $"{http.Request.Scheme}://{http.Request.Host}";
        var to = LocalPath.Of(body.To) is var path && path != "/" ? $"&to={Uri.EscapeDataString(path)}" : "";
        return Reply.Ok(new { Url = $"{start}/signin?token={token}{to}", Person = person, Expires = expires });
    }

    private sealed record PauseBody
    {
        public string Why { get; init; } = "";
    }

    private sealed record LinkBody
    {
        public string? Person { get; init; }

        /// <summary>The page to show after signing in.</summary>
        public string? To { get; init; }
    }
}
