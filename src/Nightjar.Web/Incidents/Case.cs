using System.Collections.Immutable;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Web.Look;

namespace Nightjar.Web.Incidents;

/// <summary>Everything that is known of one incident, as its page shows it.</summary>
public sealed record Case(
    Incident Incident,
    ImmutableArray<Fold> Folds,
    ImmutableArray<TimelineRow> Timeline,
    IReadOnlyList<(string Id, EvidenceBundle Bundle)> Evidence,
    string? Report,
    DateTimeOffset Now)
{
    public long Signals => Folds.Sum(f => f.Count);

    public decimal CostUsd => Timeline.Sum(r => r.CostUsd);

    public Fold? FoldOf(string hash) => Folds.FirstOrDefault(f => f.Hash == hash);

    /// <summary>One mark for each live part: status, ask, matter, side, timeline.</summary>
    public Marks Marks => new(
        Mark.Of(new { Incident.State, Incident.StateSince, Incident.Waiting, Incident.HeldBy, Incident.Severity, Incident.AcknowledgedBy, Incident.Question, Incident.Outcome, Incident.Attempts, Incident.BreakerTrips, Age = Words.Span(Now - Incident.OpenedAt), Signals, CostUsd }),
        Mark.Of(new { Incident.State, Incident.Question, Incident.AcknowledgedBy, Incident.Request?.Number, Incident.Change?.FixCommit }),
        Mark.Of(new { Incident.Finding, Incident.Change, Incident.Verification, Request = Incident.Request is { } r ? r with { QuietSince = null } : null, Evidence = Evidence.Select(e => e.Id), Report }),
        Mark.Of(new { Folds = Folds.Select(f => (f.Hash, f.Count, f.LastSeen)).Select(f => $"{f}"), Incident.Fingerprints, Incident.Links, Incident.Phases, IsOpen = Incident.State.IsOpen() }),
        Mark.Of(new { Timeline.Length, Last = Timeline.LastOrDefault(), Doing = Timeline.Count(r => r.State == StepState.Doing) }));
}

/// <summary>Reads one incident with all that belongs to it.</summary>
internal sealed class Cases(IIncidents incidents, IFolds folds, IJournal journal, IEvidenceStore evidence, DashboardOptions options, TimeProvider clock)
{
    public async Task<Case?> FindAsync(long number, CancellationToken cancellationToken)
    {
        var id = new IncidentId(number);
        if (await incidents.GetAsync(id, cancellationToken) is not { } incident)
        {
            return null;
        }

        var entries = await Timeline.ReadAsync(journal, id, cancellationToken);
        return new Case(
            incident,
            await folds.ReadAsync(id, cancellationToken),
            Timeline.Of(entries, incident.OpenedAt),
            await evidence.ReadAsync(id, cancellationToken),
            options.Report is { } report ? await report(incident, cancellationToken) : null,
            clock.GetUtcNow());
    }
}
