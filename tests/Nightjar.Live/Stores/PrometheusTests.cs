namespace Nightjar.Live.Stores;

/// <summary>A real Prometheus scrapes a service, a real rule fires, a real Alertmanager tells.</summary>
public sealed class PrometheusTests
{
    [Fact]
    public async Task A_real_alert_opens_an_incident_that_the_error_rate_joins_and_its_end_arrives()
    {
        await using var place = new Place();
        await using var shop = await Counters.StartAsync();
        var (nightjar, alertmanager, prometheus) = (BookShop.FreePort(), BookShop.FreePort(), BookShop.FreePort());
        var config = await WriteAsync(place, shop, nightjar, alertmanager, prometheus);
        await using var am = await Server.StartAsync("prometheus-alertmanager", "prometheus-alertmanager", new Uri($"http://127.0.0.1:{alertmanager}/-/ready"), $"--config.file={place.File("alertmanager.yml")}", $"--storage.path={place.File("alertmanager")}", $"--web.listen-address=127.0.0.1:{alertmanager}", "--cluster.listen-address=");
        await using var prom = await Server.StartAsync("prometheus", "prometheus", new Uri($"http://127.0.0.1:{prometheus}/-/ready"), $"--config.file={place.File("prometheus.yml")}", $"--storage.tsdb.path={place.File("prometheus")}", $"--web.listen-address=127.0.0.1:{prometheus}");

        var program = Program.Start(place, "run", "--config", config);
        await program.SaysAsync("Sign in", TimeSpan.FromSeconds(20));
        var daemon = new Daemon(place, program, new Uri($"http://127.0.0.1:{nightjar}/"));
        await daemon.WaitAsync("the rate to be known", n => n.ToJsonString().Contains("figures of 1 service", StringComparison.Ordinal), "watchers");
        shop.IsBroken = true;
        await daemon.WaitAsync("the alert and the rate in one incident", n => n["incident"]?["fingerprints"]?.AsArray().Count == 2 && n.ToJsonString().Contains("books|alert:HighErrorRate", StringComparison.Ordinal), "incidents/1");
        Assert.Single((await daemon.GetAsync("incidents"))["incidents"]?.AsArray() ?? []);

        var check = await daemon.CliAsync("check", "--config", config);
        Assert.Contains("source prom: Prometheus 2.", check.Out, StringComparison.Ordinal);
        shop.IsBroken = false;
        await daemon.WaitAsync("its end", n => n.ToJsonString().Contains("alert HighErrorRate was resolved at", StringComparison.Ordinal), "incidents/1/timeline");
        Assert.Contains("1 resolved", (await daemon.GetAsync("watchers")).ToJsonString(), StringComparison.Ordinal);

        await File.WriteAllTextAsync(config, (await File.ReadAllTextAsync(config)).Replace("increase(http_requests_total[$window])", "increase(http_requests_total[$window]", StringComparison.Ordinal));
        check = await Program.RunAsync(place, "check", "--config", config);
        Assert.Contains("parse error", check.Out, StringComparison.Ordinal);
    }

    private static async Task<string> WriteAsync(Place place, Counters shop, int nightjar, int alertmanager, int prometheus)
    {
        await File.WriteAllTextAsync(place.File("rules.yml"), """
            groups:
              - name: shop
                rules:
                  - alert: HighErrorRate
                    expr: sum by (service) (increase(http_requests_total{code="500"}[5s])) > 5
                    labels: { severity: critical }
                    annotations: { summary: "half of the requests of {{ $labels.service }} fail" }
            """);
        await File.WriteAllTextAsync(place.File("prometheus.yml"), $$"""
            global: { scrape_interval: 1s, evaluation_interval: 1s }
            rule_files: [{{place.File("rules.yml")}}]
            alerting: { alertmanagers: [{ static_configs: [{ targets: ["127.0.0.1:{{alertmanager}}"] }] }] }
            scrape_configs:
              - job_name: shop
                static_configs: [{ targets: ["{{shop.Address}}"], labels: { service: books } }]
            """);
        await File.WriteAllTextAsync(place.File("alertmanager.yml"), $$"""
            route: { receiver: nightjar, group_by: [alertname, service], group_wait: 0s, group_interval: 1s, repeat_interval: 1h }
            receivers:
              - name: nightjar
                webhook_configs:
                  - url: http://127.0.0.1:{{nightjar}}/hooks/alerts/prod
                    send_resolved: true
                    http_config: { authorization: { type: Bearer, credentials: "the token of this test" } }
            """);
        var config = Path.Combine(place.Work, "nightjar.yaml");
        await File.WriteAllTextAsync(config, $$"""
            state: {{place.State}}
            dashboard: { listen: 127.0.0.1:{{nightjar}} }
            services:
              - name: books
                errorRate: { window: 10s, minVolume: 20 }
            sources:
              - name: prom
                kind: prometheus
                url: http://127.0.0.1:{{prometheus}}
                every: 5s
                delay: 1s
                errors: sum by (service) (increase(http_requests_total{code="500"}[$window]))
                total: sum by (service) (increase(http_requests_total[$window]))
            alerts:
              - name: prod
                kind: alertmanager
                secret: the token of this test
            """);
        return config;
    }
}
