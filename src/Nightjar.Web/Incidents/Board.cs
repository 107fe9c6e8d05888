using System.Collections.Immutable;
using Nightjar.Core.Incidents;
using Nightjar.Core.Signals;

namespace Nightjar.Web.Incidents;

/// <summary>Some incidents under one heading.</summary>
public sealed record IncidentGroup(string Name, string Tone, ImmutableArray<IncidentRow> Rows);

public sealed record WatcherLine(string Name, bool IsWell, string Says);

/// <summary>The start page's matter: what needs a person first, then what is being worked on, then the rest.</summary>
/// <param name="Services">How many services are looked after.</param>
public sealed record Board(ImmutableArray<IncidentGroup> Groups, ImmutableArray<WatcherLine> Watchers, int Services, bool HasMoreClosed, IntakeFigures? Intake)
{
    public int NeedPerson => Groups.FirstOrDefault(g => g.Tone == "ask")?.Rows.Length ?? 0;

    public int Open => Groups.Where(g => g.Tone != "quiet").Sum(g => g.Rows.Length);
}

/// <summary>Reads the lists of incidents.</summary>
internal sealed class Boards(IIncidents incidents, IFolds folds, IEnumerable<IWatcher> watchers, Core.Services.Catalogue catalogue, DashboardOptions options, TimeProvider clock)
{
    /// <summary>More open incidents than that and the list is not what helps.</summary>
    private const int MostOpen = 200;

    private const int RecentClosed = 15;

    public const int ClosedPage = 50;

    public async Task<Board> ReadAsync(CancellationToken cancellationToken)
    {
        var open = await incidents.ListAsync(new IncidentQuery { Open = true, Limit = MostOpen }, cancellationToken);
        var closed = await incidents.ListAsync(new IncidentQuery { Open = false, Limit = RecentClosed + 1 }, cancellationToken);
        var recent = closed.Take(RecentClosed).ToList();
        var needs = open.Concat(recent).Where(IncidentRow.NeedsPerson).ToList();
        var idle = open.Where(i => !needs.Contains(i) && IsHeld(i)).ToList();
        // One that ends between the two reads is in both.
        var rows = (await RowsAsync([.. open.Concat(recent).DistinctBy(i => i.Id)], cancellationToken)).ToDictionary(r => r.Number);
        ImmutableArray<IncidentGroup> groups =
        [
            Group("Needs a person", "ask", needs, rows),
            Group("Nightjar is at work", "work", open.Except(needs).Except(idle), rows),
            Group("Held back or silenced", "held", idle, rows),
            Group("Closed lately", "quiet", recent.Except(needs), rows),
        ];
        return new Board([.. groups.Where(g => g.Rows.Length > 0)], Watchers(), catalogue.All.Length, closed.Count > RecentClosed, options.Intake?.Invoke());
    }

    public async Task<ImmutableArray<IncidentRow>> RowsAsync(IncidentQuery query, CancellationToken cancellationToken) =>
        await RowsAsync(await incidents.ListAsync(query, cancellationToken), cancellationToken);

    public ImmutableArray<WatcherLine> Watchers() =>
        [.. watchers.Select(w => new WatcherLine(w.Name, w.Health.IsWell, w.Health.Says)).OrderBy(w => w.IsWell).ThenBy(w => w.Name, StringComparer.Ordinal)];

    private static bool IsHeld(Incident incident) => incident.State == IncidentState.Suppressed || incident.HeldBy is not null;

    private static IncidentGroup Group(string name, string tone, IEnumerable<Incident> members, Dictionary<long, IncidentRow> rows)
    {
        var ordered = tone == "quiet" ? members : members.OrderByDescending(i => i.Severity).ThenByDescending(i => i.Id.Value);
        return new IncidentGroup(name, tone, [.. ordered.Select(i => rows[i.Id.Value])]);
    }

    private async Task<ImmutableArray<IncidentRow>> RowsAsync(IReadOnlyList<Incident> members, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var seen = await folds.ReadManyAsync([.. members.Select(i => i.Id)], cancellationToken);
        return [.. members.Select(i => IncidentRow.Of(i, seen.TryGetValue(i.Id, out var own) ? own.Sum(f => f.Count) : 0, now))];
    }
}
