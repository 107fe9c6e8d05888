using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;
using Nightjar.Web.Access;

namespace Nightjar.Web.Api;

/// <summary>Containers and what healing did, for other programs.</summary>
internal sealed class MonitorApi(IIncidents incidents, IFolds folds, IContainerFigures figures, MonitorFigures summary, DashboardOptions options, TimeProvider clock)
{
    private const int Day = 24;

    /// <summary>As long as the figures of containers are kept when nothing else is configured.</summary>
    private const int MostHours = 30 * Day;

    private const int Page = 200;

    private const int MostIncidents = 1_000;

    /// <summary>Names told to somebody who asked for another.</summary>
    private const int MostNames = 50;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/status", (HttpContext http, MonitorApi self) => self.StatusAsync(http));
        api.MapGet("/figures", async (HttpContext http, MonitorApi self) => Reply.Ok(await self.Summary.ReadAsync(http.RequestAborted)));
        api.MapGet("/incidents", (HttpContext http, MonitorApi self, string? hours) => self.IncidentsAsync(http, hours));
        api.MapGet("/metrics/container/{name}", (HttpContext http, MonitorApi self, string name, string? hours) => self.SeriesAsync(http, name, hours));
        api.MapPost("/heal/{container}", (HttpContext http, MonitorApi self, string container) => self.HealAsync(http, container));
    }

    private MonitorFigures Summary => summary;

    private IReadOnlyList<ContainerStanding> Containers => options.Containers?.Invoke() ?? [];

    private async Task<IResult> StatusAsync(HttpContext http)
    {
        var containers = Containers;
        return Reply.Ok(new
        {
            options.Version,
            options.Conduct.Mode,
            options.Conduct.DryRun,
            At = clock.GetUtcNow(),
            Well = containers.Count(c => c.Standing?.IsWell == true),
            Unwell = containers.Count(c => c.Standing?.IsWell == false),
            Containers = containers.Select(Shown),
            Figures = await summary.ReadAsync(http.RequestAborted),
        });
    }

    /// <summary>Those that were opened within the hours, newest first.</summary>
    private async Task<IResult> IncidentsAsync(HttpContext http, string? asked)
    {
        if (Hours(asked) is not { } hours)
        {
            return OutOfRange();
        }

        var since = clock.GetUtcNow().AddHours(-hours);
        var found = new List<Incident>();
        for (IReadOnlyList<Incident>? page = null; page is null || (page.Count == Page && page[^1].OpenedAt >= since && found.Count < MostIncidents);)
        {
            page = await incidents.ListAsync(new IncidentQuery { Before = page?[^1].Id.Value, Limit = Page }, http.RequestAborted);
            found.AddRange(page.Where(i => i.OpenedAt >= since));
        }

        var seen = await folds.ReadManyAsync([.. found.Select(i => i.Id)], http.RequestAborted);
        return Reply.Ok(new { Hours = hours, Incidents = found.Select(i => IncidentJson.Of(i, seen.TryGetValue(i.Id, out var own) ? own : [])) });
    }

    private async Task<IResult> SeriesAsync(HttpContext http, string name, string? asked)
    {
        if (Hours(asked) is not { } hours)
        {
            return OutOfRange();
        }

        var (now, known) = (clock.GetUtcNow(), Find(name));
        name = known?.Name ?? name;
        var slices = await figures.SeriesAsync(name, now.AddHours(-hours), now, now, http.RequestAborted);
        return known is null && slices.Count == 0 ? NotThere() : Reply.Ok(new { Container = name, Hours = hours, Now = known is null ? null : Shown(known), Series = slices.Select(Shown) });
    }

    private async Task<IResult> HealAsync(HttpContext http, string name)
    {
        if (Find(name) is not { } container || options.Heal is not { } heal)
        {
            return NotThere();
        }

        var reply = await heal(container, Visitor.Of(http).Person, http.RequestAborted);
        return reply.Done ? Reply.Ok(new { reply.Done, reply.Says, Incident = reply.Incident?.Value }) : Reply.Conflict(reply.Says);
    }

    /// <summary>An encoded slash stays encoded in a path, so a name with one is tried both ways.</summary>
    private ContainerStanding? Find(string name) => Containers is var all ? all.FirstOrDefault(c => c.Name == name) ?? all.FirstOrDefault(c => c.Name == Uri.UnescapeDataString(name)) : null;

    private IResult NotThere() => Containers is { Count: > 0 and var count } all
        ? Reply.NotFound($"No container of that name is looked after. There are: {string.Join(", ", all.Take(MostNames).Select(c => c.Name))}{(count > MostNames ? $" and {count - MostNames} more" : "")}")
        : Reply.NotFound("No container is looked after: no service names any");

    private static int? Hours(string? asked) =>
        asked is null ? Day : int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var hours) && hours is >= 1 and <= MostHours ? hours : null;

    private static IResult OutOfRange() => Reply.BadRequest($"hours is a whole number from 1 to {MostHours}");

    private static object Shown(ContainerStanding container) => new
    {
        container.Name,
        Service = container.Service.Value,
        container.Standing?.IsWell,
        Says = container.Standing?.Says ?? "not seen yet, or not there",
        container.Condition,
        State = container.Look?.State.Status,
        Health = container.Look?.State.Health,
        container.Standing?.Restarts,
        container.Standing?.StartedAt,
        MemoryBytes = container.Look?.Usage?.Memory,
        MemoryLimitBytes = container.Look?.State.MemoryLimit,
        ResponseMilliseconds = container.Look?.Url?.Took.TotalMilliseconds,
        LookedAt = container.Look?.At,
    };

    private static object Shown(ContainerSlice slice) => new
    {
        slice.Start,
        Seconds = slice.Length.TotalSeconds,
        Uptime = slice.Known == 0 ? (double?)null : (double)slice.Well / slice.Known,
        ResponseMilliseconds = slice.Response?.TotalMilliseconds,
        CpuCores = slice.Cpu,
        MemoryBytes = slice.Memory,
        MostMemoryBytes = slice.MostMemory,
        MemoryLimitBytes = slice.MemoryLimit,
        slice.Restarts,
        NetworkInBytes = slice.Moved.In,
        NetworkOutBytes = slice.Moved.Out,
        DiskReadBytes = slice.Moved.Read,
        DiskWrittenBytes = slice.Moved.Written,
    };
}
