using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Nightjar.Core.Diagnosis;
using Nightjar.Core.Investigation;
using Nightjar.Core.Policy;
using Nightjar.Core.Proposal;
using Nightjar.Core.Signals;

namespace Nightjar.Agents.ClaudeCode;

/// <summary>
/// What an agent is told. Ours are the files of the prompts folder; everything that programs or people outside wrote is put
/// between marks that it cannot contain, with secrets masked.
/// </summary>
internal sealed class Prompts(string folder)
{
    /// <summary>Of the request's text, or of one list.</summary>
    private const int LongestData = 12_000;

    /// <summary>A taste of the log; the rest is asked for.</summary>
    private const int MostLines = 16;

    private const int LongestLine = 200;

    private const int MostSlices = 12;

    /// <summary>How each prompt begins: one that begins with a slash would be taken for a command of the program.</summary>
    private const string Begin = "Incident";

    public Task<string> SystemAsync(string phase, CancellationToken cancellationToken) => ReadAsync($"{phase}.md", cancellationToken);

    public async Task<string> RepairAsync(string tool, CancellationToken cancellationToken) => (await ReadAsync("repair.md", cancellationToken)).Replace("{{tool}}", tool, StringComparison.Ordinal);

    /// <summary>The brief of phase 1, with the hypotheses of the built-in investigator and what was remembered.</summary>
    public async Task<string> InvestigateAsync(Brief brief, Finding hypotheses, string remembered, CancellationToken cancellationToken)
    {
        var trigger = brief.Evidence.Trigger;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Begin} {brief.Incident.Id} of one service. First failure {brief.Evidence.Onset:u}, now {brief.Evidence.TakenAt:u}.\n\n");
        Data(text, "The trigger", $"""
            service: {brief.Service.Name}
            kind: {trigger.Kind}
            error: {trigger.ErrorClass}: {trigger.Message}
            rate: {(trigger.Rate is { } rate ? string.Create(CultureInfo.InvariantCulture, $"{rate.Errors} of {rate.Total} {rate.Of.ToString().ToLowerInvariant()} failed ({rate.Rate:P1})") : "not known")}
            stack:
            {string.Join('\n', trigger.Frames.Take(12).Select(f => string.Create(CultureInfo.InvariantCulture, $"  {f.Function} in {f.File}:{f.Line}")))}
            """);
        Data(text, "Ranked hypotheses of the built-in investigator", Hypotheses(hypotheses));
        Data(text, "Ranked causes by the rules of diagnosis, which no model made", Ruled(brief.Causes));
        Data(text, "Evidence, by the ids to cite", string.Join('\n', hypotheses.Evidence.Select(q => $"[{q.Id}] {q.Source}\n{q.Text}")));
        Data(text, "Similar incidents before", remembered);
        Data(text, "What was done about it already, and how that ended", brief.Evidence.Tried.IsEmpty ? "nothing" : string.Join('\n', brief.Evidence.Tried.Select(t => $"{t.At:u} {t.Label}: {t.End}: {t.Says}")));
        if (brief.Evidence.Container is { } container)
        {
            Data(text, "What the container used around the first failure", $"{container.Name}\n{string.Join('\n', Nearest(container.Slices, s => s.Start, brief.Evidence.Onset, MostSlices).Select(s => $"{s.Start:u} {s}"))}");
        }

        if (brief.Evidence.Logs?.Around is { IsEmpty: false } around)
        {
            Data(text, $"Log lines around the first failure ({around.Length} are kept: log_lines)", string.Join('\n', Nearest(around, l => l.At, brief.Evidence.Onset, MostLines).Select(l => $"{l.At:HH:mm:ss} {Cut(l.Text)}")));
        }

        Data(text, "What could not be looked at", string.Join('\n', brief.Evidence.Missing.Concat(hypotheses.Missing).Distinct()));
        string[] skills = trigger.Kind is SignalKind.WorkloadFailure or SignalKind.NodeFailure ? ["kubernetes", "metrics-store", "code-host"] : ["metrics-store", "code-host"];
        text.Append(await SkillsAsync(skills, cancellationToken));
        return text.ToString();
    }

    /// <summary>All that phase 2 is told: the request as it stands, and the finding.</summary>
    public static string Propose(Brief brief, Finding finding, string request)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Begin} {brief.Incident.Id}: write the fix.\n\n");
        Data(text, "The finding", $"""
            cause: {finding.RootCause}
            place: {finding.Place?.ToString() ?? "not known"} {finding.Place?.Function}
            commit: {finding.Suspect?.Sha ?? "none"} {finding.Suspect?.Subject}
            confidence: {finding.Confidence.ToString("0.00", CultureInfo.InvariantCulture)}
            """);
        Data(text, "The pull request, with what people wrote into it", request);
        return text.ToString();
    }

    /// <summary>Those right before and after a time, in their order.</summary>
    private static IEnumerable<T> Nearest<T>(ImmutableArray<T> all, Func<T, DateTimeOffset> at, DateTimeOffset onset, int most) =>
        all.Skip(Math.Max(0, Math.Min(all.Count(x => at(x) < onset) - (most / 2), all.Length - most))).Take(most);

    /// <summary>Masked first: half a secret would slip through.</summary>
    private static string Cut(string line) => Secrets.Mask(line) is var safe && safe.Length > LongestLine ? string.Concat(safe.AsSpan(0, LongestLine), "…") : safe;

    private static string Hypotheses(Finding finding) => $"""
        1. {finding.RootCause} (confidence {finding.Confidence.ToString("0.00", CultureInfo.InvariantCulture)})
        {string.Join('\n', finding.Facts.OrderByDescending(f => f.Weight).Take(6).Select(f => string.Create(CultureInfo.InvariantCulture, $"   {f.Weight:+0.0;-0.0} {f.Says} {string.Join(' ', f.Evidence)}")))}
        {string.Join('\n', finding.RuledOut.Take(4).Select((r, i) => string.Create(CultureInfo.InvariantCulture, $"{i + 2}. {r}")))}
        """;

    private static string Ruled(CauseRanking ranking) => $"""
        {ranking.Unresolved ?? "the first one is believed"}
        {string.Join('\n', ranking.Causes.Select((c, i) => string.Create(CultureInfo.InvariantCulture, $"{i + 1}. {c.Cause} of {c.About} (confidence {c.Confidence:0.00}, evidence {string.Join(' ', c.Evidence)}): {c.Says}; change: {c.Change}; refuted when: {c.Refute}")))}
        """;

    private async Task<string> SkillsAsync(IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        foreach (var path in names.Select(n => Path.Combine(folder, "skills", $"{n}.md")).Where(File.Exists))
        {
            text.Append(await File.ReadAllTextAsync(path, cancellationToken)).Append('\n');
        }

        return text.ToString();
    }

    private static void Data(StringBuilder text, string title, string data)
    {
        var safe = Quoting.Block(data, LongestData).Trim('\n', '`').Replace("data>>>", "data> >>", StringComparison.Ordinal).Replace("<<<data", "<< <data", StringComparison.Ordinal);
        text.Append(title).Append(":\n<<<data\n").Append(Secrets.Mask(safe)).Append("\ndata>>>\n\n");
    }

    private async Task<string> ReadAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(Path.Combine(folder, name), cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AgentException($"the prompt {name} cannot be read: {e.Message}", e);
        }
    }
}
