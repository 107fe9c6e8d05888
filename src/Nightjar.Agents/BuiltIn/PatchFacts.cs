using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Nightjar.Agents.BuiltIn.Smells;
using Nightjar.Core.Evidence;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;
using Nightjar.Core.Signals;

namespace Nightjar.Agents.BuiltIn;

/// <summary>The facts that only the patch of a commit can tell.</summary>
internal sealed partial class PatchFacts(Scene scene, ImmutableArray<Trouble> troubles, ImmutableArray<LogTemplate> templates)
{
    /// <summary>Shorter pieces of a message ("failed for") stand in many places.</summary>
    private const int ShortestPiece = 12;

    private readonly string words = troubles.Length > 0 ? troubles[0].Words : "";

    public Suspicion Add(Suspicion suspicion, Patch patch)
    {
        var facts = suspicion.Facts.ToBuilder();
        if (patch.IsFormattingOnly || (suspicion.Where is { } where && patch.Of(where.Path) is { IsFormattingOnly: true }))
        {
            facts.Add(new ConfidenceFact("formatting-only", "It moved blanks only, there", Weights.FormattingOnly));
        }

        var added = string.Join('\n', patch.Files.Where(f => SourceKind.CanBreak(f.Path)).SelectMany(f => f.Added));
        if (Message(added) is { } message)
        {
            facts.Add(new ConfidenceFact("new-message", $"Its patch holds {Quoting.Inline(message, 80)}, the text of a message that is new since the first failure", Weights.NewMessage));
        }

        if (troubles.FirstOrDefault(t => t.ShortClass.Length > 5 && !Fingerprint.IsGeneric(t.ErrorClass) && added.Contains(t.ShortClass, StringComparison.Ordinal)) is { } named)
        {
            facts.Add(new ConfidenceFact("error-class", $"Its patch names {Quoting.Inline(named.ShortClass)}", Weights.ErrorClass));
        }

        var smells = Sniff(suspicion.Commit.Sha, patch);
        if (smells.Length > 0)
        {
            facts.Add(new ConfidenceFact(smells[0].Smell.Name, smells[0].Smell.Says, smells[0].Smell.Weight));
        }

        return suspicion with { Facts = facts.ToImmutable(), Smells = smells, Patch = patch };
    }

    private string? Message(string added) =>
        templates.Where(t => t.Trend == TemplateTrend.New).Take(20)
            .SelectMany(t => Variable().Split(t.Text).Select(p => p.Trim()).Where(p => p.Length >= ShortestPiece))
            .FirstOrDefault(p => added.Contains(p, StringComparison.Ordinal));

    /// <summary>In the functions of the scene that this commit changed, the most telling first.</summary>
    private ImmutableArray<(BlamedFunction Function, Smelled Smell)> Sniff(string sha, Patch patch)
    {
        var found = from place in scene.Called.Concat(scene.Failing)
                    where place.LinesOf(sha) > 0
                    let file = patch.Of(place.Path)
                    where file is not null && !file.IsFormattingOnly
                    let change = new ChangedFunction(place.Region, file.Added, file.Removed, words)
                    from smell in AllSmells.List
                    let smelled = smell.Sniff(change)
                    where smelled is not null
                    orderby smelled.Weight descending
                    select (place, smelled);
        return [.. found.DistinctBy(f => f.smelled.Name)];
    }

    /// <summary>How a template writes what varies: <c>&lt;n&gt;</c>, <c>{sku}</c>, <c>&lt;*&gt;</c>; quotes end a literal in most sources.</summary>
    [GeneratedRegex("<[^<>]*>|\\{[^{}]*\\}|\"|'|\\*|\\d+", RegexOptions.CultureInvariant)]
    private static partial Regex Variable();
}
