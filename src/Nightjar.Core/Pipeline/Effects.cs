using System.Text.Json;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Proposal;

namespace Nightjar.Core.Pipeline;

/// <summary>Told at every point where a kill would be felt; the crash stories kill the process there.</summary>
public delegate void PointReached(string point);

/// <summary>
/// The outside effects of one stage of one incident. Each is written down before it is done (<c>Intent → Probe → Do → Done</c>),
/// so that a step that is run again finds what an earlier run did.
/// </summary>
public sealed class Effects(IJournal journal, TimeProvider clock, IncidentId incident, string actor, PointReached reached, IPauseSwitch? pause = null)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>
    /// A probed effect: happens once. <paramref name="probe"/> looks for it in the world (null: not there) and is asked only
    /// when an earlier run wrote its intent and no end.
    /// </summary>
    public async Task<T> OnceAsync<T>(string act, string key, string why, Func<CancellationToken, Task<T?>> probe, Func<CancellationToken, Task<T>> make, CancellationToken cancellationToken)
        where T : class
    {
        var rows = await journal.FindAsync(Full(key), cancellationToken);
        if (rows.LastOrDefault(r => r.Step == JournalStep.Done) is { Data: { } data })
        {
            return JsonSerializer.Deserialize<T>(data, Json) ?? throw new JsonException($"The journal's result of {key} is empty");
        }

        if (pause is not null && await pause.GetAsync(cancellationToken) is { } paused)
        {
            throw new PausedException(paused);
        }

        T? found = null;
        if (rows.Count == 0)
        {
            await WriteAsync(act, key, JournalStep.Intent, why, null, cancellationToken);
        }
        else
        {
            found = await probe(cancellationToken);
        }

        reached($"{actor}:{key}:intent");
        var result = found ?? await MakeAsync(act, key, make, cancellationToken);
        reached($"{actor}:{key}:done-unwritten");
        await WriteAsync(act, key, JournalStep.Done, found is null ? why : $"{why} (found done already)", JsonSerializer.Serialize(result, Json), cancellationToken);
        reached($"{actor}:{key}:done");
        return result;
    }

    /// <summary>How a failure ended is written down too; what was done all the same is found by the probe of the next run.</summary>
    private async Task<T> MakeAsync<T>(string act, string key, Func<CancellationToken, Task<T>> make, CancellationToken cancellationToken)
    {
        try
        {
            return await make(cancellationToken);
        }
        catch (Exception e) when (e is not (OperationCanceledException or StoreUnavailableException or PausedException))
        {
            await WriteAsync(act, key, JournalStep.Failed, Quoting.Plain(e.Message, IncidentMoves.LongestWhy), null, cancellationToken);
            throw;
        }
    }

    /// <summary>An announcement or an edit that may safely happen again: done unless its end is written.</summary>
    public Task AtLeastOnceAsync(string act, string key, string why, Func<CancellationToken, Task> make, CancellationToken cancellationToken) =>
        OnceAsync<Told>(act, key, why, _ => Task.FromResult<Told?>(null), async ct =>
        {
            await make(ct);
            return Told.Instance;
        }, cancellationToken);

    /// <summary>A remark in the journal.</summary>
    public Task NoteAsync(string act, string why, CancellationToken cancellationToken) =>
        journal.AppendAsync(new JournalEntry { Incident = incident, At = clock.GetUtcNow(), Actor = actor, Act = act, Why = why }, cancellationToken);

    private string Full(string key) => $"{incident.Value}/{key}";

    private Task WriteAsync(string act, string key, JournalStep step, string why, string? data, CancellationToken cancellationToken) =>
        journal.AppendAsync(new JournalEntry { Incident = incident, At = clock.GetUtcNow(), Actor = actor, Act = act, Step = step, Key = Full(key), Why = why, Data = data }, cancellationToken);

    private sealed record Told
    {
        public static readonly Told Instance = new();
    }
}

/// <summary>Everything was paused while a stage ran: its next effect is not done.</summary>
internal sealed class PausedException(Pause pause) : Exception($"Paused by {pause.By}")
{
    public Pause Pause => pause;
}
