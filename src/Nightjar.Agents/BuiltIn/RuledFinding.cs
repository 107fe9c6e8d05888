using System.Globalization;
using Nightjar.Core.Diagnosis;
using Nightjar.Core.Investigation;

namespace Nightjar.Agents.BuiltIn;

/// <summary>
/// Brings together what the rules of diagnosis say of the platform and what the code says: the likelier of the two is the finding, the other
/// stays in it with its quotes.
/// </summary>
internal static class RuledFinding
{
    private const int MostRivals = 4;

    /// <param name="code">What source, blame and history say.</param>
    public static Finding With(CauseRanking ranking, Finding code)
    {
        if (ranking.Causes.IsDefaultOrEmpty)
        {
            return code;
        }

        var rivals = ranking.Causes.Skip(ranking.Named is null ? 0 : 1).Where(c => c.Confidence >= 0.2).Take(MostRivals);
        if (ranking.Named is not { } cause || (code.Suspect is not null && code.Confidence > cause.Confidence))
        {
            return code with { Evidence = code.Evidence.AddRange(ranking.Quotes), RuledOut = [.. code.RuledOut, .. ranking.Causes.Where(c => c.Confidence >= 0.2).Take(MostRivals).Select(c => Rival(c))] };
        }

        return code with
        {
            RootCause = Sentence(cause.Says),
            Details = Details(cause),
            Place = null,
            Suspect = null,
            Confidence = cause.Confidence,
            Facts = [.. cause.Parts.Select(p => new ConfidenceFact(p.Name, p.Says, p.Points) { Evidence = p.Name == "directness" ? cause.Evidence : [] })],
            Evidence = ranking.Quotes.AddRange(code.Evidence),
            RuledOut = [.. rivals.Select(Rival), .. cause.Against, .. code.Suspect is { } suspect ? new[] { $"Commit `{suspect.Short}`: {code.RootCause}" } : []],
            Missing = [.. ranking.Missing.Concat(code.Missing).Distinct()],
        };
    }

    private static string Details(RankedCause cause) =>
        $"""
        **What to change:** {Sentence(cause.Change)}

        **What would confirm it:** {Sentence(cause.Confirm)}

        **What would refute it:** {Sentence(cause.Refute)}

        """;

    private static string Rival(RankedCause cause) => string.Create(CultureInfo.InvariantCulture, $"{Sentence(cause.Says).TrimEnd('.')}: confidence {cause.Confidence:0.00} ({string.Join(", ", cause.Evidence)})");

    private static string Sentence(string text) => text.Length == 0 ? "" : $"{char.ToUpperInvariant(text[0])}{text[1..].TrimEnd('.')}.";
}
