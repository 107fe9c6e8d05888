using System.Collections.Immutable;

namespace Nightjar.Agents.ClaudeCode;

/// <summary>How the Claude Code program is run.</summary>
public sealed record ClaudeCodeOptions
{
    /// <summary>The version of the program that all of this was tried with.</summary>
    public const string TestedVersion = "2.1.197";

    /// <summary>From the smallest on: the next one looks when the one before was not sure. The last writes fixes.</summary>
    public required ImmutableArray<string> Models { get; init; }

    /// <summary>A finding that is less sure than this has the next model look.</summary>
    public double Sure { get; init; } = 0.6;

    /// <summary>Turns of one phase; the program ends the run after them.</summary>
    public int MaxTurns { get; init; } = 40;

    /// <summary>Wall clock of one phase.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The program: a path, or a name that is looked for on the PATH.</summary>
    public string Program { get; init; } = "claude";

    /// <summary>Where each run's whole transcript is kept: a folder an incident.</summary>
    public required string Transcripts { get; init; }

    /// <summary>The prompts that people edit; read anew for each run.</summary>
    public required string Prompts { get; init; }

    /// <summary>Program and arguments that carry standard input and output to the socket named after them, inside the fence.</summary>
    public required IReadOnlyList<string> Bridge { get; init; }

    /// <summary>What the bridge needs to see.</summary>
    public IReadOnlyList<string> BridgeReads { get; init; } = [];
}
