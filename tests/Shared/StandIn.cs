using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Nightjar.Testing;

/// <summary>What a stand-in was asked: the values of query and form.</summary>
public sealed record Asked(string Path, IReadOnlyDictionary<string, string> Values, IReadOnlyDictionary<string, string> Headers)
{
    public string this[string name] => Values.GetValueOrDefault(name, "");
}

/// <summary>A real HTTP server on a port of its own, whose answers the test chooses.</summary>
public sealed class StandIn : IAsyncDisposable
{
    private readonly WebApplication server;

    private StandIn(WebApplication server) => this.server = server;

    public Func<Asked, (int Status, string Body)> Answer { get; set; } = _ => (200, "");

    /// <summary>Answers wait for it.</summary>
    public Task Holds { get; set; } = Task.CompletedTask;

    public ConcurrentQueue<Asked> Questions { get; } = new();

    public Uri Url => new(server.Urls.Single());

    public static async Task<StandIn> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var standIn = new StandIn(server);
        server.Run(standIn.AnswerAsync);
        await server.StartAsync();
        return standIn;
    }

    public async ValueTask DisposeAsync()
    {
        await server.StopAsync(new CancellationToken(true));
        await server.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        var values = http.Request.Query.ToDictionary(q => q.Key, q => q.Value.ToString());
        if (http.Request.HasFormContentType)
        {
            foreach (var (name, value) in await http.Request.ReadFormAsync())
            {
                values[name] = value.ToString();
            }
        }

        var asked = new Asked(http.Request.Path, values, http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        Questions.Enqueue(asked);
        await Holds;
        var (status, body) = Answer(asked);
        http.Response.StatusCode = status;
        await http.Response.WriteAsync(body);
    }
}
