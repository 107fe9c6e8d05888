using System.Collections.Immutable;
using System.Globalization;
using Nightjar.Core.Evidence;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;

namespace Nightjar.Agents.BuiltIn;

/// <summary>The facts of a commit that need no patch: what it touched, and when.</summary>
internal sealed class PlaceAndTime(Scene scene, EvidenceBundle evidence, ImmutableArray<CommitFacts> history)
{
    /// <summary>Clocks of build machines and of log writers differ by this much.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(2);

    private readonly CommitFacts? newest = history.FirstOrDefault(c => c.At <= evidence.Onset + Skew && c.Files.Any(f => SourceKind.CanBreak(f.Path)));
    private readonly ImmutableArray<Change> deployments = [.. Trouble.Safe(evidence.Changes).Where(c => c.Kind == ChangeKind.Deployment && c.At <= evidence.Onset + Skew).OrderByDescending(c => c.At)];

    public bool CameAfter(CommitFacts commit) => commit.At > evidence.Onset + Skew;

    public Suspicion Weigh(CommitFacts commit)
    {
        var places = Places(commit).OrderByDescending(p => p.Fact.Weight).ToList();

        // Two places of one commit are not independent: the second counts half, the rest not at all.
        var facts = places.Take(2).Select((p, i) => i == 0 ? p.Fact : p.Fact with { Weight = p.Fact.Weight / 2 }).ToList();
        facts.AddRange(places.Count > 0 ? [] : [File(commit)]);
        facts.AddRange(Kind(commit));
        facts.Add(Time(commit));
        if (commit.Sha == newest?.Sha)
        {
            facts.Add(new ConfidenceFact("newest-change", "It is the newest change to code or settings before the first failure", Weights.NewestChange));
        }

        return new Suspicion(commit, [.. facts], places.Count > 0 ? places[0].Where : null, [], null);
    }

    private IEnumerable<(ConfidenceFact Fact, BlamedFunction Where)> Places(CommitFacts commit)
    {
        foreach (var (place, order) in scene.Failing.Select((p, i) => (p, i)))
        {
            if (place.LineSha == commit.Sha)
            {
                yield return (new("blame-line", $"blame: line {place.Line} of {Quoting.Inline(place.Path)} was last changed by {Short(commit)}", Weights.FailingLine * Weights.Depth(order)), place);
            }
            else if (place.LinesOf(commit.Sha) is > 0 and var lines)
            {
                yield return (new("blame-function", $"blame: {lines} of {place.Lines} lines of {Name(place)} in {Quoting.Inline(place.Path)} were last changed by {Short(commit)}", Weights.FailingFunction * Weights.Depth(order)), place);
            }
        }

        foreach (var place in scene.Called)
        {
            if (place.LinesOf(commit.Sha) is > 0 and var lines)
            {
                var caller = place.Caller.Length > 0 ? Quoting.Inline(place.Caller) : "the failing code";
                yield return (new("blame-called", $"blame: {lines} of {place.Lines} lines of {Name(place)} in {Quoting.Inline(place.Path)}, which {caller} calls, were last changed by {Short(commit)}", Weights.CalledFunction), place);
            }
        }
    }

    private ConfidenceFact File(CommitFacts commit)
    {
        var paths = commit.Files.Select(f => f.Path).ToHashSet();
        return scene.Failing.FirstOrDefault(f => paths.Contains(f.Path)) is { } failing ? new("touches-file", $"It changed {Quoting.Inline(failing.Path)}, where a frame of the stack is, but none of its failing lines", Weights.FailingFile)
            : scene.Files.FirstOrDefault(paths.Contains) is { } named ? new("touches-called-file", $"It changed {Quoting.Inline(named)}, which the failing code names", Weights.CalledFile)
            : new("elsewhere", "It changed no file that the failing code is in or names", Weights.Elsewhere);
    }

    private IEnumerable<ConfidenceFact> Kind(CommitFacts commit)
    {
        if (history.Length < CodeReader.MostHistory && commit.Sha == history[^1].Sha)
        {
            yield return new("first-commit", "It is the first commit: everything began with it", Weights.FirstCommit);
        }

        if (commit.Files.Length > 0 && !commit.Files.Any(f => SourceKind.CanBreak(f.Path)))
        {
            yield return new("nothing-that-runs", "It changed documents or tests only", Weights.NothingThatRuns);
        }

        var size = commit.Files.Sum(f => (long)f.Added + f.Removed);
        if (size > Weights.BroadLines)
        {
            yield return new("broad", string.Create(CultureInfo.InvariantCulture, $"It changed {size} lines: touching something says little then"), Weights.Broad);
        }
    }

    private ConfidenceFact Time(CommitFacts commit)
    {
        var age = evidence.Onset - commit.At;
        var deployed = deployments.Length > 0 && IsIn(commit) ? deployments[0] : null;
        if (deployed is not null && evidence.Onset - deployed.At < age)
        {
            age = evidence.Onset - deployed.At;
            return new("deployed", $"It came with the deployment {Quoting.Inline(deployed.Id, 40)}, {Ago(age)} the first failure", Weights.Age(age));
        }

        return new("time", $"It was committed {Ago(age)} the first failure", Weights.Age(age));
    }

    /// <summary>Whether the last deployment brought this commit: it is the one deployed, or came between the last two.</summary>
    private bool IsIn(CommitFacts commit) =>
        (deployments[0].Id.Length >= 7 && commit.Sha.StartsWith(deployments[0].Id, StringComparison.OrdinalIgnoreCase))
        || (commit.At <= deployments[0].At && commit.At > (deployments.Length > 1 ? deployments[1].At : deployments[0].At.AddDays(-1)));

    public static string Ago(TimeSpan age) => age switch
    {
        { TotalMinutes: < 2 } => "moments before",
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{age.TotalMinutes:0} minutes before"),
        { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{age.TotalHours:0} hours before"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{age.TotalDays:0} days before"),
    };

    private static string Name(BlamedFunction place) => place.Region.Name.Length > 0 ? Quoting.Inline(place.Region.Name) : $"the region around line {place.Line}";

    private static string Short(CommitFacts commit) => Quoting.Inline(commit.Sha.Length > 8 ? commit.Sha[..8] : commit.Sha);
}
