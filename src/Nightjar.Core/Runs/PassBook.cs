using System.Collections.Immutable;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;

namespace Nightjar.Core.Runs;

/// <summary>What a pass came to.</summary>
/// <param name="Pods">Pods that were looked at.</param>
/// <param name="Incidents">Those that are open after it, or ended in it.</param>
/// <param name="Unknown">What could not be looked at, in words.</param>
public sealed record PassResult(int Pods, ImmutableArray<Incident> Incidents, ImmutableArray<string> Unknown);

/// <summary>Writes down passes: begun before anything is looked at, and ended by what came of it.</summary>
public sealed class PassBook(IRuns runs, IJournal journal, Conduct conduct, TimeProvider clock)
{
    /// <summary>Rows of the journal that are read at once to find its end.</summary>
    private const int Page = 1_000;

    /// <param name="spaces">The namespaces that are looked at, in words.</param>
    /// <param name="by">Who wants it.</param>
    public async Task<Run> BeginAsync(string spaces, string by, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var run = await runs.BeginAsync(new Run { StartedAt = now, Namespace = spaces, Mode = conduct.Mode }, cancellationToken);
        await NoteAsync($"pass {run.Id} for {by} began{(spaces.Length == 0 ? "" : $" in {spaces}")}, mode {conduct.Mode.ToString().ToLowerInvariant()}", cancellationToken);
        return run;
    }

    public async Task<RunRecord> EndAsync(Run run, PassResult result, CancellationToken cancellationToken)
    {
        foreach (var says in result.Unknown)
        {
            await NoteAsync($"could not look: {says}", cancellationToken);
        }

        var fixes = result.Incidents.SelectMany(i => IncidentRun.Fixes(i).Select(f => f with { Key = $"incident-{i.Id.Value}-{f.Key}" })).ToImmutableArray();
        var status = !result.Unknown.IsEmpty ? RunStatus.Failed
            : result.Incidents.IsEmpty ? RunStatus.Ok
            : result.Incidents.All(i => !i.State.IsOpen() && IncidentRun.Fixes(i).Any(f => f.Status == FixStatus.Success)) ? RunStatus.Fixed
            : RunStatus.IssuesFound;
        await NoteAsync($"pass {run.Id} ended: {RunWords.Of(status)}, {result.Pods} pods, {result.Incidents.Length} errors", cancellationToken);
        var ended = run with
        {
            EndedAt = clock.GetUtcNow(),
            Status = status,
            Pods = result.Pods,
            Errors = result.Incidents.Length,
            Fixes = fixes.Count(f => f.Status == FixStatus.Success),
            Report = Report(result, fixes),
            Log = (run.Log?.After ?? 0, await LastAsync(run.Log?.After ?? 0, cancellationToken)),
        };
        var record = new RunRecord(ended, fixes);
        await runs.EndAsync(record, cancellationToken);
        return record;
    }

    /// <summary>A pass that broke off is not one that found nothing.</summary>
    public Task FailAsync(Run run, string why, CancellationToken cancellationToken) => EndAsync(run, new PassResult(0, [], [why]), cancellationToken);

    private Task NoteAsync(string why, CancellationToken cancellationToken) =>
        journal.AppendAsync(new JournalEntry { At = clock.GetUtcNow(), Actor = "nightjar", Act = "pass", Why = why }, cancellationToken);

    private async Task<long> LastAsync(long after, CancellationToken cancellationToken)
    {
        while (await journal.ReadAsync(null, after, Page, cancellationToken) is { Count: > 0 } rows)
        {
            after = rows[^1].Sequence;
        }

        return after;
    }

    private static string Report(PassResult result, ImmutableArray<Fix> fixes)
    {
        if (result.Incidents.IsEmpty)
        {
            return result.Unknown.IsEmpty ? "Nothing is wrong." : $"Nothing was found, but not everything could be looked at: {string.Join("; ", result.Unknown)}";
        }

        return string.Join('\n', result.Incidents.Select(i => $"- #{i.Id.Value} {i.Title} [{i.State}]").Concat(fixes.Select(f => $"  - {f.Pod}: {f.ErrorType}, {(f.Applied.Length == 0 ? "nothing done" : f.Applied)}: {RunWords.Of(f.Status)}")).Concat(result.Unknown.Select(u => $"- could not look: {u}")));
    }
}
