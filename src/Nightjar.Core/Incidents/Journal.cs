namespace Nightjar.Core.Incidents;

/// <summary>What a journal row is: a remark, the intent of an outside effect, or how one ended.</summary>
public enum JournalStep
{
    Note,
    Intent,
    Done,
    Failed,
}

/// <summary>One act, written once and never changed: who or what, why, with which evidence, what it cost, how it ended.</summary>
public sealed record JournalEntry
{
    public long Sequence { get; init; }

    public IncidentId? Incident { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>A person's name, a stage, a watcher, or <c>nightjar</c>.</summary>
    public required string Actor { get; init; }

    /// <summary>A word or two for the kind of act: <c>state</c>, <c>open-request</c>, <c>push</c>, <c>fold</c>.</summary>
    public required string Act { get; init; }

    public JournalStep Step { get; init; } = JournalStep.Note;

    /// <summary>Identity of an outside effect; null for remarks.</summary>
    public string? Key { get; init; }

    /// <summary>A sentence for people, 4,000 characters at most; the store cuts what is longer.</summary>
    public required string Why { get; init; }

    /// <summary>
    /// What came of it, as JSON, so that a repeated step can read the result; null when there is none. Half a JSON would be worse
    /// than none: over 256 kB the store leaves it out and says so in <see cref="Why"/>, and a repeated step probes again.
    /// </summary>
    public string? Data { get; init; }

    public decimal CostUsd { get; init; }
}

/// <summary>The append-only record of every act.</summary>
public interface IJournal
{
    Task AppendAsync(JournalEntry entry, CancellationToken cancellationToken);

    /// <summary>The rows of one effect, oldest first.</summary>
    Task<IReadOnlyList<JournalEntry>> FindAsync(string key, CancellationToken cancellationToken);

    /// <summary>The rows after a sequence, oldest first; all incidents when none is named.</summary>
    Task<IReadOnlyList<JournalEntry>> ReadAsync(IncidentId? incident, long after, int limit, CancellationToken cancellationToken);
}
