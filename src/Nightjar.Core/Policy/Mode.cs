namespace Nightjar.Core.Policy;

/// <summary>How far Nightjar may go.</summary>
public enum Mode
{
    /// <summary>Looks, diagnoses, reports; changes nothing that runs.</summary>
    Observe,

    /// <summary>Every mutating action waits for a person.</summary>
    Approve,

    /// <summary>Acts within its policy.</summary>
    Autonomous,
}

/// <summary>What Nightjar may do at all; bound once at the start.</summary>
public sealed record Conduct
{
    public Mode Mode { get; init; } = Mode.Observe;

    /// <summary>Whether draft pull requests are opened.</summary>
    public bool Proposals { get; init; } = true;

    /// <summary>Says what it would do and does nothing outside the store.</summary>
    public bool DryRun { get; init; }

    /// <summary>Tries of a stage before its breaker opens.</summary>
    public int Tries { get; init; } = 3;

    /// <summary>How long a fingerprint only counts after its request was closed unmerged.</summary>
    public TimeSpan CoolDown { get; init; } = TimeSpan.FromHours(24);
}

/// <summary>The switch that stops every action, agent and proposal at once; watching and recording go on.</summary>
public interface IPauseSwitch
{
    Task<Pause?> GetAsync(CancellationToken cancellationToken);

    Task SetAsync(Pause? pause, CancellationToken cancellationToken);
}

public sealed record Pause(string By, string Why, DateTimeOffset Since);
