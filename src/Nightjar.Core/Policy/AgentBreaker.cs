using System.Collections.Immutable;
using Nightjar.Core.Announcements;
using Nightjar.Core.Healing;
using Nightjar.Core.Incidents;
using Nightjar.Core.Proposal;
using Nightjar.Core.Signals;

namespace Nightjar.Core.Policy;

/// <summary>How the work of agents has gone, over all incidents.</summary>
public sealed record BreakerState
{
    /// <summary>Fingerprints whose work failed since anything last succeeded.</summary>
    public ImmutableArray<string> Failing { get; init; } = [];

    /// <summary>Since when all agent work is stopped; null while it is not.</summary>
    public DateTimeOffset? OpenSince { get; init; }

    /// <summary>From when on a single incident may try.</summary>
    public DateTimeOffset RetryAt { get; init; }

    /// <summary>The one that tries.</summary>
    public IncidentId? Probe { get; init; }

    /// <summary>A person was paged.</summary>
    public bool IsTold { get; init; }

    /// <summary>What failed last, for people.</summary>
    public string Why { get; init; } = "";

    /// <summary>In a sentence for people why no agent works, and how that ends; null while they may.</summary>
    public string? WhyStopped() => OpenSince is not { } since ? null
        : Probe is { } probe ? $"Since {since:u}; incident {probe} tries whether it goes again. The last failure: {Why}"
        : $"Since {since:u}, because different problems failed one after the other, the last one with: {Why}. One tries again at {RetryAt:u}; nightjar resume lets all of them at once.";
}

/// <summary>Where the breaker's state outlives a restart.</summary>
public interface IBreakerRecord
{
    Task<BreakerState> GetAsync(CancellationToken cancellationToken);

    Task SetAsync(BreakerState state, CancellationToken cancellationToken);
}

/// <summary>
/// Stops all agent work when one problem after the other fails: then it is not the problems. Five different fingerprints in a row
/// open it, and a person is paged; after an hour one incident may try, and its success closes it again, as a person's resume does.
/// </summary>
public sealed class AgentBreaker(IBreakerRecord record, Pager pager, TimeProvider clock) : IDisposable
{
    /// <summary>Different fingerprints that fail in a row.</summary>
    private const int Most = 5;

    private static readonly TimeSpan Rest = TimeSpan.FromHours(1);

    /// <summary>A resume is noticed within this; so is the success of the one that tries.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>Null when the incident's agent may work; else until when it waits, and why.</summary>
    public Task<(DateTimeOffset Until, string Why)?> HoldsAsync(IncidentId incident, CancellationToken cancellationToken) => ChangeAsync((state, now) => Hold(state, incident, now), cancellationToken);

    /// <summary>An agent's work came to a regular end, whatever it found.</summary>
    public Task SucceededAsync(CancellationToken cancellationToken) => CloseAsync(cancellationToken);

    /// <summary>An agent's work failed.</summary>
    public Task FailedAsync(Incident incident, string why, CancellationToken cancellationToken) => ChangeAsync(
        (state, now) =>
        {
            var failing = state.Failing.Contains(incident.Fingerprint.Hash) ? state.Failing : state.Failing.Add(incident.Fingerprint.Hash);
            var opens = state.OpenSince is null && failing.Length >= Most;
            var failed = state.Probe == incident.Id || opens;
            return (state with
            {
                Failing = failing.Length > Most ? state.Failing : failing,
                OpenSince = opens ? now : state.OpenSince,
                RetryAt = failed ? now + Rest : state.RetryAt,
                Probe = failed ? null : state.Probe,
                Why = Quoting.Plain(why, 300),
            }, 0);
        },
        cancellationToken);

    /// <summary>A person says that it goes on, or something succeeded.</summary>
    public Task CloseAsync(CancellationToken cancellationToken) => ChangeAsync((state, _) => (state.Failing.IsEmpty && state.OpenSince is null ? state : new BreakerState(), 0), cancellationToken);

    public void Dispose() => turn.Dispose();

    private static (BreakerState Next, (DateTimeOffset Until, string Why)? Answer) Hold(BreakerState state, IncidentId incident, DateTimeOffset now)
    {
        if (state.OpenSince is null || (state.Probe == incident && now < state.RetryAt))
        {
            return (state, null);
        }

        if (now >= state.RetryAt)
        {
            // Should the one that tries never come to an end, another one has its turn an hour later.
            return (state with { Probe = incident, RetryAt = now + Rest }, null);
        }

        var until = state.RetryAt < now + LookAgain ? state.RetryAt : now + LookAgain;
        return (state, (until, state.Probe is { } probe
            ? $"all agent work is stopped while {probe} tries whether it goes again"
            : $"all agent work is stopped: {Most} problems failed one after the other; one tries again at {state.RetryAt:u}, or end it with: nightjar resume"));
    }

    private async Task<T> ChangeAsync<T>(Func<BreakerState, DateTimeOffset, (BreakerState Next, T Answer)> change, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            var before = await record.GetAsync(cancellationToken);
            var (next, answer) = change(before, clock.GetUtcNow());
            if (next != before || next is { OpenSince: not null, IsTold: false })
            {
                await WriteAsync(before, next, cancellationToken);
            }

            return answer;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Opened and not told yet, as after a kill in between: the page is raised once, because its key is made of the time of opening.</summary>
    private async Task WriteAsync(BreakerState before, BreakerState next, CancellationToken cancellationToken)
    {
        if (before.OpenSince is { } over && next.OpenSince is null)
        {
            await pager.ResolveAsync(Key(over), "agent work goes on", cancellationToken);
        }

        await record.SetAsync(next, cancellationToken);
        if (next is { OpenSince: { } since, IsTold: false })
        {
            await pager.RaiseAsync(new PageWish(Key(since), null, null, "agents", Severity.Critical, "All agent work is stopped", $"{Most} different problems failed one after the other, the last one with: {next.Why}. One tries again at {next.RetryAt:u}; when the cause is gone, end it with: nightjar resume", null), cancellationToken);
            await record.SetAsync(next with { IsTold = true }, cancellationToken);
        }
    }

    private static string Key(DateTimeOffset since) => $"nightjar-agents-{since.UtcDateTime:yyyyMMddHHmmssfff}";
}

/// <summary>The pause switch, whose resume is the word of a person that everything goes on: also what the breaker, or too much healing, stopped.</summary>
public sealed class ResumeSwitch(IPauseSwitch pause, AgentBreaker breaker, HealGrants healing) : IPauseSwitch
{
    public Task<Pause?> GetAsync(CancellationToken cancellationToken) => pause.GetAsync(cancellationToken);

    public async Task SetAsync(Pause? wish, CancellationToken cancellationToken)
    {
        await pause.SetAsync(wish, cancellationToken);
        if (wish is null)
        {
            await breaker.CloseAsync(cancellationToken);
            await healing.ResumeAsync(cancellationToken);
        }
    }
}
