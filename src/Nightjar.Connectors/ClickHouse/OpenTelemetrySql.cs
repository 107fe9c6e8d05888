using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.ClickHouse;

/// <summary>
/// The questions to the tables that the OpenTelemetry collector's ClickHouse exporter writes. A request is a span of kind server or consumer;
/// it failed when its status is an error. Names come from the configuration and are quoted; values are parameters. What is answered is
/// called <c>o_…</c>: ClickHouse would take a column of the same name for the answer.
/// </summary>
/// <remarks>Severity numbers from 17 on are errors: https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber</remarks>
internal sealed partial class OpenTelemetrySql(ClickHouseTables tables)
{
    private const string IsServed = "IN ('Server', 'Consumer', 'SPAN_KIND_SERVER', 'SPAN_KIND_CONSUMER')";

    private const string IsFailed = "IN ('Error', 'STATUS_CODE_ERROR')";

    private const string ErrorWords = "IN ('error', 'err', 'fatal', 'critical', 'crit', 'alert', 'emergency', 'emerg', 'panic', 'severe')";

    /// <summary>Kinds of error of one service, and templates of its lines.</summary>
    private const int MostKinds = 100;

    private readonly ClickHouseColumns columns = tables.Columns;

    private string Between => $"{Quote(columns.Time)} >= fromUnixTimestamp64Milli({{from:Int64}}) AND {Quote(columns.Time)} < fromUnixTimestamp64Milli({{to:Int64}})";

    /// <summary>The partition's column has whole seconds: the last one of the window belongs to it.</summary>
    private string LogsBetween => $"{Quote(columns.LogTime)} >= toDateTime(intDiv({{from:Int64}}, 1000)) AND {Quote(columns.LogTime)} <= toDateTime(intDiv({{to:Int64}}, 1000)) AND {Between}";

    private string IsError => $"({Quote(columns.Severity)} >= 17 OR ({Quote(columns.Severity)} = 0 AND lower({Quote(columns.SeverityText)}) {ErrorWords}))";

    private string LogTable => $"{Quote(tables.Database)}.{Quote(tables.Logs ?? "")}";

    private string TraceTable => $"{Quote(tables.Database)}.{Quote(tables.Traces ?? "")}";

    /// <summary>Failures and total by service and slice: requests where there are spans, log records where not.</summary>
    public ClickHouseQuery Counts(DateTimeOffset from, DateTimeOffset to, long step)
    {
        var (what, table, where) = tables.Traces is null
            ? (IsError, LogTable, LogsBetween)
            : ($"{Quote(columns.Status)} {IsFailed}", TraceTable, $"{Between} AND {Quote(columns.SpanKind)} {IsServed}");
        return new(
            $"""
            SELECT {Quote(columns.Service)} AS o_service, intDiv(toUnixTimestamp(toDateTime({Quote(columns.Time)})), {"{step:UInt32}"}) * {"{step:UInt32}"} AS o_slice, countIf({what}) AS o_errors, count() AS o_total
            FROM {table}
            WHERE {where} AND {Quote(columns.Service)} != ''
            GROUP BY o_service, o_slice
            """,
            Window(from, to).Add("step", step.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>Errors that were logged, by class; those whose class says nothing also by what they say and where.</summary>
    public ClickHouseQuery LoggedKinds(string service, DateTimeOffset from, DateTimeOffset to) =>
        new(
            Kinds(columns.LogAttributes, $"if(o_said = '', {Quote(columns.Body)}, o_said)", Quote(columns.Body), LogTable, $"{LogsBetween} AND {IsError}"),
            OfService(service, from, to).Add("generic", Generic()));

    /// <summary>Exceptions that were recorded in spans, in the same shape.</summary>
    public ClickHouseQuery TracedKinds(string service, DateTimeOffset from, DateTimeOffset to) =>
        new(
            Kinds("o_attributes", "o_said", "o_stack", $"{TraceTable} ARRAY JOIN {Quote($"{columns.Events}.Name")} AS o_event, {Quote($"{columns.Events}.Attributes")} AS o_attributes", $"{Between} AND o_event = 'exception'"),
            OfService(service, from, to).Add("generic", Generic()));

    /// <summary>Lines that differ only in their numbers, with how many of them came before the onset.</summary>
    public ClickHouseQuery Templates(string service, DateTimeOffset from, DateTimeOffset onset, DateTimeOffset to) =>
        new(
            $"""
            SELECT toString(cityHash64(o_text)) AS o_id, {Masked($"substring({Quote(columns.Body)}, 1, 400)")} AS o_text, any({Quote(columns.SeverityText)}) AS o_level, count() AS o_count,
                countIf({Quote(columns.Time)} < fromUnixTimestamp64Milli({"{onset:Int64}"})) AS o_before, countIf({IsError}) AS o_errors, {Moments()}, any(substring({Quote(columns.Body)}, 1, 4000)) AS o_sample
            FROM {LogTable}
            WHERE {LogsBetween} AND {Quote(columns.Service)} = {"{service:String}"}
            GROUP BY o_text
            ORDER BY o_errors DESC, o_count DESC
            LIMIT {MostKinds}
            """,
            OfService(service, from, to).Add("onset", Milliseconds(onset)));

    /// <summary>The columns that are there, by table.</summary>
    public ClickHouseQuery Columns() =>
        new(
            "SELECT table, name FROM system.columns WHERE database = {database:String} AND table IN ({logs:String}, {traces:String})",
            ImmutableDictionary<string, string>.Empty.Add("database", tables.Database).Add("logs", tables.Logs ?? "").Add("traces", tables.Traces ?? ""));

    private string Kinds(string attributes, string text, string sample, string table, string where) =>
        $"""
        WITH {Quote(attributes)}['exception.type'] AS o_class, {Quote(attributes)}['exception.message'] AS o_said, {Quote(attributes)}['exception.stacktrace'] AS o_stack, {text} AS o_text
        SELECT o_class, any(substring(o_text, 1, 2000)) AS o_message, any(substring(o_stack, 1, 16000)) AS o_trace, any(substring({sample}, 1, 16000)) AS o_sample, count() AS o_count, {Moments()},
            groupUniqArrayIf(3)({Quote(columns.Trace)}, {Quote(columns.Trace)} != '') AS o_traces
        FROM {table}
        WHERE {where} AND {Quote(columns.Service)} = {"{service:String}"}
        GROUP BY o_class, if(has({"{generic:Array(String)}"}, lower(o_class)), cityHash64({Masked("concat(substring(o_text, 1, 400), substring(o_stack, 1, 2000))")}), 0)
        ORDER BY o_count DESC
        LIMIT {MostKinds}
        """;

    private string Moments() =>
        $"toUnixTimestamp64Milli(toDateTime64(min({Quote(columns.Time)}), 3)) AS o_first, toUnixTimestamp64Milli(toDateTime64(max({Quote(columns.Time)}), 3)) AS o_last";

    private static string Masked(string text) => $"replaceRegexpAll({text}, '[0-9a-fA-F]{{8,}}|[0-9]+', '<*>')";

    private static ImmutableDictionary<string, string> OfService(string service, DateTimeOffset from, DateTimeOffset to) => Window(from, to).Add("service", service);

    private static ImmutableDictionary<string, string> Window(DateTimeOffset from, DateTimeOffset to) =>
        ImmutableDictionary<string, string>.Empty.Add("from", Milliseconds(from)).Add("to", Milliseconds(to));

    private static string Milliseconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private static string Generic() => $"[{string.Join(',', Fingerprint.GenericClasses.Select(c => $"'{c.ToLowerInvariant()}'"))}]";

    /// <exception cref="ArgumentException">It is not a plain name; the configuration says so before.</exception>
    private static string Quote(string name) =>
        PlainName().IsMatch(name) ? $"`{name}`" : throw new ArgumentException($"{name} is not a name of a table or column", nameof(name));

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_.-]{0,200}$", RegexOptions.CultureInvariant)]
    private static partial Regex PlainName();
}
