using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Nightjar.Live.Stores;

/// <summary>A service that serves ten requests a second of its own, as far as its counters say; half of them fail while it is broken.</summary>
internal sealed class Counters : IAsyncDisposable
{
    private readonly WebApplication server;
    private readonly Lock gate = new();
    private long since = TimeProvider.System.GetTimestamp();
    private double well = 1_000;
    private double failed = 1;

    private Counters(WebApplication server) => this.server = server;

    public bool IsBroken
    {
        get;
        set
        {
            Count();
            field = value;
        }
    }

    public string Address => new Uri(server.Urls.Single()).Authority;

    public static async Task<Counters> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var counters = new Counters(server);
        server.MapGet("/metrics", () => Results.Text(counters.Count()));
        await server.StartAsync();
        return counters;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private string Count()
    {
        lock (gate)
        {
            var served = TimeProvider.System.GetElapsedTime(since).TotalSeconds * 10;
            since = TimeProvider.System.GetTimestamp();
            well += IsBroken ? served / 2 : served;
            failed += IsBroken ? served / 2 : 0;
            return string.Create(CultureInfo.InvariantCulture, $"# TYPE http_requests_total counter\nhttp_requests_total{{code=\"200\"}} {well}\nhttp_requests_total{{code=\"500\"}} {failed}\n");
        }
    }
}
