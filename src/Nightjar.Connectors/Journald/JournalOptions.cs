using System.Collections.Immutable;

namespace Nightjar.Connectors.Journald;

/// <summary>How the journal is read.</summary>
public sealed record JournalOptions
{
    /// <summary>A path, or a name on the PATH.</summary>
    public string Program { get; init; } = "journalctl";

    /// <summary>Before all others: another journal than this machine's, say.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>How often a pattern of units is looked up anew: journalctl does so only when it starts.</summary>
    public TimeSpan LookUpEvery { get; init; } = TimeSpan.FromMinutes(1);
}
