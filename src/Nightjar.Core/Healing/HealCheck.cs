using System.Globalization;
using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;

namespace Nightjar.Core.Healing;

/// <summary>Whether all is as it should be after an action. Null: nobody can tell yet, which is no proof.</summary>
public sealed record HealReading(bool? IsWell, string Says)
{
    /// <summary>Of the workload, as its platform counts them.</summary>
    public int Restarts { get; init; }
}

/// <summary>Looks from outside whether an action helped: at the workload, the probes, the error rate, and whether the trouble goes on.</summary>
public sealed class HealCheck(Hands hands, IRates rates, IProbeAnswers probes, IFolds folds)
{
    /// <summary>Restarts beyond the one that was our own.</summary>
    private const int Own = 1;

    /// <param name="from">Probes that were answered since are well.</param>
    public async Task<HealSight> SightAsync(Service service, string? workload, DateTimeOffset from, CancellationToken cancellationToken)
    {
        string[] all = [.. new[] { workload }.OfType<string>().Concat(Treated.Of(service, workload).DependsOn)];
        int? ready = null;
        var (unwell, restarts) = (service.Probes.Count(p => !(probes.LastWell(service.Name, p.Name) >= from)), 0);
        foreach (var one in all)
        {
            var standing = await hands.LookAsync(service.Name, one, cancellationToken);
            unwell += standing is { IsWell: false } ? 1 : 0;
            (restarts, ready) = one == workload ? (standing?.Restarts ?? 0, standing?.Ready) : (restarts, ready);
        }

        return new HealSight(unwell, restarts, ready);
    }

    /// <summary>What is worse than before the action; null when nothing is, or while it may still change. What can be taken back is given half of its time only.</summary>
    public async Task<string?> WorseAsync(Service service, HealProgress heal, RunningHeal running, DateTimeOffset from, DateTimeOffset now, CancellationToken cancellationToken) =>
        now - from >= heal.Playbook.Verify.Within * (heal.Aimed?.Key == running.Key ? 0.5 : 1) ? Worse(running.Before, await SightAsync(service, heal.Workload, from, cancellationToken)) : null;

    private static string? Worse(HealSight before, HealSight after) =>
        after.Ready < before.Ready ? string.Create(CultureInfo.InvariantCulture, $"it made it worse: {after.Ready} ready, {before.Ready} before")
        : after.Unwell > before.Unwell ? string.Create(CultureInfo.InvariantCulture, $"it made it worse: {after.Unwell} not well, {before.Unwell} before")
        : after.Restarts > before.Restarts + Own ? string.Create(CultureInfo.InvariantCulture, $"it made it worse: restarted {after.Restarts - before.Restarts} times since")
        : null;

    public async Task<HealReading> ReadAsync(Incident incident, Service service, HealProgress heal, DateTimeOffset from, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var verify = heal.Playbook.Verify;
        var readings = new List<HealReading>();
        if (verify.Workload ?? heal.Workload is not null)
        {
            readings.Add(await WorkloadAsync(service, heal.Workload, cancellationToken));
        }

        if (verify.Probe ?? !service.Probes.IsEmpty)
        {
            readings.AddRange(service.Probes.IsEmpty ? [new HealReading(null, "the service has no probe")] : service.Probes.Select(p => Probe(service, p, from)));
        }

        if ((verify.ErrorRateBelow ?? (incident.Trigger.Rate is null || heal.Beside is { Symptom: not null } ? null : service.ErrorRate.Threshold)) is { } below)
        {
            readings.Add(await RateAsync(service, verify, below, from, now, cancellationToken));
        }

        if (verify.Quiet ?? heal.Workload is null)
        {
            readings.Add(await QuietAsync(incident, service, heal, readings.Count > 0, from, now, cancellationToken));
        }

        bool? all = readings.Exists(r => r.IsWell == false) ? false : readings.Count == 0 || readings.Exists(r => r.IsWell is null) ? null : true;
        return new HealReading(all, readings.Count == 0 ? "nothing can be looked at" : string.Join("; ", readings.Where(r => r.IsWell == all).Select(r => r.Says))) { Restarts = readings.Sum(r => r.Restarts) };
    }

    private async Task<HealReading> WorkloadAsync(Service service, string? workload, CancellationToken cancellationToken) =>
        workload is null ? new HealReading(null, "no workload is known")
        : await hands.LookAsync(service.Name, workload, cancellationToken) is { } standing ? new HealReading(standing.IsWell, $"{Quoting.Plain(workload, 100)} is {Quoting.Plain(standing.Says, 300)}") { Restarts = standing.Restarts }
        : new HealReading(null, $"nobody knows {Quoting.Plain(workload, 100)}");

    private HealReading Probe(Service service, HttpProbe probe, DateTimeOffset from) =>
        probes.LastWell(service.Name, probe.Name) is { } well && well >= from
            ? new HealReading(true, $"probe {probe.Name} was well at {well:u}")
            : new HealReading(null, $"probe {probe.Name} was not well since");

    private async Task<HealReading> RateAsync(Service service, HealVerify verify, double below, DateTimeOffset from, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Failures from before the action share the first slice with it.
        var slice = RateBucket.Slice.Ticks;
        var start = new DateTimeOffset((from.UtcTicks + slice - 1) / slice * slice, TimeSpan.Zero);
        var reading = await rates.ReadAsync(service.Name, start, now, cancellationToken);
        return reading.Total < verify.MinVolume ? new HealReading(null, "too little traffic says anything of the error rate")
            : new HealReading(reading.Rate < below, string.Create(CultureInfo.InvariantCulture, $"{reading.Errors} of {reading.Total} failed"));
    }

    /// <summary>Silence alone proves nothing: something must have been there to be heard.</summary>
    private async Task<HealReading> QuietAsync(Incident incident, Service service, HealProgress heal, bool isSeen, DateTimeOffset from, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var seen = (await folds.ReadAsync(incident.Id, cancellationToken)).Where(f => f.LastSeen > from && (heal.Beside?.Symptom is not { } symptom || f.Hash == symptom)).ToList();
        if (seen.Count > 0)
        {
            return new HealReading(false, $"it was seen again at {seen.Max(f => f.LastSeen):u}");
        }

        var traffic = isSeen ? null : await rates.ReadAsync(service.Name, from, now, cancellationToken);
        return traffic?.Total < heal.Playbook.Verify.MinVolume ? new HealReading(null, "not seen again, but nothing else was either") : new HealReading(true, $"not seen again since {from:u}");
    }
}
