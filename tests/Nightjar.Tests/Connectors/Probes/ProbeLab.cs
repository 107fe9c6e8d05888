using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Connectors.Probes;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Testing;

namespace Nightjar.Tests.Connectors.Probes;

/// <summary>A real server on a port of its own, whose answer the test chooses.</summary>
internal sealed class ProbeLab : ISignalDoor, IAsyncDisposable
{
    private readonly WebApplication server;

    private ProbeLab(WebApplication server) => this.server = server;

    public RequestDelegate Answer { get; set; } = context => context.Response.WriteAsync("all is well");

    public Channel<string> Asked { get; } = Channel.CreateUnbounded<string>();

    public Channel<Signal> Signals { get; } = Channel.CreateUnbounded<Signal>();

    public ConcurrentQueue<Exception> Refusals { get; } = new();

    public FakeClock Clock { get; } = new(new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.Zero));

    public Nightjar.Connectors.Web Web { get; } = new();

    public Uri Url { get; private set; } = new("http://localhost");

    public static async Task<ProbeLab> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        var lab = new ProbeLab(server);
        server.Run(async context =>
        {
            await lab.Answer(context);
            lab.Asked.Writer.TryWrite(context.Request.Path);
        });
        await server.StartAsync();
        lab.Url = new Uri(new Uri(server.Urls.Single()), "/health");
        return lab;
    }

    public static RequestDelegate Status(int status) => context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    public HttpProbe Probe(Func<HttpProbe, HttpProbe>? change = null)
    {
        var probe = new HttpProbe("health", Url) { Timeout = TimeSpan.FromSeconds(20) };
        return change is null ? probe : change(probe);
    }

    public ProbeWatcher Watcher(params HttpProbe[] probes) =>
        new(new Catalogue([new Service { Name = new ServiceName("shop"), Probes = [.. probes] }]), this, Web, () => 0, Clock, NullLogger.Instance);

    public ValueTask AcceptAsync(Signal signal, CancellationToken cancellationToken)
    {
        if (Refusals.TryDequeue(out var refusal))
        {
            Signals.Writer.TryWrite(signal with { Message = "refused" });
            throw refusal;
        }

        Signals.Writer.TryWrite(signal);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await server.StopAsync(new CancellationToken(true));
        await server.DisposeAsync();
        Web.Dispose();
    }
}
