using System.Collections.Immutable;

namespace Nightjar.Init;

/// <summary>What a look at a folder brought to light. All of it is outside text: names are never trusted to be harmless.</summary>
internal sealed record FoundFacts
{
    /// <summary>The folder that was looked at, absolute.</summary>
    public required string Folder { get; init; }

    public FoundRepository? Repository { get; init; }

    /// <summary>Best first.</summary>
    public ImmutableArray<FoundCheck> Checks { get; init; } = [];

    /// <summary>Globs, best first.</summary>
    public ImmutableArray<string> Logs { get; init; } = [];

    public ImmutableArray<FoundContainer> Compose { get; init; } = [];

    /// <summary>The current context of the kube configuration; null when there is none.</summary>
    public string? KubeContext { get; init; }

    /// <summary>What could not be looked at, and why.</summary>
    public ImmutableArray<string> Unseen { get; init; } = [];
}

/// <param name="Path">The top of the working tree, or the bare repository.</param>
/// <param name="BaseBranch">The branch that fixes would go to; a guess when <paramref name="CurrentBranch"/> differs.</param>
/// <param name="CurrentBranch">Null when no branch is checked out.</param>
internal sealed record FoundRepository(string Path, string BaseBranch, string? CurrentBranch);

/// <param name="Because">The file that speaks for it.</param>
internal sealed record FoundCheck(string Command, string Because, bool NeedsNetwork);

/// <param name="HealthPath">From the health check, where it asks a URL.</param>
/// <param name="Port">The published port that leads to it (or the first published one); null when none is.</param>
internal sealed record FoundContainer(string Name, int? Port, string? HealthPath);
