using System.Collections.Immutable;

namespace Nightjar.Core.Healing;

/// <summary>How far the healing of an incident is; kept in its row, so that a kill loses nothing.</summary>
public sealed record HealProgress
{
    /// <summary>Names this round of healing in the journal.</summary>
    public required string Round { get; init; }

    /// <summary>As it was when healing began; what is changed later counts for the next one.</summary>
    public required Playbook Playbook { get; init; }

    /// <summary>The workload that is in trouble, as in signals; null when none is known.</summary>
    public string? Workload { get; init; }

    public int Step { get; init; }

    /// <summary>1 for the first attempt at the step.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>The cool-down after the last attempt.</summary>
    public DateTimeOffset NotBefore { get; init; }

    /// <summary>What was done and is looked at now.</summary>
    public RunningHeal? Running { get; init; }

    /// <summary>What the hand of an attempt saw, so that what is done is what was decided then.</summary>
    public HealAimed? Aimed { get; init; }

    /// <summary>What would have to change where the target of the current step is kept.</summary>
    public ImmutableArray<ManifestChange> Left { get; init; } = [];

    /// <summary>What a person said to the action of a key.</summary>
    public HealAnswer? Answer { get; init; }

    /// <summary>Set when a symptom is healed beside what its incident does; null when healing is all it does.</summary>
    public HealBeside? Beside { get; init; }

    /// <summary>Nothing more is done in this round; what was tried is kept.</summary>
    public bool IsOver { get; init; }

    public ImmutableArray<TriedAction> Tried { get; init; } = [];

    public HealStep? Current => Step < Playbook.Do.Length ? Playbook.Do[Step] : null;

    /// <summary>An action that was just done, or that looks as if it helped, is not cut short by what was counted meanwhile: a burst of lines is not five failures.</summary>
    public bool IsGivenTime(DateTimeOffset now) => Running is { } running && (running.WellSince is not null || now < running.DoneAt + (Playbook.Verify.Within / 2));

    public HealProgress Over() => this with { Running = null, Answer = null, IsOver = true };

    /// <summary>The identity of the current attempt.</summary>
    public string Key => FormattableString.Invariant($"heal-{Round}-{Step}-{Attempt}");
}

/// <summary>What is healed while its incident stays in its state, and what that state waits for meanwhile.</summary>
/// <param name="Symptom">The fingerprint; null when it is done because the investigation wishes it.</param>
public sealed record HealBeside(string? Symptom, DateTimeOffset? Due, string? Waiting);

/// <summary>What the hand of the attempt with this key saw.</summary>
public sealed record HealAimed(string Key, ActionAim Aim);

/// <summary>An action that was done, while nobody knows yet whether it helped.</summary>
/// <param name="Label">For people: <c>restart container/web</c>.</param>
/// <param name="Before">How things were before it.</param>
/// <param name="WellSince">Since when all is as it should be; null while it is not.</param>
public sealed record RunningHeal(string Key, string Label, DateTimeOffset DoneAt, HealSight Before, DateTimeOffset? WellSince)
{
    /// <summary>Restarts as of the last look: one more, and it is not well since then any more.</summary>
    public int Restarts { get; init; }
}

/// <summary>A look at what is to be healed.</summary>
/// <param name="Unwell">Workloads and probes that are not well.</param>
/// <param name="Restarts">As the platform counts them.</param>
/// <param name="Ready">Parts of the workload that are ready; null where it has none that are counted.</param>
public sealed record HealSight(int Unwell, int Restarts, int? Ready = null);

public sealed record HealAnswer(string Key, bool IsYes, string By);

/// <summary>What was tried, and how it ended.</summary>
public sealed record TriedAction(string Playbook, string Label, DateTimeOffset At, DateTimeOffset EndedAt, HealEnd End, string Says)
{
    /// <summary>For what was left to its keeper: what would have to change in its manifests.</summary>
    public ImmutableArray<ManifestChange> Changes { get; init; } = [];
}

public enum HealEnd
{
    Running,

    /// <summary>Somebody other than the action said that it helped.</summary>
    Verified,

    /// <summary>It was done, and nothing showed in time that it helped.</summary>
    Ineffective,

    /// <summary>It could not be done.</summary>
    Failed,

    /// <summary>A limit, a person or the policy said no.</summary>
    Refused,

    /// <summary>It made things worse, and was taken back.</summary>
    RolledBack,

    /// <summary>Not ours to do: who keeps the target was told what to change.</summary>
    Left,
}
