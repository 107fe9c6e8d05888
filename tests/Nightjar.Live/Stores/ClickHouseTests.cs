using System.Globalization;

namespace Nightjar.Live.Stores;

/// <summary>
/// Own SQL against the real server that Debian ships (18.16). It has neither <c>Map</c> nor <c>DateTime64</c> nor parameters in queries, so
/// OpenTelemetry's tables are asked of a stand-in elsewhere, and the SQL here names no window.
/// </summary>
public sealed class ClickHouseTests
{
    private const string Sql = "SELECT service, class, count() AS errors, any(all) AS total, any(line) AS sample FROM seen ANY LEFT JOIN (SELECT service, count() AS all FROM seen WHERE at > now() - 300 GROUP BY service) USING service WHERE at > now() - 300 AND class != '' GROUP BY service, class";

    [Fact]
    public async Task Two_bugs_in_a_real_table_are_two_incidents_and_a_reader_may_change_nothing()
    {
        await using var place = new Place();
        var (port, config) = (BookShop.FreePort(), Path.Combine(place.Work, "nightjar.yaml"));
        await using var server = await StartAsync(place, port);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
        await DoAsync(http, "CREATE TABLE seen (at DateTime, service String, class String, line String) ENGINE = Memory");
        await DoAsync(http, "INSERT INTO seen SELECT now(), 'books', multiIf(number % 5 = 0, 'MissingDiscountError', number % 5 = 1, 'StockMismatchError', ''), concat('line ', toString(number)) FROM system.numbers LIMIT 200");
        await File.WriteAllTextAsync(config, Config(place, port, Sql));

        var daemon = await RunAsync(place, config);
        var open = await daemon.WaitAsync("two incidents", n => n["incidents"]?.AsArray().Count == 2, "incidents");
        var text = open.ToJsonString();
        Assert.Contains("\"title\":\"books elevated error rate (40%)\"", text, StringComparison.Ordinal);
        foreach (var errorClass in new[] { "MissingDiscountError", "StockMismatchError" })
        {
            Assert.Contains(errorClass, text, StringComparison.Ordinal);
        }

        var check = await daemon.CliAsync("check", "--config", config);
        Assert.Contains("source telemetry: ClickHouse 18.16", check.Out, StringComparison.Ordinal);

        await File.WriteAllTextAsync(config, Config(place, port, "DROP TABLE seen"));
        check = await Program.RunAsync(place, "check", "--config", config);
        Assert.Contains("FAIL  source telemetry: ", check.Out, StringComparison.Ordinal);
        Assert.Contains("readonly mode", check.Out, StringComparison.Ordinal);
        await File.WriteAllTextAsync(config, Config(place, port, "SELECT service FROM sean"));
        check = await Program.RunAsync(place, "check", "--config", config);
        Assert.Contains("doesn't exist", check.Out, StringComparison.Ordinal);
        Assert.Equal("200", (await DoAsync(http, "SELECT count() FROM seen")).Trim());
        Assert.DoesNotContain("hunter2", daemon.Program.Out + daemon.Program.Error + check.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_goes_away_is_told_and_asked_again_until_it_is_back()
    {
        await using var place = new Place();
        var (port, config) = (BookShop.FreePort(), Path.Combine(place.Work, "nightjar.yaml"));
        await File.WriteAllTextAsync(config, Config(place, port, "SELECT 'books' AS service, 1 AS errors, 200 AS total"));
        var server = await StartAsync(place, port);
        try
        {
            var daemon = await RunAsync(place, config);
            await daemon.WaitAsync("figures", n => n.ToJsonString().Contains("figures of 1 service", StringComparison.Ordinal), "watchers");
            await server.DisposeAsync();
            await daemon.WaitAsync("it to be missed", n => n.ToJsonString().Contains("connection refused", StringComparison.Ordinal), "watchers");
            server = await StartAsync(place, port);
            await daemon.WaitAsync("figures again", n => n.ToJsonString().Contains("figures of 1 service", StringComparison.Ordinal), "watchers");
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task One_look_at_a_store_that_is_not_there_is_not_a_sign_that_all_is_well()
    {
        await using var place = new Place();
        var config = Path.Combine(place.Work, "nightjar.yaml");
        await File.WriteAllTextAsync(config, Config(place, BookShop.FreePort(), "SELECT 1"));
        var once = await Program.RunAsync(place, "once", "--config", config);
        Assert.Equal(2, once.Code);
        Assert.Contains("not everything could be looked at", once.Out, StringComparison.Ordinal);
        Assert.Contains("connection refused", once.Error, StringComparison.Ordinal);
    }

    private static async Task<Daemon> RunAsync(Place place, string config)
    {
        var program = Program.Start(place, "run", "--config", config);
        var line = await program.SaysAsync("Sign in", TimeSpan.FromSeconds(20));
        var at = line.IndexOf("http://", StringComparison.Ordinal);
        return new Daemon(place, program, new Uri(new Uri(line[at..].Split(' ')[0]).GetLeftPart(UriPartial.Authority)));
    }

    private static string Config(Place place, int port, string sql) =>
        $$"""
        state: {{place.State}}
        dashboard: { listen: 127.0.0.1:0 }
        services:
          - name: books
        sources:
          - name: telemetry
            kind: clickhouse
            url: http://127.0.0.1:{{port}}
            user: reader
            password: hunter2
            every: 5s
            delay: 0s
            sql: "{{sql}}"
        """;

    private static async Task<Server> StartAsync(Place place, int port)
    {
        var data = Directory.CreateDirectory(place.File("clickhouse")).FullName;
        var config = Path.Combine(data, "config.xml");
        await File.WriteAllTextAsync(config, string.Create(CultureInfo.InvariantCulture, $"<yandex><logger><level>warning</level><console>1</console></logger><http_port>{port}</http_port><listen_host>127.0.0.1</listen_host><path>{data}/</path><tmp_path>{data}/tmp/</tmp_path><users_config>users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database><mark_cache_size>67108864</mark_cache_size></yandex>"));
        await File.WriteAllTextAsync(Path.Combine(data, "users.xml"), "<yandex><profiles><default></default></profiles><users><default><password></password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota></default><reader><password>hunter2</password><networks><ip>::/0</ip></networks><profile>default</profile><quota>default</quota></reader></users><quotas><default></default></quotas></yandex>");
        return await Server.StartAsync("clickhouse-server", "clickhouse-server", new Uri($"http://127.0.0.1:{port}/ping"), $"--config-file={config}");
    }

    private static async Task<string> DoAsync(HttpClient http, string sql)
    {
        using var answer = await http.PostAsync("", new StringContent(sql));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return text;
    }
}
