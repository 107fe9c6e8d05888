using System.Collections.Immutable;
using Nightjar.Core.Incidents;
using Nightjar.Web.Look;

namespace Nightjar.Web.Incidents;

public enum StepState
{
    Note,
    Doing,
    Done,
    Failed,
}

/// <summary>One line of a timeline: a remark, or an outside effect from its intent to its end.</summary>
/// <param name="Says">What happened, in words.</param>
/// <param name="Detail">The reason, where it is worth a line of its own.</param>
/// <param name="IsTurn">True where the incident moved to another state.</param>
/// <param name="Times">How often in a row; repeats are one line.</param>
public sealed record TimelineRow(long Sequence, DateTimeOffset At, string Since, string Actor, string Says, string? Detail, bool IsTurn, StepState State, string? Took, int Times, decimal CostUsd);

/// <summary>The journal of one incident for people to read.</summary>
internal static class Timeline
{
    /// <summary>Rows that a page shows; the first ones are left out beyond it.</summary>
    public const int Most = 500;

    private static readonly TimeSpan WorthSaying = TimeSpan.FromSeconds(0.5);

    private const int Page = 500;

    /// <summary>Pages that are read at most: ten thousand rows.</summary>
    private const int MostPages = 20;

    public static async Task<IReadOnlyList<JournalEntry>> ReadAsync(IJournal journal, IncidentId incident, CancellationToken cancellationToken)
    {
        var all = new List<JournalEntry>();
        for (var page = 0; page < MostPages; page++)
        {
            var rows = await journal.ReadAsync(incident, all.Count == 0 ? 0 : all[^1].Sequence, Page, cancellationToken);
            all.AddRange(rows);
            if (rows.Count < Page)
            {
                break;
            }
        }

        return all;
    }

    public static ImmutableArray<TimelineRow> Of(IReadOnlyList<JournalEntry> entries, DateTimeOffset start)
    {
        var rows = new List<TimelineRow>();
        var intents = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (entry.Key is { } key && intents.TryGetValue(key, out var at))
            {
                rows[at] = Ended(rows[at], entry);
                continue;
            }

            if (entry is { Key: { } opened, Step: JournalStep.Intent })
            {
                intents[opened] = rows.Count;
            }

            var deed = Deed.Of(entry);
            if (deed.IsSame(rows.LastOrDefault()) && entry.Key is null)
            {
                rows[^1] = rows[^1] with { Says = deed.Says, Detail = deed.Detail, Times = rows[^1].Times + 1, CostUsd = rows[^1].CostUsd + entry.CostUsd };
                continue;
            }

            rows.Add(new TimelineRow(entry.Sequence, entry.At, Words.Exact(entry.At - start), entry.Actor, deed.Says, deed.Detail, entry.Act == "state", StateOf(entry.Step), null, 1, entry.CostUsd));
        }

        return [.. rows.Where(r => r.State != StepState.Done || !Deed.IsRoutine(r)).TakeLast(Most)];
    }

    private static TimelineRow Ended(TimelineRow row, JournalEntry entry)
    {
        var took = entry.At - row.At;
        return row with
        {
            State = StateOf(entry.Step),
            Says = entry.Step == JournalStep.Intent ? row.Says : Deed.Of(entry).Says,
            Took = entry.Step == JournalStep.Intent || took < WorthSaying ? row.Took : Words.Exact(took),
            CostUsd = row.CostUsd + entry.CostUsd,
        };
    }

    private static StepState StateOf(JournalStep step) => step switch
    {
        JournalStep.Note => StepState.Note,
        JournalStep.Intent => StepState.Doing,
        JournalStep.Done => StepState.Done,
        JournalStep.Failed => StepState.Failed,
    };
}
