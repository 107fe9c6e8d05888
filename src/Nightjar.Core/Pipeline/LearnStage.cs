using Nightjar.Core.Incidents;
using Nightjar.Core.Memory;
using Nightjar.Core.Policy;
using Nightjar.Core.Signals;

namespace Nightjar.Core.Pipeline;

/// <summary>The end: writes the record of the finished incident, lets go of the ones it held back, starts a cool-down, marks its request.</summary>
public sealed class LearnStage(IncidentStores stores, IIncidentMemory memory, OpenIncidents open, IWakeUps wakeUps, RequestEnd request, Conduct conduct) : IStage
{
    public string Name => "learn";

    public IReadOnlyList<IncidentState> States => [IncidentState.Resolved, IncidentState.GaveUp];

    public bool OnlyRecords => true;

    public async Task<StageOutcome> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var (incident, now) = (context.Incident, context.Now);
        if (incident.LearnedAt is not null)
        {
            await request.LetGoAsync(context, cancellationToken);
            return new Rest(incident, $"ended: {incident.Outcome}");
        }

        await context.Effects.AtLeastOnceAsync("remember", $"record-{incident.Visit}", "wrote the record of the incident", async ct => await memory.RememberAsync(await RecordAsync(incident, now, ct), ct), cancellationToken);
        await EndAsync(context, cancellationToken);
        incident = incident with { LearnedAt = now };

        // In a step of its own: a code host that is away must not keep others from being let go, nor have them told twice.
        return incident.Request is null ? new Rest(incident, $"ended: {incident.Outcome}") : new Again(incident, "its record is written");
    }

    private async Task EndAsync(StageContext context, CancellationToken cancellationToken)
    {
        var (incident, now) = (context.Incident, context.Now);
        foreach (var held in open.All.Where(i => i.HeldBy == incident.Id))
        {
            await stores.Inbox.PostAsync(held.Id, InboxKind.Released, "learn", $"released: {incident.Id} ended", cancellationToken);
            await wakeUps.WakeAsync(held.Id, now, cancellationToken);
        }

        await CoolAsync(context, cancellationToken);
        if (incident.Outcome == IncidentOutcome.Joined && incident.Links is [.., var into])
        {
            foreach (var owned in incident.Fingerprints)
            {
                await stores.Inbox.PostAsync(into.To, InboxKind.FingerprintFolded, "learn", InboxText.Write(owned with { Why = $"joined from {incident.Id} by a person", ByPerson = true }), cancellationToken);
                open.TryOwn(owned.Fingerprint, into.To);
            }

            await wakeUps.WakeAsync(into.To, now, cancellationToken);
        }
    }

    /// <summary>Given up or closed: the fingerprints that say which problem it is only count for a while. Ended well after all: what was cooling is wanted again.</summary>
    private async Task CoolAsync(StageContext context, CancellationToken cancellationToken)
    {
        var (incident, now) = (context.Incident, context.Now);
        var cools = incident.Outcome is IncidentOutcome.ClosedUnmerged or IncidentOutcome.GivenUp;
        var until = cools ? (incident.EndedAt ?? now) + conduct.CoolDown : now;
        var cooling = await stores.Ledger.CoolingAsync(now, cancellationToken);
        var hashes = incident.Fingerprints.Where((f, i) => !cools || i == 0 || IsThisProblem(f)).Select(f => f.Fingerprint.Hash).Where(h => cools || cooling.ContainsKey(h)).ToList();
        if (hashes.Count == 0)
        {
            return;
        }

        await context.Effects.AtLeastOnceAsync("cool-down", $"cool-down-{incident.Visit}", $"signals of {string.Join(", ", hashes)} only count until {until:u}", async ct =>
        {
            foreach (var hash in hashes)
            {
                await stores.Ledger.CoolDownAsync(hash, until, $"{incident.Id} ended {incident.Outcome}", ct);
            }
        }, cancellationToken);
    }

    /// <summary>A probe that was folded in because it failed at the same time tells of other problems, too: those are wanted.</summary>
    private static bool IsThisProblem(OwnedFingerprint owned) => owned.ErrorClass.Length > 0 || owned.ByPerson;

    private async Task<IncidentRecord> RecordAsync(Incident incident, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var seen = await stores.Folds.ReadAsync(incident.Id, cancellationToken);
        return new IncidentRecord
        {
            At = incident.EndedAt ?? now,
            Fingerprint = incident.Fingerprints[0].Subject,
            Hash = incident.Fingerprint.Hash,
            RequestUrl = incident.Request?.Url,
            ReportPath = incident.Change?.ReportPath,
            RootCause = Secrets.Mask(incident.Finding?.RootCause ?? ""),
            Confidence = incident.Finding?.Confidence ?? 0,
            PhaseSeconds = new Dictionary<string, double>
            {
                ["phase1"] = incident.PhaseDuration("phase1")?.TotalSeconds ?? 0,
                ["phase2"] = incident.PhaseDuration("phase2")?.TotalSeconds ?? 0,
            },
            Incident = incident.Id.Value,
            Service = incident.Service.Value,
            Outcome = incident.Outcome.ToString(),
            SuspectCommit = incident.Finding?.Suspect?.Sha,
            FixCommit = incident.Change?.FixCommit,
            RateBefore = incident.Verification?.Before?.Rate ?? incident.Trigger.Rate?.Rate,
            RateAfter = incident.Verification?.After?.Rate,
            OpenedAt = incident.OpenedAt,
            RecurrenceOf = incident.RecurrenceOf?.Value,
            Signals = seen.Sum(f => f.Count),
        };
    }
}
