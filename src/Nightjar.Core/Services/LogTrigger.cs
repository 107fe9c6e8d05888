using System.Collections.Immutable;

namespace Nightjar.Core.Services;

/// <summary>What makes a signal of one log event. Where more than one of these is given, all must hold.</summary>
public sealed record LogTrigger
{
    public LogTrigger()
    {
    }

    public LogTrigger(string pattern, string? condition = null) => (Pattern, Condition) = (pattern, condition);

    /// <summary>A regular expression, looked for in the whole event; null looks at the rest alone.</summary>
    public string? Pattern { get; init; }

    /// <summary>The lowest level that fires; null for any.</summary>
    public TriggerLevel? Level { get; init; }

    /// <summary>Class of an exception, with <c>*</c> for any text; with or without its namespace. Null for any event.</summary>
    public string? Exception { get; init; }

    /// <summary>What kind of trouble it tells, as in <see cref="Signals.Signal.Condition"/>; null when only the line itself tells.</summary>
    public string? Condition { get; init; }

    /// <summary>What is looked for in every service's logs unless the configuration says otherwise.</summary>
    public static ImmutableArray<LogTrigger> Usual { get; } = [new("CRITICAL|container_unhealthy|healing_failed|auto_heal_failed"), new() { Level = TriggerLevel.Fatal }];

    /// <summary>The name by which signals and people know it.</summary>
    public override string ToString() => string.Join(" ", new[] { Pattern, Level is { } level ? $"level {level.ToString().ToLowerInvariant()}" : null, Exception is { } name ? $"exception {name}" : null }.OfType<string>());
}

public enum TriggerLevel
{
    Warning,
    Error,
    Fatal,
}
