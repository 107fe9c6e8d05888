using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Nightjar.Core.Evidence;
using Nightjar.Core.Investigation;
using Nightjar.Core.Memory;

namespace Nightjar.Agents.Broker;

/// <summary>The read-only tools of phase 1: what was seen of one incident, the history of its code, and what happened before.</summary>
public sealed class EvidenceTools(Brief brief, IRates rates, IIncidentMemory memory)
{
    private const int MostTemplates = 60;
    private const int MostLines = 100;
    private const int MostCommits = 50;
    private const int MostBlamed = 200;
    private const int MostBefore = 10;

    private EvidenceBundle Evidence => brief.Evidence;

    public ImmutableArray<BrokerTool> All =>
    [
        Tool("log_templates", "Log lines of the service grouped by their text, with counts, first and last seen, and whether they are new or rising since the first failure.",
            [], [("trend", BrokerTool.Text("new, rising or steady; all when left out", 10))], a => a.Text("trend", 10), (trend, _) => Task.FromResult(Templates(trend))),
        Tool("log_lines", "Log lines of the service before and after the first failure as they were written, numbered. The newest before it and the first after it when no line is named.",
            [], [("from", BrokerTool.Whole("number of the first line", 1, LogDigest.MostAround)), ("lines", BrokerTool.Whole($"how many, at most {MostLines}", 1, MostLines)), ("contains", BrokerTool.Text("only lines with this text", 200))],
            a => (From: a.Whole("from", 1, LogDigest.MostAround), Lines: a.Whole("lines", 1, MostLines) ?? MostLines, Contains: a.Text("contains", 200)), (wish, _) => Task.FromResult(Lines(wish.From, wish.Lines, wish.Contains))),
        Tool("errors", "Kinds of error with a class: message, count, stack trace, one sample line each.", [], [], _ => 0, (_, _) => Task.FromResult(Errors())),
        Tool("error_rate", "Failed and all requests (or lines) of the service in slices around the first failure.",
            [], [("before_minutes", BrokerTool.Whole("minutes before the first failure", 0, 1440)), ("after_minutes", BrokerTool.Whole("minutes after it", 0, 1440))],
            a => (Before: a.Whole("before_minutes", 0, 1440) ?? 15, After: a.Whole("after_minutes", 0, 1440) ?? 15), (span, ct) => RatesAsync(span.Before, span.After, ct)),
        Tool("changes", "Commits and deployments before the first failure, newest first.", [], [], _ => 0, (_, _) => Task.FromResult(Changes())),
        Tool("commit", "The patch of one commit.", ["sha"], [("sha", BrokerTool.Text("the commit", 64))], a => Sha(a), CommitAsync),
        Tool("blame", "Which commit last changed each line.", ["path", "from", "to"],
            [("path", BrokerTool.Text("file in the repository", 500)), ("from", BrokerTool.Whole("first line", 1, 1_000_000)), ("to", BrokerTool.Whole($"last line, at most {MostBlamed} lines on", 1, 1_000_000))],
            a => (Path: a.Words("path", 500), From: a.Whole("from", 1, 1_000_000) ?? 1, To: a.Whole("to", 1, 1_000_000) ?? 1), (at, ct) => BlameAsync(at.Path, at.From, at.To, ct)),
        Tool("similar_incidents", "Finished incidents of the same fingerprint or service: cause, outcome, whether the fix held.", [], [], _ => 0, (_, ct) => SimilarAsync(memory, brief, ct)),
    ];

    /// <summary>What is remembered of earlier incidents, in lines.</summary>
    public static async Task<string> SimilarAsync(IIncidentMemory memory, Brief brief, CancellationToken cancellationToken)
    {
        var before = await memory.SimilarAsync(brief.Incident.Fingerprint.Hash, brief.Service.Name.Value, MostBefore, cancellationToken);
        return before.Count == 0 ? "None is remembered." : string.Join('\n', before.Select(r => string.Create(CultureInfo.InvariantCulture, $"- #{r.Incident} {r.At:u} {r.Fingerprint}: {r.RootCause} (confidence {r.Confidence:0.00}, {r.Outcome}{(r.FixCommit is null ? "" : $", fix {r.FixCommit}")})")));
    }

    private static BrokerTool Tool<T>(string name, string says, string[] required, (string, JsonObject)[] properties, Func<ToolArguments, T> read, Func<T, CancellationToken, Task<string>> run)
    {
        var schema = BrokerTool.Takes(required, properties);
        var names = BrokerSchema.Of(schema);
        return new BrokerTool(name, says, schema, (arguments, cancellationToken) => run(arguments.Read(names, read), cancellationToken));
    }

    private string Templates(string trend)
    {
        var wanted = (Evidence.Logs?.Templates ?? []).Where(t => trend.Length == 0 || t.Trend.ToString().Equals(trend, StringComparison.OrdinalIgnoreCase)).Take(MostTemplates).ToList();
        return wanted.Count == 0 ? "None." : string.Join('\n', wanted.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Count} × [{t.Level}, {t.Trend}] {t.Text} (first {t.FirstSeen:HH:mm:ss}, last {t.LastSeen:HH:mm:ss})\n    e.g. {t.Sample}")));
    }

    private string Lines(int? from, int most, string contains)
    {
        var around = (Evidence.Logs?.Around ?? []).Select((l, i) => (Number: i + 1, Line: l)).ToList();
        var start = from ?? (contains.Length > 0 ? 1 : Math.Max(1, around.Count(l => l.Line.At < Evidence.Onset) - (most / 2)));
        var shown = around.Where(l => l.Number >= start && l.Line.Text.Contains(contains, StringComparison.OrdinalIgnoreCase)).Take(most).ToList();
        return shown.Count == 0 ? "None is kept there." : string.Join('\n', shown.Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Number} {l.Line.At:HH:mm:ss} {l.Line.Text}")).Append($"({around.Count} lines are kept; the first failure was at {Evidence.Onset:HH:mm:ss})"));
    }

    private string Errors()
    {
        var text = new StringBuilder();
        foreach (var group in Evidence.Logs?.ErrorGroups ?? [])
        {
            text.Append(CultureInfo.InvariantCulture, $"{group.Count} × {group.ErrorClass}: {group.Message} (first {group.FirstSeen:u}, last {group.LastSeen:u})\n");
            foreach (var frame in group.Frames.Take(20))
            {
                text.Append(CultureInfo.InvariantCulture, $"    at {frame.Function} in {frame.File}:{frame.Line}\n");
            }

            text.Append("    sample: ").Append(group.Sample).Append('\n');
        }

        return text.Length == 0 ? "No error with a class was seen." : text.ToString();
    }

    private async Task<string> RatesAsync(int before, int after, CancellationToken cancellationToken)
    {
        var series = await rates.SeriesAsync(brief.Service.Name, Evidence.Onset.AddMinutes(-before), Evidence.Onset.AddMinutes(after), cancellationToken);
        return series.Count == 0 ? "No rate is known there." : string.Join('\n', series.Select(b => string.Create(CultureInfo.InvariantCulture, $"{b.Start:HH:mm:ss} {b.Errors} of {b.Total} {b.Of.ToString().ToLowerInvariant()}")));
    }

    private string Changes() =>
        Evidence.Changes.IsDefaultOrEmpty ? "None is known." : string.Join('\n', Evidence.Changes.Take(MostCommits).Select(c => $"{c.Kind} {c.Id} {c.At:u} {c.Author}: {c.Summary}"));

    private static string Sha(ToolArguments arguments)
    {
        var sha = arguments.Words("sha", 64);
        if (sha.Length < 7 || !sha.All(char.IsAsciiHexDigit))
        {
            arguments.Blame("sha", "must be the hexadecimal name of a commit, 7 digits at least");
        }

        return sha;
    }

    private async Task<string> CommitAsync(string sha, CancellationToken cancellationToken) =>
        await CommitOfAsync(brief, sha, cancellationToken) is { } commit && brief.Code is { } code
            ? await code.PatchAsync(commit.Sha, cancellationToken)
            : throw new ToolMisuseException("There is no such commit in the newest history. See changes.");

    /// <summary>The commit with this name, or beginning of a name, in the newest history.</summary>
    internal static async Task<CommitFacts?> CommitOfAsync(Brief brief, string sha, CancellationToken cancellationToken) =>
        brief.Code is { } code && sha.Length >= 7 ? (await code.HistoryAsync(500, cancellationToken)).FirstOrDefault(c => c.Sha.StartsWith(sha, StringComparison.OrdinalIgnoreCase)) : null;

    private async Task<string> BlameAsync(string path, int from, int to, CancellationToken cancellationToken)
    {
        var lines = brief.Code is { } code ? await code.BlameAsync(path, from, Math.Min(to, from + MostBlamed), cancellationToken) : [];
        return lines.IsEmpty ? throw new ToolMisuseException("There is no such file or line in the repository.") : string.Join('\n', lines.Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Sha[..Math.Min(8, l.Sha.Length)]} {l.Line,5} {l.Text}")));
    }
}
