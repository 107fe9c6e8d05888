using Nightjar.Core.Incidents;
using Nightjar.Core.Signals;

namespace Nightjar.Core.Policy;

/// <summary>How much work agents do, and how many draft requests people are given, over all services.</summary>
public sealed record RequestLimits
{
    public int RequestsPerHour { get; init; } = 5;

    /// <summary>Open ones; beyond it incidents are investigated, and their requests wait.</summary>
    public int OpenRequests { get; init; } = 10;

    /// <summary>Investigations begun within an hour; the next one waits.</summary>
    public int AgentRunsPerHour { get; init; } = 10;
}

/// <summary>A request that was opened, or is about to be.</summary>
public sealed record RequestSlot(IncidentId Incident, int Occurrence, DateTimeOffset At);

/// <summary>Which requests were opened when; on disk before they are.</summary>
public interface IRequestSlots
{
    /// <summary>Those after a time, oldest first.</summary>
    Task<IReadOnlyList<RequestSlot>> SinceAsync(DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Does nothing when this incident has one for this occurrence already.</summary>
    Task TakeAsync(RequestSlot slot, CancellationToken cancellationToken);
}

/// <summary>Why a request may not be opened now.</summary>
/// <param name="Until">When to ask again.</param>
/// <param name="IsBacklog">People have enough requests to look at; otherwise too many were opened within the hour.</param>
public sealed record RequestRefusal(string Why, DateTimeOffset Until, bool IsBacklog);

/// <summary>
/// Grants the opening of requests, one asker at a time: what was granted is written down before anybody else is answered, so that
/// many incidents at once pass neither limit, and a restart forgets none.
/// </summary>
public sealed class RequestQueue(RequestLimits limits, IRequestSlots slots, OpenIncidents open, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>How often an incident that waits for the backlog looks again: people take minutes for a request.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim turn = new(1, 1);

    /// <summary>Null when the incident may open its request; asked again after a kill, the answer is the same.</summary>
    public async Task<RequestRefusal?> AskAsync(Incident incident, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow();
            var recent = await slots.SinceAsync(now - Hour, cancellationToken);
            if (recent.Any(s => s.Incident == incident.Id && s.Occurrence == incident.Occurrence))
            {
                return null;
            }

            if (Refusal(incident, recent, now) is { } refusal)
            {
                return refusal;
            }

            await slots.TakeAsync(new RequestSlot(incident.Id, incident.Occurrence, now), cancellationToken);
            return null;
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private RequestRefusal? Refusal(Incident incident, IReadOnlyList<RequestSlot> recent, DateTimeOffset now)
    {
        // Those that were granted a moment ago and are not on their incident yet count, too.
        var waiting = open.All.Count(i => i.Id != incident.Id && (i.Request is { MergedAt: null } || (i.Request is null && recent.Any(s => s.Incident == i.Id && s.Occurrence == i.Occurrence))));
        return waiting >= limits.OpenRequests ? new RequestRefusal($"{waiting} draft requests are open and wait for people, who are given {limits.OpenRequests} at once; merge or close some", now + LookAgain, IsBacklog: true)
            : recent.Count >= limits.RequestsPerHour ? new RequestRefusal($"{recent.Count} draft requests were opened within the hour, and {limits.RequestsPerHour} is the limit", recent[^limits.RequestsPerHour].At + Hour, IsBacklog: false)
            : null;
    }
}
