using System.Collections.Immutable;
using Nightjar.Core.Policy;

namespace Nightjar.Connectors;

public enum RateSourceKind
{
    ClickHouse,
    Prometheus,
}

/// <summary>A store of observations that is asked for the error rates of services.</summary>
public sealed record RateSourceOptions
{
    public string Name { get; init; } = "";

    public RateSourceKind Kind { get; init; }

    public Uri Url { get; init; } = new("http://localhost");

    public string? User { get; init; }

    /// <summary>With no user it is sent to Prometheus as a bearer token.</summary>
    public Secret? Password { get; init; }

    /// <summary>How often it is asked.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How far before now each window ends, so that what arrives late is counted all the same.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest wait for one answer; the store is told to stop by then, too.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What the store calls a service, to what we call it; a name that is not here is taken as it is.</summary>
    public ImmutableDictionary<string, string> Services { get; init; } = ImmutableDictionary<string, string>.Empty;

    public ClickHouseTables ClickHouse { get; init; } = new();

    public PrometheusQueries Prometheus { get; init; } = new();
}

/// <summary>Where ClickHouse keeps what the OpenTelemetry collector's exporter writes, or a query of one's own in its place.</summary>
public sealed record ClickHouseTables
{
    public string Database { get; init; } = "default";

    /// <summary>Log records; null when there are none.</summary>
    public string? Logs { get; init; } = "otel_logs";

    /// <summary>Spans; null when there are none, and then log records are counted instead of requests.</summary>
    public string? Traces { get; init; } = "otel_traces";

    public ClickHouseColumns Columns { get; init; } = new();

    /// <summary>
    /// Own SQL instead of those tables: returns <c>service, errors, total</c>, and if it can <c>class, message, sample, trace</c>, one row
    /// for each class of a service. It names the window as <c>{from:DateTime}</c> and <c>{to:DateTime}</c>; without them it tells of the last
    /// <see cref="RateSourceOptions.Every"/> by itself.
    /// </summary>
    public string? Sql { get; init; }
}

/// <summary>Names of columns, as the exporter calls them unless told otherwise.</summary>
public sealed record ClickHouseColumns
{
    public string Time { get; init; } = "Timestamp";

    /// <summary>The column that the log table is partitioned by; the same as <see cref="Time"/> in tables of older exporters.</summary>
    public string LogTime { get; init; } = "TimestampTime";

    public string Service { get; init; } = "ServiceName";

    public string Trace { get; init; } = "TraceId";

    public string Severity { get; init; } = "SeverityNumber";

    public string SeverityText { get; init; } = "SeverityText";

    public string Body { get; init; } = "Body";

    public string LogAttributes { get; init; } = "LogAttributes";

    public string SpanKind { get; init; } = "SpanKind";

    public string Status { get; init; } = "StatusCode";

    /// <summary>The nested column of a span's events.</summary>
    public string Events { get; init; } = "Events";

    internal IEnumerable<string> OfLogs => [Time, LogTime, Service, Trace, Severity, SeverityText, Body, LogAttributes];

    internal IEnumerable<string> OfTraces => [Time, Service, Trace, SpanKind, Status, $"{Events}.Name", $"{Events}.Attributes"];
}

/// <summary>What Prometheus is asked. <c>$window</c> in a query is the length of the window, such as <c>60s</c>.</summary>
public sealed record PrometheusQueries
{
    public const string Window = "$window";

    /// <summary>Failures in the window, one series for each service (or for each service and class).</summary>
    public string? Errors { get; init; }

    /// <summary>Share of failures, 0 to 1, instead of <see cref="Errors"/>.</summary>
    public string? Rate { get; init; }

    /// <summary>All requests in the window.</summary>
    public string Total { get; init; } = "";

    /// <summary>True when <see cref="Errors"/> and <see cref="Total"/> are rates a second (a recorded <c>rate()</c>, say), not counts.</summary>
    public bool PerSecond { get; init; }

    /// <summary>The label that names the service.</summary>
    public string Label { get; init; } = "service";

    /// <summary>The label of <see cref="Errors"/> that names the class of an error; null when none does.</summary>
    public string? ClassLabel { get; init; }
}
