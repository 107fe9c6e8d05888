using System.Collections.Immutable;
using System.Globalization;
using Nightjar.Core.Evidence;
using Nightjar.Core.Investigation;
using Nightjar.Core.Policy;

namespace Nightjar.Core.Diagnosis;

/// <summary>Ranks what the rules see: pure, without a model, in milliseconds.</summary>
public static class DiagnosisEngine
{
    /// <summary>Causes that are told; the tail says nothing that a person would read.</summary>
    private const int MostCauses = 8;

    private const int MostQuotes = 4;

    private const int LongestQuote = 2_000;

    public static readonly ImmutableArray<CauseRule> Rules =
        [.. typeof(CauseRule).Assembly.GetTypes().Where(t => t is { IsAbstract: false } && t.IsSubclassOf(typeof(CauseRule))).OrderBy(t => t.Name, StringComparer.Ordinal).Select(t => Activator.CreateInstance(t)).OfType<CauseRule>()];

    public static CauseRanking Rank(EvidenceBundle bundle)
    {
        var facts = new Facts(bundle);
        var missing = new List<string>(bundle.Missing.IsDefault ? [] : bundle.Missing);
        missing.AddRange(facts.Missing);
        var candidates = Merged(Rules.SelectMany(r => Look(r, facts, missing)).Where(c => c.Candidate.Quotes.Any(q => q.Text.Length > 0)));
        var scored = candidates.Select(c => (c.Family, c.Candidate, Parts: Scoring.Parts(c.Candidate, [.. candidates.Select(o => o.Candidate)], facts)))
            .Select(c => (c.Family, c.Candidate, c.Parts, Score: c.Parts.Sum(p => p.Points)))
            .OrderByDescending(c => c.Score).ThenByDescending(c => c.Candidate.Directness).ThenBy(c => c.Candidate.Since ?? DateTimeOffset.MaxValue).ThenBy(c => $"{c.Candidate.About}", StringComparer.Ordinal).ThenBy(c => c.Candidate.Cause, StringComparer.Ordinal)
            .ToList();
        // What concerns something else is told only while nothing explains what was asked about.
        var isExplained = scored.Exists(c => c.Score >= Calibration.Enough && Scoring.Concerns(c.Parts));
        scored = [.. scored.Where(c => !isExplained || Scoring.Concerns(c.Parts)).Take(MostCauses)];

        var quotes = new List<Quote>();
        var causes = scored.Select((c, i) => Ranked(c.Family, c.Candidate, [.. c.Parts, .. Rival(c.Score, [.. scored.Where((_, other) => other != i).Select(o => o.Score)])], quotes)).ToImmutableArray();
        return new CauseRanking { Causes = causes, Quotes = [.. quotes], Unresolved = Unresolved(causes), Missing = [.. missing.Distinct()] };
    }

    private static List<(string Family, Candidate Candidate)> Look(CauseRule rule, Facts facts, List<string> missing)
    {
        try
        {
            return [.. rule.Look(facts).Select(c => (rule.Family, c))];
        }
#pragma warning disable CA1031 // Evidence from a file may be of any shape: one rule that stumbles over it must not hide what the others see, and is named.
        catch (Exception e)
#pragma warning restore CA1031
        {
            missing.Add($"the rules of {rule.Family} could not be used on this evidence ({e.GetType().Name})");
            return [];
        }
    }

    /// <summary>Pods of one workload say the same thing: it is one cause, seen several times.</summary>
    private static List<(string Family, Candidate Candidate)> Merged(IEnumerable<(string Family, Candidate Candidate)> all) =>
    [
        .. all.GroupBy(c => (c.Candidate.About, c.Candidate.Cause)).Select(g =>
        {
            var best = g.MaxBy(c => c.Candidate.Directness);
            return (best.Family, best.Candidate with
            {
                Quotes = [.. g.OrderByDescending(c => c.Candidate.Directness).SelectMany(c => c.Candidate.Quotes).Where(q => q.Text.Length > 0).DistinctBy(q => (q.Source, q.Text)).Take(MostQuotes)],
                Affects = [.. g.SelectMany(c => c.Candidate.Affects).Distinct()],
                Since = g.Min(c => c.Candidate.Since),
                Against = [.. g.SelectMany(c => c.Candidate.Against).Distinct()],
            });
        }),
    ];

    /// <summary>Another cause that explains as much makes each of the two as likely as not.</summary>
    private static IEnumerable<ScorePart> Rival(double score, ImmutableArray<double> others)
    {
        var nearest = others.Where(o => o >= score - 0.5).DefaultIfEmpty(double.NegativeInfinity).Max();
        if (nearest > double.NegativeInfinity)
        {
            yield return new ScorePart("rival", "Another cause fits as well", -1);
        }
    }

    private static RankedCause Ranked(string family, Candidate candidate, ImmutableArray<ScorePart> parts, List<Quote> quotes) => new()
    {
        Cause = candidate.Cause,
        Family = family,
        About = candidate.About,
        Says = Secrets.Mask(candidate.Says),
        Confidence = Calibration.Probability(parts.Sum(p => p.Points)),
        Parts = parts,
        Evidence = [.. candidate.Quotes.Select(q => Cited(q, quotes))],
        Change = Secrets.Mask(candidate.Change),
        Confirm = candidate.Confirm,
        Refute = candidate.Refute,
        Condition = candidate.Condition,
        Affects = candidate.Affects,
        Against = candidate.Against,
        Since = candidate.Since,
    };

    private static string Cited(Said said, List<Quote> quotes)
    {
        var text = Secrets.Mask(said.Text) is var safe && safe.Length > LongestQuote ? $"{safe[..LongestQuote]}…" : safe;
        if (quotes.Find(q => q.Source == said.Source && q.Text == text) is { } known)
        {
            return known.Id;
        }

        var id = string.Create(CultureInfo.InvariantCulture, $"D{quotes.Count + 1}");
        quotes.Add(new Quote(id, said.Source, text));
        return id;
    }

    private static string? Unresolved(ImmutableArray<RankedCause> causes) =>
        causes.IsEmpty ? "nothing in the evidence names a cause that is known here"
        : causes[0].Confidence < Calibration.Threshold ? "what was seen fits several causes, or none well enough"
        : null;
}
