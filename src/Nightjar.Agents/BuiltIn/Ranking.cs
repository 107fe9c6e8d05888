using System.Collections.Immutable;
using Nightjar.Core.Evidence;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;

namespace Nightjar.Agents.BuiltIn;

/// <summary>Orders the commits before the onset by how much speaks for each.</summary>
internal sealed class Ranking(CodeReader code, EvidenceBundle evidence, ImmutableArray<Trouble> troubles)
{
    /// <summary>Patches that are read: each is a call of git.</summary>
    private const int MostPatches = 12;

    /// <summary>Of those, the newest whatever they touched: a new message can come from anywhere.</summary>
    private const int MostNewest = 4;

    /// <summary>Best first.</summary>
    public async Task<ImmutableArray<Suspicion>> RankAsync(Scene scene, CancellationToken cancellationToken)
    {
        var history = Trouble.Safe(await code.HistoryAsync(cancellationToken));
        if (history.Length == 0)
        {
            return [];
        }

        var cheap = new PlaceAndTime(scene, evidence, history);
        var weighed = history.Where(c => !cheap.CameAfter(c)).Select(c => Dependency(cheap.Weigh(c))).ToList();
        var read = weighed.OrderByDescending(s => s.Score).Take(MostPatches - MostNewest).Concat(weighed.Take(MostNewest)).Distinct();
        var patches = new PatchFacts(scene, troubles, Trouble.Safe(evidence.Logs?.Templates ?? []));
        var full = new List<Suspicion>();
        foreach (var suspicion in read)
        {
            full.Add(patches.Add(suspicion, await code.PatchAsync(suspicion.Commit.Sha, cancellationToken)));
        }

        return Rivalry([.. full.OrderByDescending(s => s.Score).ThenByDescending(s => s.Commit.At)]);
    }

    private Suspicion Dependency(Suspicion suspicion) =>
        troubles.Length > 0 && DependencySigns.In(troubles[0].Words) is { } says
            ? suspicion with { Facts = suspicion.Facts.Add(new ConfidenceFact("dependency", $"The error says that {says}: a dependency is likelier than a commit", Weights.Dependency)) }
            : suspicion;

    private static ImmutableArray<Suspicion> Rivalry(ImmutableArray<Suspicion> ranked) =>
        ranked.Length < 2
            ? ranked
            : [Against(ranked[0], ranked[1], "is the next in line, and at most one of the two is the cause"), .. ranked.Skip(1).Select(s => Against(s, ranked[0], "is suspected more"))];

    private static Suspicion Against(Suspicion one, Suspicion other, string says) =>
        one with { Facts = one.Facts.Add(new ConfidenceFact("rival", $"{Quoting.Inline(other.Suspect.Short)} {says}", Weights.Rival(other.Score))) };
}
