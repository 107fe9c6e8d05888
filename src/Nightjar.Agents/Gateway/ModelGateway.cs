using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Policy;

namespace Nightjar.Agents.Gateway;

/// <summary>
/// The only way to the model. Each run gets a Unix socket of its own that serves <c>POST /v1/messages</c> and nothing else; the key
/// is added on this side, and the worst case of each call is reserved before it is made.
/// </summary>
public sealed class ModelGateway(ISpendLedger ledger, GatewayRules rules, IModelAccess access, TimeProvider clock, ILoggerFactory loggers) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Opens the door of one run; closed, with everything that still runs through it, when it is disposed.</summary>
    /// <param name="socket">Where; the folder is the caller's, and nobody else may enter it.</param>
    /// <param name="told">Called after each call, answered or not.</param>
    public async Task<GatewayDoor> OpenAsync(SpendPurpose purpose, string socket, Func<GatewayCall, Task> told, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "nightjar-gateway" });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.AddServerHeader = false;
            k.Limits.MaxRequestBodySize = GatewayDoor.LargestRequest;
            k.Limits.MaxRequestLineSize = 4 * 1024;
            k.Limits.MaxConcurrentConnections = 16;
            k.ListenUnixSocket(socket);
        });
        var app = builder.Build();
        var door = new GatewayDoor(app, new Exchange(http, ledger, rules, access, clock), purpose, told, clock, loggers.CreateLogger<GatewayDoor>());
        app.Run(context => door.TakeAsync(context));
        await app.StartAsync(cancellationToken);
        return door;
    }

    public void Dispose() => http.Dispose();
}
