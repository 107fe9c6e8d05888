using System.Globalization;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;

namespace Nightjar.Core.Pipeline;

/// <summary>
/// Proves that the fix held: from when it runs (not from the merge), over a window with enough traffic, against the rate the
/// incident began with. Too little traffic proves nothing; the same or worse reopens.
/// </summary>
public sealed class VerifyStage(Catalogue catalogue, RolloutWatch rollout, IRates rates, IFolds folds, QuietEvidence quiet, RequestDesk desk) : IStage
{
    public string Name => "verify";

    public IReadOnlyList<IncidentState> States => [IncidentState.Verifying];

    public async Task<StageOutcome> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var (incident, now) = (context.Incident, context.Now);
        var service = catalogue.Get(incident.Service);
        var state = incident.Verification ?? new Verification { Before = incident.Trigger.Rate };
        if (state.RunningSince is null)
        {
            if (await rollout.RunningAsync(incident, service, now, cancellationToken) is not { } running)
            {
                return new WaitUntil(incident with { Verification = state }, now + RolloutWatch.Poll, "the fix to be rolled out");
            }

            state = state with { RunningSince = running.Since, KnownBy = running.KnownBy };
            await context.Effects.NoteAsync("rollout", $"the fix runs since {running.Since:u}, known by {running.KnownBy}", cancellationToken);
        }

        // Failures of the old version share the first slice with the fix: it is left out.
        var from = Ceiling(state.RunningSince ?? now);
        incident = incident with { Verification = state };
        if (now < from + service.Verify.Window)
        {
            return new WaitUntil(incident, from + service.Verify.Window, $"{service.Verify.Window.TotalSeconds:0} s of traffic on the fixed version");
        }

        return incident.Trigger.Rate is { } before
            ? await JudgeRateAsync(context, incident, service, from, before, cancellationToken)
            : await JudgeQuietAsync(context, incident, service, from, cancellationToken);
    }

    /// <summary>What came after, in the unit of what came before: slices that count something else say nothing.</summary>
    private async Task<RateReading> AfterAsync(Service service, DateTimeOffset from, DateTimeOffset now, RateUnit of, CancellationToken cancellationToken)
    {
        var slices = (await rates.SeriesAsync(service.Name, from, now, cancellationToken)).Where(b => b.Of == of).ToList();
        return new RateReading(from, now, slices.Sum(b => b.Errors), slices.Sum(b => b.Total), of);
    }

    private async Task<StageOutcome> JudgeRateAsync(StageContext context, Incident incident, Service service, DateTimeOffset from, RateReading before, CancellationToken cancellationToken)
    {
        var after = await AfterAsync(service, from, context.Now, before.Of, cancellationToken);
        incident = incident with { Verification = (incident.Verification ?? new Verification()) with { Before = before, After = after } };
        if (after.Total < service.Verify.MinVolume)
        {
            return await TooLittleAsync(context, incident, service, from, $"{after.Total} {Unit(after)} of at least {service.Verify.MinVolume}", cancellationToken);
        }

        var figures = string.Create(CultureInfo.InvariantCulture, $"error rate {before.Rate:P1} ({before.Errors} of {before.Total}) before, {after.Rate:P1} ({after.Errors} of {after.Total} {Unit(after)}) after");
        return after.Rate < service.ErrorRate.Threshold && after.Rate < before.Rate
            ? await HeldAsync(context, incident, service, figures, cancellationToken)
            : await ReopenAsync(context, incident, service, figures, cancellationToken);
    }

    /// <summary>Where no rate is known: the problem must not have been seen again, and something must have been there to see.</summary>
    private async Task<StageOutcome> JudgeQuietAsync(StageContext context, Incident incident, Service service, DateTimeOffset from, CancellationToken cancellationToken)
    {
        var seen = await folds.ReadAsync(incident.Id, cancellationToken);
        if (seen.Any(f => f.LastSeen >= from))
        {
            return await ReopenAsync(context, incident, service, "it was seen again since the fix runs", cancellationToken);
        }

        var evidence = await quiet.ReadAsync(incident, service, from, context.Now, cancellationToken);
        return evidence.Says switch
        {
            QuietSays.Gone => await HeldAsync(context, incident, service, $"not seen again since {from:u}; {evidence.Figures}", cancellationToken),
            QuietSays.StillThere => await ReopenAsync(context, incident, service, evidence.Figures, cancellationToken),
            QuietSays.Unknown => await TooLittleAsync(context, incident, service, from, evidence.Figures, cancellationToken),
        };
    }

    private async Task<StageOutcome> TooLittleAsync(StageContext context, Incident incident, Service service, DateTimeOffset from, string figures, CancellationToken cancellationToken)
    {
        if (context.Now - from < service.Verify.Patience)
        {
            return new WaitUntil(incident, context.Now + (service.Verify.Window / 2), $"more to go by: {figures}");
        }

        var said = $"unverified: {figures} in {service.Verify.Patience.TotalHours:0} h";
        await desk.CommentAsync(incident, service, context.Effects, $"unverified-{incident.Occurrence}", $"Not verified: {figures} came in {service.Verify.Patience.TotalHours:0} hours, which proves nothing.", cancellationToken);
        return new GoOn(Ended(incident, IncidentOutcome.MergedUnverified, context.Now), IncidentState.Resolved, said);
    }

    private async Task<StageOutcome> HeldAsync(StageContext context, Incident incident, Service service, string figures, CancellationToken cancellationToken)
    {
        await desk.CommentAsync(incident, service, context.Effects, $"verified-{incident.Occurrence}", $"Verified: {figures}. The fix runs since {incident.Verification?.RunningSince:u}, known by {incident.Verification?.KnownBy}.", cancellationToken);
        return new GoOn(Ended(incident, OutcomeOf(incident.Request), context.Now), IncidentState.Resolved, figures);
    }

    private async Task<StageOutcome> ReopenAsync(StageContext context, Incident incident, Service service, string figures, CancellationToken cancellationToken)
    {
        await desk.CommentAsync(incident, service, context.Effects, $"reopened-{incident.Occurrence}", $"The fix did not hold: {figures}. The incident is open again.", cancellationToken);
        return new GoOn(incident.Anew() with { Reopened = incident.Reopened + 1 }, IncidentState.Investigating, $"reopened: {figures}");
    }

    private static IncidentOutcome OutcomeOf(ReviewRequest? request) => request switch
    {
        null or { MergedAt: null } => IncidentOutcome.MendedByHand,
        { MergedModified: true } => IncidentOutcome.MergedModified,
        _ => IncidentOutcome.Merged,
    };

    private static Incident Ended(Incident incident, IncidentOutcome outcome, DateTimeOffset now) => incident with { Outcome = outcome, EndedAt = now };

    private static DateTimeOffset Ceiling(DateTimeOffset at)
    {
        var slice = RateBucket.Slice.Ticks;
        return new DateTimeOffset((at.UtcTicks + slice - 1) / slice * slice, TimeSpan.Zero);
    }

    private static string Unit(RateReading reading) => reading.Of == RateUnit.Lines ? "lines" : "requests";
}
