using System.Collections.Immutable;

namespace Nightjar.Core.Healing;

/// <summary>
/// What a playbook's action means for one service, word for word from its configuration. Nothing in it is ever filled from
/// signals: the program in the container, the URL, the directory are what a person wrote.
/// </summary>
public sealed record Remedy
{
    public required string Name { get; init; }

    /// <summary>A program in the workload, with its arguments.</summary>
    public ImmutableArray<string> Exec { get; init; } = [];

    /// <summary>Where <see cref="Exec"/> runs: a container's name; null takes the workload that is in trouble.</summary>
    public string? Container { get; init; }

    public Uri? Call { get; init; }

    public string Method { get; init; } = "POST";

    /// <summary>The directory in which files are deleted.</summary>
    public string? Directory { get; init; }

    public string Pattern { get; init; } = "*";

    public TimeSpan OlderThan { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The folder of a compose project whose service is built anew.</summary>
    public string? Project { get; init; }

    public string? ComposeService { get; init; }

    /// <summary>What it touches that a person must be asked for.</summary>
    public ImmutableArray<Touches> Touches { get; init; } = [];

    public HealRisk Risk { get; init; } = HealRisk.Safe;

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>The ask-first list: nothing of this is done without a person's yes, in any mode.</summary>
public enum Touches
{
    Volume,
    Migration,
    Configuration,
    Network,
    Secret,
    Schema,
}
