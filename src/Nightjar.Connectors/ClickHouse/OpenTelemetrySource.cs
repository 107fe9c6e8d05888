using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;

namespace Nightjar.Connectors.ClickHouse;

/// <summary>Spans and log records as the OpenTelemetry collector's exporter stores them.</summary>
internal sealed class OpenTelemetrySource(RateSourceOptions options, ClickHouseClient client) : IRateSource, ILogSource
{
    /// <summary>Pieces that a stretch of time is told in: more would be more rows than an answer may have.</summary>
    private const int MostPieces = 40;

    private readonly OpenTelemetrySql sql = new(options.ClickHouse);

    public RateUnit Of => options.ClickHouse.Traces is null ? RateUnit.Lines : RateUnit.Requests;

    public string? Remark => null;

    public async Task<IReadOnlyList<SourceCount>> WindowAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        [.. (await SeriesAsync(from, to, cancellationToken)).GroupBy(c => c.Service).Select(s => new SourceCount(s.Key, from, to, s.Sum(c => c.Errors), s.Sum(c => c.Total)))];

    public async Task<IReadOnlyList<SourceCount>> SeriesAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var slice = RateBucket.Slice;
        var step = slice * Math.Max(1, (long)Math.Ceiling((to - from) / MostPieces / slice));
        var rows = await client.AskAsync(sql.Counts(from, to, (long)step.TotalSeconds), cancellationToken);
        return [.. rows.Select(row => Piece(row, step, from, to))];
    }

    public async Task<ImmutableArray<ErrorGroup>> KindsAsync(string service, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        // What was logged says more than what was recorded in spans, and is often the same: one of the two, or it would count twice.
        var logged = options.ClickHouse.Logs is null ? [] : await KindsAsync(sql.LoggedKinds(service, from, to), cancellationToken);
        return options.ClickHouse.Traces is null || logged.Any(g => g.ErrorClass.Length > 0)
            ? logged
            : [.. await KindsAsync(sql.TracedKinds(service, from, to), cancellationToken) is { IsEmpty: false } traced ? traced : logged];
    }

    public async Task<LogDigest?> DigestAsync(string service, DateTimeOffset from, DateTimeOffset onset, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var templates = options.ClickHouse.Logs is null ? [] : await client.AskAsync(sql.Templates(service, from, onset, to), cancellationToken);
        var kinds = await KindsAsync(service, from, to, cancellationToken);
        return templates.Count == 0 && kinds.IsEmpty ? null : new LogDigest
        {
            From = from,
            To = to,
            Lines = templates.Sum(t => Row.Count(t, "o_count")),
            Errors = templates.Sum(t => Row.Count(t, "o_errors")),
            Templates = [.. templates.Select(t => Template(t)).OrderByDescending(t => t.Count)],
            ErrorGroups = [.. kinds.Where(k => k.ErrorClass.Length > 0)],
        };
    }

    public async Task<SourceCheck> CheckAsync(CancellationToken cancellationToken)
    {
        var version = Row.Text((await client.AskAsync(new ClickHouseQuery("SELECT version() AS version", []), cancellationToken)).FirstOrDefault(), "version");
        var there = (await client.AskAsync(sql.Columns(), cancellationToken)).Select(r => (Table: Row.Text(r, "table"), Name: Row.Text(r, "name"))).ToLookup(c => c.Table, c => c.Name);
        foreach (var (table, wanted, key) in new[] { (options.ClickHouse.Logs, options.ClickHouse.Columns.OfLogs, "logs"), (options.ClickHouse.Traces, options.ClickHouse.Columns.OfTraces, "traces") })
        {
            if (table is null)
            {
                continue;
            }

            if (!there.Contains(table))
            {
                return new SourceCheck(options.Name, false, $"ClickHouse {version} has no table {options.ClickHouse.Database}.{table} that this user may see", $"correct database or {key}, grant SELECT on it, or write {key}: off when there is none");
            }

            if (wanted.Except(there[table]).ToList() is { Count: > 0 } absent)
            {
                return new SourceCheck(options.Name, false, $"the table {table} has no {string.Join(", ", absent)}", "name the table's own columns under columns, or use sql");
            }
        }

        // The answer to a window of ten seconds shows that the server understands the questions.
        var to = new DateTimeOffset(2020, 1, 1, 0, 0, 10, TimeSpan.Zero);
        await SeriesAsync(to - RateBucket.Slice, to, cancellationToken);
        await DigestAsync("nightjar-check", to - RateBucket.Slice, to, to, cancellationToken);
        return new SourceCheck(options.Name, true, $"ClickHouse {version}, counts {(Of == RateUnit.Requests ? "requests" : "log lines")}");
    }

    private async Task<ImmutableArray<ErrorGroup>> KindsAsync(ClickHouseQuery query, CancellationToken cancellationToken) =>
        [.. (await client.AskAsync(query, cancellationToken)).Select(Kind.Of)];

    private static SourceCount Piece(JsonElement row, TimeSpan step, DateTimeOffset from, DateTimeOffset to)
    {
        var start = DateTimeOffset.FromUnixTimeSeconds(Math.Min(Row.Count(row, "o_slice"), int.MaxValue));
        var end = start + step;
        return new SourceCount(Row.Text(row, "o_service"), start < from ? from : start, end > to ? to : end, Row.Count(row, "o_errors"), Row.Count(row, "o_total"));
    }

    /// <summary>Rising: at least twice as often as before, and often enough that chance does not explain it.</summary>
    private static LogTemplate Template(JsonElement row)
    {
        const int chance = 5;
        var (count, before) = (Row.Count(row, "o_count"), Row.Count(row, "o_before"));
        var trend = before == 0 ? TemplateTrend.New : count - before >= (2 * before) + chance ? TemplateTrend.Rising : TemplateTrend.Steady;
        return new LogTemplate(Row.Text(row, "o_id"), Row.Text(row, "o_text"), Row.Text(row, "o_level").ToLower(CultureInfo.InvariantCulture), count, Row.Moment(row, "o_first"), Row.Moment(row, "o_last"), trend, Row.Text(row, "o_sample"));
    }
}
