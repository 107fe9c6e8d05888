using Nightjar.Connectors;
using Nightjar.Connectors.Alerts;
using static Nightjar.Configuration.Shapes;

namespace Nightjar.Configuration;

/// <summary>The keys of what is asked for error rates, and of who may send alerts.</summary>
internal static class SourceKeys
{
    /// <summary>What a table or a column may be called; the rooms quote it besides.</summary>
    private const string PlainName = "^[A-Za-z_][A-Za-z0-9_-]{0,100}$";

    private static readonly Scalar<string> Name = Text("a name", longest: 100);

    private static readonly Scalar<string> Column = Signature("a name of letters, digits and _", PlainName);

    private static readonly Scalar<string> Table = Signature("the name of a table, or off", PlainName);

    private static readonly Scalar<string> Query = Text("a query", longest: 20_000);

    private static readonly MapOf Renamed = new("names there, each with a service's name here", Name);

    private static readonly Section<ClickHouseColumns> Columns =
        new Section<ClickHouseColumns>("{time, service, …}", "Columns that are called otherwise than by the OpenTelemetry exporter.", new ClickHouseColumns())
            .Key("time", "When it happened.", Column, o => o.Time, (o, v) => o with { Time = v })
            .Key("logTime", "The column that the log table is partitioned by; the same as time in tables of older exporters.", Column, o => o.LogTime, (o, v) => o with { LogTime = v })
            .Key("service", "Which service.", Column, o => o.Service, (o, v) => o with { Service = v })
            .Key("trace", "The trace's id.", Column, o => o.Trace, (o, v) => o with { Trace = v })
            .Key("severity", "The severity's number; from 17 on it is an error.", Column, o => o.Severity, (o, v) => o with { Severity = v })
            .Key("severityText", "The severity's word, where the number is 0.", Column, o => o.SeverityText, (o, v) => o with { SeverityText = v })
            .Key("body", "What was logged.", Column, o => o.Body, (o, v) => o with { Body = v })
            .Key("logAttributes", "The map with exception.type, exception.message and exception.stacktrace.", Column, o => o.LogAttributes, (o, v) => o with { LogAttributes = v })
            .Key("spanKind", "The kind of a span; Server and Consumer are requests.", Column, o => o.SpanKind, (o, v) => o with { SpanKind = v })
            .Key("status", "The status of a span; Error is a failure.", Column, o => o.Status, (o, v) => o with { Status = v })
            .Key("events", "The nested column of a span's events.", Column, o => o.Events, (o, v) => o with { Events = v });

    public static readonly Section<RateSourceOptions> Source =
        new Section<RateSourceOptions>("{name, kind, url, …}", "A store that is asked for error rates.", new RateSourceOptions())
            .Key("name", "What it is called here.", Name, o => o.Name, (o, v) => o with { Name = v }, required: true)
            .Key("kind", "What it is.", Choice(new Dictionary<string, RateSourceKind> { ["clickhouse"] = RateSourceKind.ClickHouse, ["prometheus"] = RateSourceKind.Prometheus }), o => o.Kind, (o, v) => o with { Kind = v }, required: true)
            .Key("url", "Where it answers HTTP: http://clickhouse:8123, http://prometheus:9090.", Url(), o => o.Url, (o, v) => o with { Url = v }, required: true)
            .Key("user", "Who asks.", Name, o => o.User, (o, v) => o with { User = v })
            .Key("password", "The user's password; with no user, the bearer token that Prometheus is shown.", SecretText(), o => o.Password is { File: null } ? o.Password : null, (o, v) => o with { Password = v })
            .Key("passwordFile", "A file that holds the password.", SecretFile(), o => o.Password is { File: not null } ? o.Password : null, (o, v) => o with { Password = v })
            .Key("every", "How often it is asked.", Duration("5s", "1d"), o => o.Every, (o, v) => o with { Every = v })
            .Key("delay", "How far before now a window ends, so that what arrives late is counted.", Duration("0s", "1h"), o => o.Delay, (o, v) => o with { Delay = v })
            .Key("timeout", "Longest wait for one answer.", Duration("1s", "5m"), o => o.Timeout, (o, v) => o with { Timeout = v })
            .Key("services", "What it calls services, where that is another name than here.", Renamed, o => o.Services, (o, v) => o with { Services = v })
            .Key("database", "ClickHouse: the database.", Column, o => o.Kind == RateSourceKind.ClickHouse ? o.ClickHouse.Database : null, (o, v) => o with { ClickHouse = o.ClickHouse with { Database = v } })
            .Key("logs", "ClickHouse: the table of log records, or off.", Table, o => Shows(o) ? o.ClickHouse.Logs ?? "off" : null, (o, v) => o with { ClickHouse = o.ClickHouse with { Logs = v == "off" ? null : v } })
            .Key("traces", "ClickHouse: the table of spans, or off; then log lines are counted instead of requests.", Table, o => Shows(o) ? o.ClickHouse.Traces ?? "off" : null, (o, v) => o with { ClickHouse = o.ClickHouse with { Traces = v == "off" ? null : v } })
            .Key("columns", "ClickHouse: columns that are called otherwise.", Columns, o => Shows(o) ? o.ClickHouse.Columns : null, (o, v) => o with { ClickHouse = o.ClickHouse with { Columns = v } })
            .Key("sql", "ClickHouse: own SQL that returns service, errors, total, and if it can class, message, sample, trace; the window is {from:DateTime} and {to:DateTime}.", Query, o => o.ClickHouse.Sql, (o, v) => o with { ClickHouse = o.ClickHouse with { Sql = v } })
            .Key("errors", "Prometheus: failures in the window, such as sum by (service) (increase(http_requests_total{code=~\"5..\"}[$window])).", Query, o => o.Prometheus.Errors, (o, v) => o with { Prometheus = o.Prometheus with { Errors = v } })
            .Key("rate", "Prometheus: the share of failures, 0 to 1, instead of errors.", Query, o => o.Prometheus.Rate, (o, v) => o with { Prometheus = o.Prometheus with { Rate = v } })
            .Key("total", "Prometheus: all requests in the window.", Query, o => o.Prometheus.Total.Length > 0 ? o.Prometheus.Total : null, (o, v) => o with { Prometheus = o.Prometheus with { Total = v } })
            .Key("perSecond", "Prometheus: whether errors and total are rates a second instead of counts.", Switch(), o => o.Kind == RateSourceKind.Prometheus ? o.Prometheus.PerSecond : null, (o, v) => o with { Prometheus = o.Prometheus with { PerSecond = v } })
            .Key("label", "Prometheus: the label that names the service.", Name, o => o.Kind == RateSourceKind.Prometheus ? o.Prometheus.Label : null, (o, v) => o with { Prometheus = o.Prometheus with { Label = v } })
            .Key("classLabel", "Prometheus: the label of errors that names the class of an error.", Name, o => o.Prometheus.ClassLabel, (o, v) => o with { Prometheus = o.Prometheus with { ClassLabel = v } });

    public static readonly Section<AlertReceiverOptions> Receiver =
        new Section<AlertReceiverOptions>("{name, kind, secret, …}", "Another alerting system that sends to /hooks/alerts/<name>.", new AlertReceiverOptions())
            .Key("name", "The last part of the address that it sends to.", Signature("a name of letters, digits, _ and -", "^[A-Za-z0-9_-]{1,60}$"), o => o.Name, (o, v) => o with { Name = v }, required: true)
            .Key("kind", "Whose form the alerts have; json is {alert, service, status, message}.", Choice(new Dictionary<string, AlertKind> { ["alertmanager"] = AlertKind.Alertmanager, ["grafana"] = AlertKind.Grafana, ["pagerduty"] = AlertKind.PagerDuty, ["json"] = AlertKind.Json }), o => o.Kind, (o, v) => o with { Kind = v }, required: true)
            .Key("secret", "What it must show: a bearer token, the password of user, or the key that PagerDuty signs with.", SecretText(), o => o.Secret.File is null ? o.Secret : null, (o, v) => o with { Secret = v })
            .Key("secretFile", "A file that holds the secret.", SecretFile(), o => o.Secret.File is not null ? o.Secret : null, (o, v) => o with { Secret = v })
            .Key("user", "Its name for basic authentication; a bearer token when absent.", Name, o => o.User, (o, v) => o with { User = v })
            .Key("labels", "Labels that name the service; the first that leads to one counts.", new ListOf<string>("a list of labels", Name, orOne: true, fewest: 1), o => o.Labels, (o, v) => o with { Labels = v })
            .Key("services", "Values of those labels, where a service has another name here.", Renamed, o => o.Services, (o, v) => o with { Services = v })
            .Key("otherwise", "The service that all other alerts are about; without it they are told as unknown and open nothing.", Name, o => o.Otherwise, (o, v) => o with { Otherwise = v });

    private static bool Shows(RateSourceOptions source) => source is { Kind: RateSourceKind.ClickHouse, ClickHouse.Sql: null };
}
