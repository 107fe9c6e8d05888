using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Nightjar.Live.Stores;

/// <summary>A service with a real PostgreSQL behind it: connections that are used up, and a server that crashed, are two different troubles.</summary>
public sealed class PostgresTests : IAsyncDisposable
{
    private readonly Place place = new();
    private readonly CancellationTokenSource stop = new();
    private Task serving = Task.CompletedTask;

    [Fact]
    public async Task Connections_that_are_used_up_are_reset_and_proven_and_a_crash_is_another_trouble()
    {
        await using var postgres = await Postgres.StartAsync();
        await using var pool = await PoolAsync(postgres);
        var daemon = await RunAsync(postgres, pool);

        await postgres.UseUpAsync();
        var incident = await daemon.IncidentAsync("resolved");
        Assert.Equal(("healed", "ledger", 1), ((string?)incident["outcome"], (string?)incident["service"], incident["tried"]?.AsArray().Count));
        Assert.Equal(("reset-connections", "reset-connections of ledger", "verified"), ((string?)incident["tried"]?[0]?["playbook"], (string?)incident["tried"]?[0]?["label"], (string?)incident["tried"]?[0]?["end"]));
        Assert.Contains("connection", (string?)incident["title"], StringComparison.Ordinal);
        Assert.Equal(0, (await postgres.AskAsync("app", "SELECT 1")).Code);

        postgres.Crash();
        var crash = await daemon.WaitAsync("the crash", n => n["incident"]?["finding"] is not null, "incidents/2");
        Assert.Contains("Connection refused", crash.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("connection slots", crash["incident"]?["fingerprints"]?.ToJsonString() ?? "", StringComparison.Ordinal);
        Assert.NotEqual((string?)incident["fingerprint"], (string?)crash["incident"]?["fingerprint"]);
        Assert.Empty(crash["incident"]?["tried"]?.AsArray() ?? []);
        var counted = await MonitorAsync(daemon);
        Assert.DoesNotContain("database-connections", counted, StringComparison.Ordinal);
        Assert.Equal(2, (await daemon.GetAsync("incidents"))["incidents"]?.AsArray().Count);
    }

    [Fact]
    public async Task Connections_that_stay_used_up_go_to_investigation_at_five()
    {
        await using var postgres = await Postgres.StartAsync();
        await using var pool = await PoolAsync(postgres, helps: false);
        var daemon = await RunAsync(postgres, pool);
        await postgres.UseUpAsync();
        var incident = await daemon.WaitAsync("an investigation", n => n["incident"]?["finding"] is not null, "incidents/1");
        Assert.Contains("database-connections was seen 5 times within 10 minutes: it goes to investigation", $"{await daemon.GetAsync("incidents/1/timeline")}", StringComparison.Ordinal);
        Assert.Equal("ineffective", (string?)incident["incident"]?["tried"]?[0]?["end"]);
        Assert.Single((await daemon.GetAsync("incidents"))["incidents"]?.AsArray() ?? []);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await place.DisposeAsync();
        stop.Dispose();
    }

    /// <summary>What the service would do to its own connections when it is asked to reset them.</summary>
    private static async Task<WebApplication> PoolAsync(Postgres postgres, bool helps = true)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        server.MapGet("/health", () => "well");
        server.MapPost("/pool/reset", async () =>
        {
            if (helps)
            {
                await postgres.ReleaseAsync();
            }

            return Results.Ok();
        });
        await server.StartAsync();
        return server;
    }

    private async Task<Daemon> RunAsync(Postgres postgres, WebApplication pool)
    {
        var (log, config, port, own) = (place.File("ledger.log"), place.File("nightjar.yaml"), BookShop.FreePort(), pool.Urls.Single());
        await File.WriteAllTextAsync(config, $$"""
            state: {{place.State}}
            mode: autonomous
            dashboard: { listen: 127.0.0.1:{{port}} }
            services:
              - name: ledger
                logs: {{log}}
                probes: [{ name: health, url: {{own}}/health, every: 1s }]
                errorRate: { minVolume: 100000 }
                remedies: [{ name: reset-connections, call: {{own}}/pool/reset }]
            """);
        serving = ServeAsync(postgres, log);
        var program = Program.Start(place, "run", "--config", config);
        await program.SaysAsync("Sign in", TimeSpan.FromSeconds(20));
        return new Daemon(place, program, new Uri($"http://127.0.0.1:{port}/"));
    }

    /// <summary>The service: asks its database something, and logs what it is answered, in the client's own words.</summary>
    private async Task ServeAsync(Postgres postgres, string log)
    {
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(2));
        do
        {
            var (code, says) = await postgres.AskAsync("app", "SELECT 1");
            var line = code == 0 ? "INFO booked" : $"ERROR could not book: {says.ReplaceLineEndings(" ")}";
            await File.AppendAllTextAsync(log, string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {line}\n"));
        }
        while (await pace.WaitForNextTickAsync(stop.Token));
    }

    private static async Task<string> MonitorAsync(Daemon daemon)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new("Bearer", daemon.Token);
        return JsonNode.Parse(await http.GetStringAsync(new Uri(daemon.Address, "api/monitor/status")))?.ToJsonString() ?? "";
    }
}
