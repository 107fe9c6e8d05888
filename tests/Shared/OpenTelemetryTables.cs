using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Nightjar.Testing;

/// <summary>
/// Answers the questions to OpenTelemetry's tables as a server with them would, and fails on a question that such a server would not
/// understand: an unknown column, a parameter that is missing.
/// </summary>
public sealed class OpenTelemetryTables
{
    private static readonly string[] Logs = ["Timestamp", "TimestampTime", "TraceId", "SpanId", "TraceFlags", "SeverityText", "SeverityNumber", "ServiceName", "Body", "ResourceAttributes", "ScopeName", "LogAttributes"];

    private static readonly string[] Traces = ["Timestamp", "TraceId", "SpanId", "ParentSpanId", "SpanName", "SpanKind", "ServiceName", "ResourceAttributes", "SpanAttributes", "Duration", "StatusCode", "StatusMessage", "Events.Timestamp", "Events.Name", "Events.Attributes"];

    /// <summary>Requests a slice of ten seconds, by service.</summary>
    public Dictionary<string, (long Errors, long Total)> ASlice { get; } = [];

    public Dictionary<string, object[]> Logged { get; } = [];

    public Dictionary<string, object[]> Traced { get; } = [];

    public static object Kind(string errorClass, string message, long count, string trace = "", string sample = "", string[]? traces = null) => new
    {
        o_class = errorClass,
        o_message = message,
        o_trace = trace,
        o_sample = sample,
        o_count = count.ToString(CultureInfo.InvariantCulture),
        o_traces = traces ?? [],
    };

    public (int Status, string Body) Answer(Asked asked)
    {
        var sql = asked["query"];
        foreach (var name in Regex.Matches(sql, @"\{(\w+):").Select(m => m.Groups[1].Value))
        {
            if (!asked.Values.ContainsKey($"param_{name}"))
            {
                return (400, $"Code: 456. DB::Exception: Substitution `{name}` is not set. (UNKNOWN_QUERY_PARAMETER)");
            }
        }

        foreach (var column in Regex.Matches(sql, "`([^`]+)`").Select(m => m.Groups[1].Value))
        {
            if (column is not ("default" or "otel_logs" or "otel_traces" or "o_attributes") && !(sql.Contains("`otel_logs`", StringComparison.Ordinal) ? Logs : Traces).Contains(column))
            {
                return (404, $"Code: 47. DB::Exception: Missing columns: '{column}' while processing query. (UNKNOWN_IDENTIFIER)");
            }
        }

        return (200, Rows(asked, sql));
    }

    private string Rows(Asked asked, string sql)
    {
        if (sql.Contains("version()", StringComparison.Ordinal))
        {
            return Json(new { version = "25.8.1.1" });
        }

        if (sql.Contains("system.columns", StringComparison.Ordinal))
        {
            return string.Concat(Logs.Select(c => Json(new { table = "otel_logs", name = c })).Concat(Traces.Select(c => Json(new { table = "otel_traces", name = c }))));
        }

        if (sql.Contains("AS o_slice", StringComparison.Ordinal))
        {
            var (start, end, step) = (Number(asked, "from") / 1000, Number(asked, "to") / 1000, Number(asked, "step"));
            return string.Concat(
                from service in ASlice
                from slice in Enumerable.Range(0, (int)((end - start + step - 1) / step)).Select(i => (start / step * step) + (i * step))
                select Json(new { o_service = service.Key, o_slice = slice, o_errors = (service.Value.Errors * step / 10).ToString(CultureInfo.InvariantCulture), o_total = service.Value.Total * step / 10 }));
        }

        var kinds = sql.Contains("ARRAY JOIN", StringComparison.Ordinal) ? Traced : sql.Contains("AS o_class", StringComparison.Ordinal) ? Logged : [];
        return string.Concat(kinds.GetValueOrDefault(asked["param_service"], []).Select(k =>
        {
            // The server quotes large numbers or not, depending on its version.
            var row = JsonSerializer.SerializeToNode(k)?.AsObject() ?? [];
            (row["o_first"], row["o_last"]) = (Number(asked, "from") + 1_000, asked["param_to"]);
            return row.ToJsonString() + "\n";
        }));
    }

    private static long Number(Asked asked, string name) => long.Parse(asked[$"param_{name}"], CultureInfo.InvariantCulture);

    private static string Json(object row) => JsonSerializer.Serialize(row) + "\n";
}
