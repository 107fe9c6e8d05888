using System.Collections.Immutable;
using System.Globalization;
using Nightjar.Core.Evidence;
using Nightjar.Core.Investigation;

namespace Nightjar.Agents.BuiltIn;

/// <summary>What a reader can check for themselves. The texts are raw and bounded: whoever shows one must quote it.</summary>
internal static class EvidenceQuotes
{
    private const int Longest = 2_000;
    private const int LinesAround = 3;
    private const string Blame = "source and blame";
    private const string TheLog = "log";
    private const string ATemplate = "log template, new";
    private const string TheCommit = "commit";
    private const int MostAdded = 30;

    public static ImmutableArray<Quote> Of(EvidenceBundle evidence, Trouble? trouble, Scene scene, Suspicion? suspicion)
    {
        var quotes = Rate(evidence)
            .Concat(Log(trouble))
            .Concat(Templates(evidence))
            .Concat(Source(scene.Top, scene.Top?.Line))
            .Concat(Suspected(suspicion, scene))
            .Concat(Commit(suspicion));
        return [.. quotes.Select((q, i) => new Quote($"E{i + 1}", q.Source, q.Text.Length > Longest ? $"{q.Text[..Longest]}…" : q.Text))];
    }

    /// <summary>The fact with the ids of the quotes in which a reader sees it.</summary>
    public static ConfidenceFact Linked(ConfidenceFact fact, ImmutableArray<Quote> quotes)
    {
        string[] sources = fact.Name switch
        {
            "prior" or "rival" or "elsewhere" or "first-commit" or "nothing-that-runs" or "broad" => [],
            "blame-line" or "blame-function" or "blame-called" => [Blame],
            "dependency" => [TheLog],
            "error-class" => [TheLog, TheCommit],
            "new-message" => [ATemplate, TheCommit],
            _ => [TheCommit],
        };
        return fact with { Evidence = [.. quotes.Where(q => sources.Any(s => q.Source == s || (s != TheLog && q.Source.StartsWith(s, StringComparison.Ordinal)))).Select(q => q.Id)] };
    }

    private static IEnumerable<(string Source, string Text)> Rate(EvidenceBundle evidence)
    {
        if (evidence.Trigger.Rate is { } rate)
        {
            yield return ("error rate", string.Create(CultureInfo.InvariantCulture, $"{rate.Errors} of {rate.Total} {(rate.Of == Core.Services.RateUnit.Requests ? "requests" : "lines")} failed ({rate.Rate:P1}), {rate.From:u} to {rate.To:u}"));
        }
    }

    private static IEnumerable<(string Source, string Text)> Log(Trouble? trouble)
    {
        if (trouble is { Sample.Length: > 0 })
        {
            yield return (TheLog, trouble.Sample);
        }
    }

    private static IEnumerable<(string Source, string Text)> Templates(EvidenceBundle evidence) =>
        Trouble.Safe(evidence.Logs?.Templates ?? []).Where(t => t.Trend != TemplateTrend.Steady).OrderByDescending(t => t.Trend).ThenByDescending(t => t.Count).Take(3)
            .Select(t => (t.Trend == TemplateTrend.New ? $"{ATemplate} since the first failure" : "log template, rising since the first failure", string.Create(CultureInfo.InvariantCulture, $"{t.Count} × {t.Text}")));

    /// <summary>Where the suspect's change is, when that is not where the stack ends.</summary>
    private static IEnumerable<(string Source, string Text)> Suspected(Suspicion? suspicion, Scene scene) => suspicion switch
    {
        { Smells: [({ } function, { Line: { } line }), ..] } => Source(function, line),
        { Where: { } where } when where != scene.Top => Source(where, where.Line),
        _ => [],
    };

    /// <summary>The lines around the frame with the commit that last changed each, as blame prints them.</summary>
    private static IEnumerable<(string Source, string Text)> Source(BlamedFunction? place, int? at)
    {
        if (place is null)
        {
            yield break;
        }

        var shas = place.Blame.GroupBy(b => b.Line).ToDictionary(g => g.Key, g => g.First().Sha);
        var line = at ?? place.Region.From + LinesAround;
        var lines = Enumerable.Range(line - LinesAround, (2 * LinesAround) + 1).Where(n => n >= 1 && n <= place.Region.File.Lines.Length)
            .Select(n => string.Create(CultureInfo.InvariantCulture, $"{(n == at ? '>' : ' ')} {Short(shas.GetValueOrDefault(n) ?? "")} {n,5}  {place.Region.File.Line(n)}"));
        yield return ($"{Blame} of {place.Path}", string.Join('\n', lines));
    }

    private static IEnumerable<(string Source, string Text)> Commit(Suspicion? suspicion)
    {
        if (suspicion is null)
        {
            yield break;
        }

        var file = suspicion.Where is { } where ? suspicion.Patch?.Of(where.Path) : suspicion.Patch?.Files.FirstOrDefault();
        var lines = file is null ? [] : file.Removed.Take(MostAdded).Select(l => $"-{l}").Concat(file.Added.Take(MostAdded).Select(l => $"+{l}"));
        yield return ($"{TheCommit} {suspicion.Suspect.Short}", string.Join('\n', lines.Prepend(string.Create(CultureInfo.InvariantCulture, $"{suspicion.Commit.Subject} ({suspicion.Commit.Author}, {suspicion.Commit.At:u})"))));
    }

    private static string Short(string sha) => sha.Length > 8 ? sha[..8] : sha.PadRight(8);
}
