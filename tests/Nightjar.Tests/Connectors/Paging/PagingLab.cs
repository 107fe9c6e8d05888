using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Connectors.Paging;
using Nightjar.Core.Announcements;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Connectors.Paging;

internal sealed record Posted(string Method, string Address, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonNode Json => JsonNode.Parse(Body) ?? throw new InvalidOperationException("not JSON");
}

/// <summary>A server on loopback that keeps what is posted to it, and one channel that posts there.</summary>
internal sealed class PagingLab : IAsyncDisposable
{
    public static readonly Secret Key = new("the-routing-key-0123456789");

    private readonly WebApplication server;
    private PagingRoom? room;

    private PagingLab(WebApplication server) => this.server = server;

    public int Status { get; set; } = 202;

    public ConcurrentQueue<Posted> All { get; } = [];

    public Uri Url => new(server.Urls.Single());

    public static PageNotice Notice(PageAct act = PageAct.Trigger, string title = "#12 needs you: shop fails", int time = 1) => new(
        act,
        new PageWish("nightjar-6e14cf73-12-tell-NeedsHuman-4", new IncidentId(12), new ServiceName("shop"), "question", Severity.Critical, title, "Shall it go on?", "https://nightjar.example.org/incidents/12"),
        new DateTimeOffset(2026, 5, 19, 21, 0, 0, TimeSpan.Zero), time, act == PageAct.Trigger ? "" : "ann");

    public static async Task<PagingLab> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var lab = new PagingLab(server);
        server.Run(lab.TakeAsync);
        await server.StartAsync();
        return lab;
    }

    public IPageChannel Channel(PageStepKind kind, Uri? url = null) => Channel(new PageStepOptions { Kind = kind, Key = Key, Url = url ?? Url }, new MailOptions());

    public IPageChannel Channel(PageStepOptions step, MailOptions mail)
    {
        room?.Dispose();
        room = new PagingRoom([new PageRouteOptions { Name = "r", Steps = [step] }], mail, isSilent: false, NullLogger<ConsoleChannel>.Instance);
        return room.Routes[0].Steps[0];
    }

    public async ValueTask DisposeAsync()
    {
        room?.Dispose();
        await server.StopAsync(new CancellationToken(true));
        await server.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        All.Enqueue(new Posted(http.Request.Method, $"{http.Request.Path}{http.Request.QueryString}", await reader.ReadToEndAsync(), http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
        http.Response.StatusCode = Status;
        await http.Response.WriteAsync("""{"status":"success"}""");
    }
}
