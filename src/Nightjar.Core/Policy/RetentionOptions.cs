namespace Nightjar.Core.Policy;

/// <summary>How long the store keeps what only grows. What belongs to an open incident is kept whatever its age.</summary>
public sealed record RetentionOptions
{
    public TimeSpan Journal { get; init; } = TimeSpan.FromDays(365);

    public TimeSpan Rates { get; init; } = TimeSpan.FromDays(30);

    /// <summary>Counts of signals that opened nothing.</summary>
    public TimeSpan HeldBack { get; init; } = TimeSpan.FromDays(90);
}
