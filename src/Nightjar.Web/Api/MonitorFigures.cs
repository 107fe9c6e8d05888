using Nightjar.Core.Evidence;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;

namespace Nightjar.Web.Api;

/// <summary>What healing and the containers came to. Healed is only what a verified action ended.</summary>
internal sealed class MonitorFigures(IContainerFigures figures, IHeals heals, IIncidents incidents, TimeProvider clock)
{
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LastHour = TimeSpan.FromHours(1);

    private static readonly TimeSpan UptimeOf = TimeSpan.FromDays(7);

    private static readonly TimeSpan HealedOf = TimeSpan.FromDays(30);

    private const int MostOpen = 500;

    public async Task<object> ReadAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var healed = await heals.FiguresAsync(now - HealedOf, cancellationToken);
        var open = await incidents.ListAsync(new IncidentQuery { Open = true, Limit = MostOpen }, cancellationToken);
        return new
        {
            Healed = new { Days = HealedOf.TotalDays, healed.Ended, healed.Healed, Share = healed.Ended == 0 ? (double?)null : healed.ShareHealed },
            Unhealed = open.Where(IsUnhealed).Select(i => new { Number = i.Id.Value, Service = i.Service.Value, i.Title, i.State, i.OpenedAt, Tried = i.Heal?.Tried.Length }),
            Slow = new { OverMilliseconds = Slow.TotalMilliseconds, Containers = (await figures.SlowerThanAsync(Slow, now - LastHour, now, cancellationToken)).Select(s => new { s.Container, MeanMilliseconds = Math.Round(s.Mean.TotalMilliseconds) }) },
            Uptime = new { Days = UptimeOf.TotalDays, Containers = await figures.UptimeAsync(now - UptimeOf, now, cancellationToken) },
        };
    }

    private static bool IsUnhealed(Incident incident) =>
        incident.Heal?.Tried.LastOrDefault(t => t.End is not (HealEnd.Refused or HealEnd.Left))?.End is HealEnd.Ineffective or HealEnd.Failed or HealEnd.RolledBack;
}
