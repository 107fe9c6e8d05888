using System.Collections.Immutable;
using System.Globalization;

namespace Nightjar.Core.Diagnosis;

/// <summary>What makes one candidate likelier than another, each part named and with its points.</summary>
internal static class Scoring
{
    /// <summary>What began this long after the onset did not cause it.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(5);

    private const string OfSubject = "subject";

    /// <summary>It is about what the incident is about, or about something that this depends on.</summary>
    public static bool Concerns(ImmutableArray<ScorePart> parts) => parts.Any(p => p.Name == OfSubject && p.Points > 0);

    public static ImmutableArray<ScorePart> Parts(Candidate candidate, ImmutableArray<Candidate> all, Facts facts)
    {
        var others = all.Where(o => !ReferenceEquals(o, candidate) && o.Cause != candidate.Cause).ToList();
        return [Direct(candidate), .. Subject(candidate, facts), .. Dependency(candidate, others, facts), .. Order(candidate, all, facts), .. Unique(candidate, all), .. Contradictions(candidate)];
    }

    private static ScorePart Direct(Candidate candidate) => candidate.Directness switch
    {
        Directness.States => new ScorePart("directness", "The evidence says so in words", 4),
        Directness.Shows => new ScorePart("directness", "The state of the objects shows it", 3.25),
        Directness.Fits => new ScorePart("directness", "It explains what is seen", 2.25),
        Directness.Hints => new ScorePart("directness", "It would look like this, among other things", 1),
    };

    private static IEnumerable<ScorePart> Subject(Candidate candidate, Facts facts)
    {
        var touched = candidate.Affects.Add(candidate.About);
        if (touched.Contains(facts.Subject) || facts.HasNoSubject)
        {
            yield return new ScorePart(OfSubject, "It concerns what the incident is about", 0.75);
        }
        else if (touched.Any(t => facts.DependsOn(facts.Subject, t)))
        {
            yield return new ScorePart(OfSubject, "What the incident is about depends on it", 0.5);
        }
        else
        {
            yield return new ScorePart(OfSubject, "It concerns something else", -1.5);
        }
    }

    /// <summary>A dependency that fails explains its callers, never the other way round.</summary>
    private static IEnumerable<ScorePart> Dependency(Candidate candidate, List<Candidate> others, Facts facts)
    {
        if (candidate.Calls is { } called && others.Exists(o => o.About == called && o.Calls is null))
        {
            yield return new ScorePart("dependency", "What it calls has a cause of its own, which explains this", -2);
            yield break;
        }

        var tops = candidate.Affects.Add(candidate.About).Distinct().ToList();
        var callers = others.Where(o => tops.Exists(t => o.Calls == t || (o.About != t && facts.DependsOn(o.About, t)))).Select(o => o.About).Distinct().Count();
        if (callers > 0)
        {
            yield return new ScorePart("dependency", string.Create(CultureInfo.InvariantCulture, $"{callers} that depend on it fail{(callers == 1 ? "s" : "")} too"), Math.Min(1, 0.5 + (0.25 * (callers - 1))));
        }

        if (others.Exists(o => o.Directness >= Directness.Shows && o.Calls is null && o.About != candidate.About && !candidate.Affects.Contains(o.About) && candidate.Directness <= Directness.Fits && facts.DependsOn(candidate.About, o.About)))
        {
            yield return new ScorePart("dependency", "Something that it depends on has a plainer cause of its own", -1);
        }
    }

    private static IEnumerable<ScorePart> Order(Candidate candidate, ImmutableArray<Candidate> all, Facts facts)
    {
        if (candidate.Since is not { } since)
        {
            yield break;
        }

        if (since > facts.Bundle.Onset + Late)
        {
            yield return new ScorePart("order", "It began after what it would explain", -1);
        }
        else if (all.Length > 1 && all.All(o => ReferenceEquals(o, candidate) || o.Since is null || o.Since > since))
        {
            yield return new ScorePart("order", "It was the first thing to fail", 0.5);
        }
    }

    private static IEnumerable<ScorePart> Unique(Candidate candidate, ImmutableArray<Candidate> all)
    {
        var strong = all.Where(o => o.About == candidate.About && o.Directness >= Directness.Shows && o.Calls is null).Select(o => o.Cause).Distinct().ToList();
        if (strong is [var only] && only == candidate.Cause)
        {
            yield return new ScorePart("unique", "Nothing else is known of this object that would explain it", 0.5);
        }
    }

    private static IEnumerable<ScorePart> Contradictions(Candidate candidate) =>
        candidate.Against.Select(a => new ScorePart("contradiction", a, -1.5));
}
