using System.Collections.Immutable;
using Nightjar.Agents.BuiltIn.Smells;
using Nightjar.Core.Investigation;

namespace Nightjar.Agents.BuiltIn;

/// <summary>What speaks for and against one commit.</summary>
/// <param name="Where">The function of the scene that it changed most tellingly.</param>
internal sealed record Suspicion(CommitFacts Commit, ImmutableArray<ConfidenceFact> Facts, BlamedFunction? Where, ImmutableArray<(BlamedFunction Function, Smelled Smell)> Smells, Patch? Patch)
{
    public double Score => Weights.Prior + Facts.Sum(f => f.Weight);

    public double Confidence => Weights.Confidence(Score);

    public SuspectCommit Suspect => new(Commit.Sha, Commit.Author, Commit.At, Commit.Subject);
}
