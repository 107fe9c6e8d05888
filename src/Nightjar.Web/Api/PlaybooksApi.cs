using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Nightjar.Core.Healing;
using Nightjar.Core.Signals;

namespace Nightjar.Web.Api;

/// <summary>Which playbooks are in force, what they would match now, and how they did.</summary>
internal sealed class PlaybooksApi(PlaybookShelf shelf, IHeals heals, IAlertTallies tallies, OpenIncidents open, TimeProvider clock)
{
    /// <summary>What the share of healed incidents is measured over.</summary>
    private static readonly TimeSpan Span = TimeSpan.FromDays(30);

    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/playbooks", (HttpContext http, PlaybooksApi self) => self.ListAsync(http));

    private async Task<IResult> ListAsync(HttpContext http)
    {
        var records = await heals.StrategiesAsync(null, http.RequestAborted);
        var figures = await heals.FiguresAsync(clock.GetUtcNow() - Span, http.RequestAborted);
        var counts = await tallies.ListAsync(http.RequestAborted);
        return Reply.Ok(new
        {
            Playbooks = shelf.Playbooks.Select(p => Shown(p, [.. records.Where(r => r.Playbook == p.Name)])),
            AlertTypes = shelf.AlertTypes.Select(t => new { t.Name, t.Says, t.Window, t.HealAt, t.EscalateAt, t.HealAfter, t.EscalateAfter, Counted = counts.Where(c => c.Type == t.Name && c.Tally.LastSeen is not null).Select(c => new { Service = c.Service.Value, Count = c.Tally.Seen.Length, c.Tally.Since, c.Tally.LastSeen }) }),
            shelf.Faults,
            Stop = await heals.GetStopAsync(http.RequestAborted) is { ResumedAt: null } stop ? stop : null,
            Healed = new { figures.Ended, figures.Healed, figures.Unhealed, Share = figures.ShareHealed, Days = Span.TotalDays },
        });
    }

    private object Shown(Playbook playbook, IReadOnlyList<StrategyRecord> records)
    {
        var (verified, failed) = (records.Sum(r => r.Verified), records.Sum(r => r.Failed));
        return new
        {
            playbook.Name,
            playbook.Says,
            playbook.When,
            Do = playbook.Do.Select(s => s.Action),
            playbook.Risk,
            Verified = verified,
            Failed = failed,
            SuccessRate = verified + failed == 0 ? (double?)null : (double)verified / (verified + failed),
            Services = records.GroupBy(r => r.Service).Select(g => new { Service = g.Key.Value, Order = g.OrderByDescending(r => r.Verified).Select(r => new { r.Action, r.Verified, r.Failed }) }),
            Matches = open.All.Where(i => HealPlanner.MayFit(playbook, i)).Select(i => i.Id.Value),
        };
    }
}
