using Nightjar.Configuration;
using Nightjar.Connectors;

namespace Nightjar.Tests.Configuration;

public sealed class SourceTests
{
    private const string Prometheus = "{name: p, kind: prometheus, url: 'http://p:9090', ";

    /// <summary>What stands in the lists of sources and receivers, and the one fault that it gets.</summary>
    public static TheoryData<string, string> Faults => new()
    {
        { $"sources: [{Prometheus}errors: 'e[$window]'}}]", "sources[0]: the key total is missing; it takes a query of all requests in the window" },
        { $"sources: [{Prometheus}total: 't[$window]'}}]", "sources[0]: takes errors or rate; give one" },
        { $"sources: [{Prometheus}total: 't[$window]', errors: 'e[$window]', rate: r}}]", "sources[0]: has both errors and rate; give one" },
        { $"sources: [{Prometheus}total: 't[5m]', rate: r}}]", "sources[0].total: does not say $window, so it cannot tell of the window that is asked for; write increase(…[$window]), or perSecond: on when it gives a rate a second" },
        { $"sources: [{Prometheus}total: 't[$window]', rate: r, classLabel: c}}]", "sources[0].classLabel: is not used: there is no query errors" },
        { $"sources: [{Prometheus}total: 't[$window]', rate: r, sql: 'SELECT 1'}}]", "sources[0].sql: is not used: a source of kind prometheus has no such thing" },
        { "sources: [{name: c, kind: clickhouse, url: 'http://c:8123', label: app}]", "sources[0].label: is not used: a source of kind clickhouse has no such thing" },
        { "sources: [{name: c, kind: clickhouse, url: 'http://c:8123', logs: off, traces: off}]", "sources[0].traces: is off, and so is logs: there is nothing to ask for" },
        { "sources: [{name: c, kind: clickhouse, url: 'http://c:8123', sql: 'SELECT 1', logs: l}]", "sources[0].logs: is not used: there is sql" },
        { "sources: [{name: c, kind: clickhouse, url: 'http://c:8123', sql: 'SELECT {from:DateTime}'}]", "sources[0].sql: names one end of the window; write both {from:DateTime} and {to:DateTime}, or neither" },
        { "sources: [{name: c, kind: clickhouse, url: 'http://c:8123', logs: 'a`; DROP'}]", "sources[0].logs: \"a`; DROP\" is not the name of a table, or off" },
        { "sources: [{name: c, kind: clickhouse, url: 'http://u:hunter2@c:8123'}]", "sources[0].url: holds more than an address; user and password have keys of their own" },
        { "sources: [{name: c, kind: clickhouse, url: 'http://c:8123', services: {a: shopp}}]", "sources[0].services.a: there is no service shopp; did you mean shop?" },
        { "sources: [{name: logs, kind: clickhouse, url: 'http://c:8123'}]", "sources[0].name: is what the services' own log files are called; take another name" },
        { "sources: [{name: c, kind: clickhouse, url: 'http://c:8123', passwordFile: /no/such/file}]", "sources[0].passwordFile: /no/such/file cannot be read: Could not find a part of the path '/no/such/file'." },
        { "sources: [{name: c, kind: clickhouse, url: 'http://c:8123'}, {name: c, kind: clickhouse, url: 'http://d:8123'}]", "sources[1].name: c is the name of another already" },
        { "alerts: [{name: prod, kind: alertmanager}]", "alerts[0]: has no secret, so anybody could send alerts; give secret or secretFile" },
        { "alerts: [{name: prod, kind: alertmanager, secret: ' '}]", "alerts[0].secret: \" \" is empty" },
        { "alerts: [{name: prod, kind: pagerduty, secret: s, user: u}]", "alerts[0].user: is not used: PagerDuty signs what it sends" },
        { "alerts: [{name: 'a/b', kind: json, secret: s}]", "alerts[0].name: a/b is not a name of letters, digits, _ and -" },
        { "alerts: [{name: a, kind: json, secret: s, otherwise: shopp}]", "alerts[0].otherwise: there is no service shopp; did you mean shop?" },
        { "alerts: [{name: a, kind: json, secret: s}, {name: a, kind: json, secret: s}]", "alerts[1].name: a is the name of another already" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_of_a_source_or_a_receiver_has_its_place_and_its_reason(string keys, string fault) =>
        Assert.EndsWith($": {fault}", Assert.Single(Yaml.Faults($"{Yaml.OneService}{keys}\n")), StringComparison.Ordinal);

    [Fact]
    public void A_service_whose_source_is_not_there_is_a_fault() =>
        Assert.Contains("services[0].errorRate.source: there is no source prom", Assert.Single(Yaml.Faults("services: [{name: shop, logs: a, errorRate: {source: prom}}]\n")), StringComparison.Ordinal);

    [Fact]
    public void Defaults_are_a_minute_a_delay_and_the_exporter_s_tables()
    {
        var source = Yaml.Options($"{Yaml.OneService}sources: [{{name: c, kind: clickhouse, url: 'http://c:8123'}}]\n").Sources.Single();
        Assert.Equal((TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(15), "otel_logs", "otel_traces"), (source.Every, source.Delay, source.ClickHouse.Logs, source.ClickHouse.Traces));
        Assert.Equal(RateSourceKind.ClickHouse, source.Kind);
    }

    [Fact]
    public void Secrets_are_neither_shown_nor_said()
    {
        var read = Yaml.Read($"{Yaml.OneService}sources: [{Prometheus}total: 't[$window]', rate: r, password: hunter2}}]\nalerts: [{{name: a, kind: json, secret: hunter2}}]\n");
        Assert.DoesNotContain("hunter2", EffectiveConfiguration.Write(read), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", $"{read.Options?.Sources.Single()} {read.Options?.Alerts.Single()}", StringComparison.Ordinal);
        Assert.Equal("hunter2", read.Options?.Alerts.Single().Secret.Reveal());
    }
}
