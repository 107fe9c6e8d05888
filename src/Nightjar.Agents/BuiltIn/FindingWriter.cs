using System.Collections.Immutable;
using System.Globalization;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;

namespace Nightjar.Agents.BuiltIn;

/// <summary>Says what was found. All prose is our own; every word from outside is inline code or a quote.</summary>
internal sealed class FindingWriter(Brief brief, ImmutableArray<Trouble> troubles, Scene scene, ImmutableArray<Suspicion> ranked, IReadOnlyList<string> unread)
{
    private const int MostRuledOut = 6;

    private readonly Trouble? trouble = troubles.FirstOrDefault();
    private readonly Suspicion? best = ranked.FirstOrDefault();
    private readonly Suspicion? suspicion = ranked.FirstOrDefault() is { } first && first.Confidence >= Weights.Threshold ? first : null;

    public Finding Write()
    {
        var quotes = EvidenceQuotes.Of(brief.Evidence, trouble, scene, suspicion);
        return new Finding
        {
            By = "built-in",
            RootCause = RootCause(),
            Details = Details(),
            Place = Place(),
            Suspect = suspicion?.Suspect,
            Confidence = best?.Confidence ?? 0,
            Facts = best is null ? [] : [new ConfidenceFact("prior", "Before anything is known: most commits break nothing", Weights.Prior), .. best.Facts.Select(f => EvidenceQuotes.Linked(f, quotes))],
            Evidence = quotes,
            RuledOut = [.. RuledOut()],
            Missing = [.. Missing()],
            ContributingFactors = [.. Factors()],
            Mitigation = FirstAid.Of(brief.Evidence),
        };
    }

    private string RootCause()
    {
        var what = What();
        if (suspicion is not { } s)
        {
            return Dependency() is { } says
                ? $"{what}; the error says that {says}, so a dependency is likelier than a commit{LastChanged()}."
                : $"{what}; no commit explains it with enough confidence{LastChanged()}.";
        }

        var when = PlaceAndTime.Ago(brief.Evidence.Onset - s.Commit.At);
        var commit = $"commit {Quoting.Inline(s.Suspect.Short)} {Quoting.Inline(s.Commit.Subject, 100)}";
        return s.Smells is [var (_, smell), ..] && Place() is { } place
            ? $"{what}: in {Function(place)}({Quoting.Inline(place.ToString())}), {smell.Says}. That came with {commit}, {when} the first failure."
            : $"{what}, in code that {commit} changed {when} the first failure.";
    }

    private string What()
    {
        var name = trouble switch
        {
            null => "The service fails",
            { ErrorClass.Length: > 0 } t => Quoting.Inline(t.ErrorClass, 100),
            var t => $"An error ({Quoting.Inline(t.Message, 100)})",
        };
        return scene.Top is { } top ? $"{name} comes from {Function(top.Place())}{Quoting.Inline(top.Place().ToString())}" : $"{name}{(trouble is null ? "" : " is reported")} and no frame of it leads to a file of the repository";
    }

    private string LastChanged() =>
        scene.Top is { LineSha: { } sha } && ranked.FirstOrDefault(r => r.Commit.Sha == sha) is { } last
            ? $" (the failing line was last changed {PlaceAndTime.Ago(brief.Evidence.Onset - last.Commit.At)} the first failure)"
            : "";

    private static string Function(CodePlace place) => place.Function is { Length: > 0 } f ? $"{Quoting.Inline(f, 80)} " : "";

    private string? Dependency() => trouble is null ? null : DependencySigns.In(trouble.Words);

    /// <summary>Where the change smells, else what the suspect changed, else where the stack ends.</summary>
    private CodePlace? Place()
    {
        if (suspicion is { Smells: [var (function, smell), ..] })
        {
            return function.Place(smell.Line);
        }

        return (suspicion?.Where ?? scene.Top)?.Place();
    }

    /// <summary>The facts themselves are listed with their weights wherever a finding is shown.</summary>
    private string Details()
    {
        if (best is null)
        {
            return "No commit could be weighed; what was missing is listed.\n";
        }

        var commits = ranked.Length == 1 ? "One commit was weighed" : string.Create(CultureInfo.InvariantCulture, $"{ranked.Length} commits were weighed");
        return suspicion is null
            ? string.Create(CultureInfo.InvariantCulture, $"{commits}. The likeliest, {Quoting.Inline(best.Suspect.Short)}, reaches a confidence of {best.Confidence:0.00}; below {Weights.Threshold:0.00} none is named.\n")
            : string.Create(CultureInfo.InvariantCulture, $"{commits}; the next likeliest reaches a confidence of {ranked.Skip(1).Select(r => r.Confidence).FirstOrDefault():0.00}.\n");
    }

    private IEnumerable<string> RuledOut()
    {
        foreach (var other in ranked.Skip(suspicion is null ? 0 : 1).Take(MostRuledOut))
        {
            var facts = string.Join("; ", other.Facts.Where(f => f.Name != "dependency" && (f.Name != "rival" || suspicion is not null)).OrderBy(f => f.Weight).Take(3).Select(f => char.ToLowerInvariant(f.Says[0]) + f.Says[1..]));
            yield return string.Create(CultureInfo.InvariantCulture, $"Commit {Quoting.Inline(other.Suspect.Short)} {Quoting.Inline(other.Commit.Subject, 80)}: confidence {other.Confidence:0.00} ({facts})");
        }

        if (suspicion is not null && Dependency() is null)
        {
            yield return "A dependency: nothing in the error speaks of a refused connection, a name that was not found, a time limit or another service's error";
        }
    }

    private IEnumerable<string> Missing()
    {
        var evidence = brief.Evidence;
        var frames = troubles.SelectMany(t => t.Frames).ToList();
        return new[]
        {
            brief.Code is null ? "The service has no repository: no source, no blame, no history" : null,
            brief.Code is not null && ranked.Length == 0 ? "No commit before the first failure could be read" : null,
            evidence.Logs is null ? "No digest of the logs" : null,
            trouble is null ? "No error class or message was seen" : null,
            frames.Count == 0 ? "No stack trace was seen" : frames.TrueForAll(f => !f.IsOwnCode) ? "No frame of the stack is in the service's own code" : null,
            Trouble.Safe(evidence.Changes).IsEmpty ? "No deployment is known: times are those of the commits" : null,
        }.OfType<string>().Concat(scene.Missing).Concat(unread.Select(u => Quoting.Plain(u, 300))).Concat(Trouble.Safe(evidence.Missing)).Distinct();
    }

    private IEnumerable<string> Factors()
    {
        if (suspicion is not { } s)
        {
            yield break;
        }

        foreach (var (_, smell) in s.Smells.Skip(1))
        {
            yield return smell.Says;
        }

        if (s.Commit.Files.Any(f => SourceKind.IsCode(f.Path)) && !s.Commit.Files.Any(f => SourceKind.IsTest(f.Path)))
        {
            yield return "The commit changed code and no test";
        }

        if (brief.Incident.RecurrenceOf is { } earlier)
        {
            yield return $"It happened before: incident {earlier}";
        }
    }
}
