using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Nightjar.Demo;

/// <summary>The payments service that the shop asks: approves every charge until it is told to refuse them all with 503.</summary>
internal sealed class PaymentsStub : IAsyncDisposable
{
    private readonly WebApplication server;
    private readonly TimeProvider clock;
    private long refusesFromTicks = long.MaxValue;

    private PaymentsStub(WebApplication server, TimeProvider clock)
    {
        this.server = server;
        this.clock = clock;
    }

    public Uri Url => new(server.Urls.Single() + "/");

    public bool Refuses => clock.GetUtcNow().UtcTicks >= Volatile.Read(ref refusesFromTicks);

    public static async Task<PaymentsStub> StartAsync(TimeProvider clock, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSingleton<IHostLifetime, DeafLifetime>();
        var stub = new PaymentsStub(builder.Build(), clock);
        stub.server.Run(stub.AnswerAsync);
        await stub.server.StartAsync(cancellationToken);
        return stub;
    }

    /// <summary>From this long after now on, every charge is refused.</summary>
    public void RefuseAfter(TimeSpan delay) => Volatile.Write(ref refusesFromTicks, (clock.GetUtcNow() + delay).UtcTicks);

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        context.Response.StatusCode = Refuses ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        return context.Response.WriteAsync(Refuses ? "maintenance" : "approved", context.RequestAborted);
    }

    /// <summary>Keeps this small server from answering Ctrl-C for the whole program.</summary>
    private sealed class DeafLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
