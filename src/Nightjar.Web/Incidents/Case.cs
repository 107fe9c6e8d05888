using System.Collections.Immutable;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Web.Look;

namespace Nightjar.Web.Incidents;

/// <summary>Everything that is known of one incident, as its page shows it.</summary>
/// <param name="Rates">The error rate from before it began, in closed slices.</param>
/// <param name="Silence">The silence that covers it and ends last; null when it is heard.</param>
public sealed record Case(
    Incident Incident,
    Service Service,
    ImmutableArray<Fold> Folds,
    ImmutableArray<TimelineRow> Timeline,
    IReadOnlyList<(string Id, EvidenceBundle Bundle)> Evidence,
    IReadOnlyList<RateBucket> Rates,
    Silence? Silence,
    DateTimeOffset Now)
{
    public long Signals => Folds.Sum(f => f.Count);

    public decimal CostUsd => Timeline.Sum(r => r.CostUsd);

    public string? Report => Incident.Change?.Report is { Length: > 0 } report ? report : null;

    /// <summary>The first failure that is known of.</summary>
    public DateTimeOffset Onset => Evidence.Count > 0 ? Evidence[0].Bundle.Onset : Incident.Trigger.Since ?? Incident.Trigger.At;

    public DateTimeOffset LastSeen => Folds.IsDefaultOrEmpty ? Incident.Trigger.At : Folds.Max(f => f.LastSeen);

    /// <summary>How the service does now, by the slices of the last window; null without traffic or once the incident is over.</summary>
    public RateReading? Lately
    {
        get
        {
            var from = Now - Service.ErrorRate.Window - RateBucket.Slice;
            var last = Rates.Where(b => b.Start >= from).ToList();
            return last.Count == 0 || Incident.EndedAt is not null ? null : new RateReading(from, Now, last.Sum(b => b.Errors), last.Sum(b => b.Total), last[^1].Of);
        }
    }

    public Fold? FoldOf(string hash) => Folds.FirstOrDefault(f => f.Hash == hash);

    /// <summary>One mark for each live part: status, glance, ask, matter, side, timeline.</summary>
    public Marks Marks => new(
        Mark.Of(new { Incident.State, Incident.StateSince, Incident.Waiting, Waits = CaseStatus.LooksAgain(this), Incident.HeldBy, Incident.Severity, Incident.AcknowledgedBy, Incident.Question, Incident.Outcome, Incident.Attempts, Incident.BreakerTrips, Age = Words.Span(Now - Incident.OpenedAt), CostUsd, Silence }),
        Mark.Of(new { Signals, Last = Words.Span(Now - LastSeen), Rates = Rates.LastOrDefault(), Rates.Count, Incident.State, Incident.Finding, Incident.Change, Incident.Request?.MergedAt, Incident.Verification }),
        Mark.Of(new { Incident.State, Incident.Question, Incident.AcknowledgedBy, Incident.Request?.Number, Incident.Change?.FixCommit, Incident.Request?.QuietSince }),
        Mark.Of(new { Incident.Finding, Incident.Change, Incident.Verification, Request = Incident.Request is { } r ? r with { QuietSince = null } : null, Evidence = Evidence.Select(e => e.Id) }),
        Mark.Of(new { Folds = Folds.Select(f => (f.Hash, f.Count, f.LastSeen)).Select(f => $"{f}"), Incident.Fingerprints, Incident.Links, Incident.Phases, Incident.HeldBy, IsOpen = Incident.State.IsOpen() }),
        Mark.Of(new { Timeline.Length, Last = Timeline.LastOrDefault(), Doing = Timeline.Count(r => r.State == StepState.Doing) }));
}

/// <summary>Reads one incident with all that belongs to it.</summary>
internal sealed class Cases(IncidentStores stores, IEvidenceStore evidence, IRates rates, ISilences silences, Catalogue catalogue, TimeProvider clock)
{
    private static readonly TimeSpan Before = TimeSpan.FromMinutes(10);

    /// <summary>What a chart can show of one incident: 2,160 slices.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromHours(6);

    private static readonly TimeSpan After = TimeSpan.FromMinutes(2);

    public async Task<Case?> FindAsync(long number, CancellationToken cancellationToken)
    {
        var id = new IncidentId(number);
        if (await stores.Incidents.GetAsync(id, cancellationToken) is not { } incident)
        {
            return null;
        }

        var now = clock.GetUtcNow();
        var entries = await Timeline.ReadAsync(stores.Journal, id, cancellationToken);
        var quiet = await silences.ActiveAsync(now, cancellationToken);
        return new Case(
            incident,
            catalogue.Get(incident.Service),
            await stores.Folds.ReadAsync(id, cancellationToken),
            Timeline.Of(entries, incident.OpenedAt),
            await evidence.ReadAsync(id, cancellationToken),
            await RatesAsync(incident, now, cancellationToken),
            quiet.Where(s => incident.Fingerprints.Any(f => s.Covers(incident.Service.Value, f.Fingerprint.Hash, now))).MaxBy(s => s.Until),
            now);
    }

    /// <summary>Without the slice that still fills: a figure of half a slice would jump with every look.</summary>
    private Task<IReadOnlyList<RateBucket>> RatesAsync(Incident incident, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var from = incident.OpenedAt - Before;
        var end = incident.EndedAt is { } ended && ended + After < now ? ended + After : now;
        var closed = new DateTimeOffset(end.UtcTicks / RateBucket.Slice.Ticks * RateBucket.Slice.Ticks, TimeSpan.Zero);
        return rates.SeriesAsync(incident.Service, from, closed < from + Longest ? closed : from + Longest, cancellationToken);
    }
}
