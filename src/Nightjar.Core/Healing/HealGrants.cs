using System.Globalization;
using Nightjar.Core.Announcements;
using Nightjar.Core.Signals;

namespace Nightjar.Core.Healing;

/// <summary>Why an action is not granted.</summary>
/// <param name="IsStop">All healing has stopped; otherwise only this action is one too many.</param>
public sealed record HealRefusal(string Why, bool IsStop);

/// <summary>
/// Grants actions one asker at a time. What was granted is on disk before it is done, so that limits hold over restarts and among many
/// incidents. Past the blast radius all healing stops and a person is paged; their resume lets it go on.
/// </summary>
public sealed class HealGrants(IHeals heals, OpenIncidents open, Pager pager, HealOptions options, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>The row of the granted action, or why there is none. Asked again after a kill, the answer is the same.</summary>
    public async Task<(HealRow? Row, HealRefusal? Refusal)> AskAsync(HealRow wish, int? restarts, int? perHour, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            var recent = await heals.SinceAsync(clock.GetUtcNow() - Hour, cancellationToken);
            if (recent.FirstOrDefault(r => r.Incident == wish.Incident && r.Key == wish.Key) is { } known)
            {
                return (known, null);
            }

            var refusal = await RefusalAsync(wish, [.. recent.Where(r => r.Action != HealStep.Pause)], restarts, perHour, cancellationToken);
            return refusal is null ? (await heals.BeginAsync(wish, cancellationToken), null) : (null, refusal);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>A person says that healing goes on: what was done before counts no longer for the stop.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        if (await heals.GetStopAsync(cancellationToken) is { ResumedAt: null } stop)
        {
            await pager.ResolveAsync(Key(stop), "healing goes on", cancellationToken);
            await heals.SetStopAsync(stop with { ResumedAt = clock.GetUtcNow() }, cancellationToken);
        }
    }

    public void Dispose() => turn.Dispose();

    private async Task<HealRefusal?> RefusalAsync(HealRow wish, List<HealRow> recent, int? restarts, int? perHour, CancellationToken cancellationToken)
    {
        var stop = await heals.GetStopAsync(cancellationToken);
        if (stop is { ResumedAt: null })
        {
            await PageAsync(stop, cancellationToken);
            return new HealRefusal($"all healing is stopped since {stop.Since:u}: {stop.Why}", IsStop: true);
        }

        if (wish.Action == HealStep.Pause)
        {
            return null;
        }

        var same = recent.Count(r => r.Service == wish.Service && r.Workload == wish.Workload && IsRestart(r.Action));
        if (IsRestart(wish.Action) && same >= restarts)
        {
            return new HealRefusal(string.Create(CultureInfo.InvariantCulture, $"it was restarted {same} times within the hour, which is the limit"), IsStop: false);
        }

        if (recent.Count(r => r.Service == wish.Service && r.Playbook == wish.Playbook) >= perHour)
        {
            return new HealRefusal(string.Create(CultureInfo.InvariantCulture, $"the playbook acted {perHour} times within the hour, which is its limit"), IsStop: false);
        }

        var busy = recent.Where(r => r.End == HealEnd.Running && r.Service != wish.Service && open.Get(r.Incident)?.Heal is { IsOver: false }).Select(r => r.Service).Distinct().Count();
        var counted = recent.Count(r => !(r.At <= stop?.ResumedAt));
        var why = counted >= options.ActionsPerHour ? string.Create(CultureInfo.InvariantCulture, $"{counted} actions within the hour, over all services")
            : busy >= options.ServicesAtOnce ? string.Create(CultureInfo.InvariantCulture, $"{busy} services are being healed at once, and {wish.Service} would be one more")
            : null;
        return why is null ? null : await StopAsync(why, cancellationToken);
    }

    private async Task<HealRefusal> StopAsync(string why, CancellationToken cancellationToken)
    {
        var stop = new HealStop(clock.GetUtcNow(), why);
        await heals.SetStopAsync(stop, cancellationToken);
        await PageAsync(stop, cancellationToken);
        return new HealRefusal($"all healing was stopped: {why}", IsStop: true);
    }

    /// <summary>Raised once, because its key is made of the time of the stop.</summary>
    private Task PageAsync(HealStop stop, CancellationToken cancellationToken) =>
        pager.RaiseAsync(new PageWish(Key(stop), null, null, "healing", Severity.Critical, "All healing is stopped", $"{stop.Why}. So much at once is rarely what playbooks are for. Incidents are investigated, nothing that runs is touched. When it is safe, let it go on with: nightjar resume", null), cancellationToken);

    private static bool IsRestart(string action) => action is HealStep.Restart or HealStep.RestartDependency or HealStep.Start or HealStep.Stop;

    private static string Key(HealStop stop) => $"nightjar-healing-{stop.Since.UtcDateTime:yyyyMMddHHmmssfff}";
}
