namespace Nightjar.Core.Policy;

/// <summary>How long what only grows is kept. What belongs to an open incident is kept whatever its age.</summary>
public sealed record RetentionOptions
{
    public TimeSpan Journal { get; init; } = TimeSpan.FromDays(365);

    public TimeSpan Rates { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Figures of containers; those finer than an hour are kept for two days at most.</summary>
    public TimeSpan Containers { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Counts of signals that opened nothing.</summary>
    public TimeSpan HeldBack { get; init; } = TimeSpan.FromDays(90);

    /// <summary>What agents and tools said, in files of their own.</summary>
    public TimeSpan Transcripts { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Private clones that a kill left behind.</summary>
    public TimeSpan Clones { get; init; } = TimeSpan.FromDays(1);
}
