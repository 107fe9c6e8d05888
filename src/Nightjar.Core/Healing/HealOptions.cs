namespace Nightjar.Core.Healing;

/// <summary>The bounds of all healing.</summary>
public sealed record HealOptions
{
    /// <summary>How long a person has to say yes; no answer is a no.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Actions within an hour over all services; one more stops all healing.</summary>
    public int ActionsPerHour { get; init; } = 20;

    /// <summary>Services that are healed at once; one more stops all healing.</summary>
    public int ServicesAtOnce { get; init; } = 3;

    /// <summary>Failed heals of a service that escalate, where a step has no attempts of its own.</summary>
    public int EscalateAfter { get; init; } = 2;

    /// <summary>Nothing is done but along a playbook, which is quoted; an agent's own commands are asked for in any mode.</summary>
    public bool RunbookOnly { get; init; }

    /// <summary>What an agent may run in what runs.</summary>
    public HotFixOptions HotFix { get; init; } = new();

    /// <summary>The time within which they count.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A problem that is seen again so soon after it was healed is the same incident, which is opened again.</summary>
    public TimeSpan ReopenWithin { get; init; } = TimeSpan.FromHours(1);

    /// <summary>When it comes back for this time it goes to investigation: what healed it does not last. Not before the crash loop's five within an hour.</summary>
    public int EscalateAtComeback { get; init; } = 5;
}
