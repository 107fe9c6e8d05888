using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nightjar.Configuration;
using Nightjar.Connectors.Docker;
using Nightjar.Connectors.GitHub;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Storage.Sqlite;
using Nightjar.Web;

namespace Nightjar.Hosting;

/// <summary>The daemon: the store, the loop, the watchers and the dashboard in one process. Tests start it as the program does.</summary>
internal sealed class NightjarDaemon : IAsyncDisposable
{
    /// <summary>Longest wait for running work when it stops; what is cut off is found again at the next start.</summary>
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(20);

    private readonly WebApplication app;
    private readonly SqliteStore store;

    private NightjarDaemon(WebApplication app, SqliteStore store, Uri address)
    {
        this.app = app;
        this.store = store;
        Address = address;
    }

    /// <summary>Where dashboard and API answer.</summary>
    public Uri Address { get; }

    public IServiceProvider Parts => app.Services;

    /// <summary>Opens the store and starts everything; the port may be 0 to have one chosen.</summary>
    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<NightjarDaemon> StartAsync(NightjarOptions options, Seams seams, Action<ILoggingBuilder> logging, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.State);
        var store = await SqliteStore.OpenAsync(StateFiles.Store(options.State), seams.Clock, cancellationToken);
        try
        {
            var app = Build(options, store, seams, logging);
            await app.StartAsync(cancellationToken);
            var address = Reachable(new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.First() ?? options.PublicUrl));
            store.Announce(address.GetLeftPart(UriPartial.Authority), Version);
            return new NightjarDaemon(app, store, address);
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    public static string Version => typeof(NightjarDaemon).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>Returns when it was told to stop.</summary>
    /// <exception cref="DaemonFailedException">It stopped because one of its parts failed.</exception>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        await app.WaitForShutdownAsync(cancellationToken);
        if (app.Services.GetServices<IHostedService>().OfType<BackgroundService>().FirstOrDefault(s => s.ExecuteTask is { IsFaulted: true }) is { } failed)
        {
            throw new DaemonFailedException($"{failed.GetType().Name} failed, and Nightjar stopped: {failed.ExecuteTask?.Exception?.GetBaseException().Message}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(StopWithin);
        await app.StopAsync(limit.Token);
        await app.DisposeAsync();
        await store.DisposeAsync();
    }

    /// <summary>Who listens on every address is reached on the loopback one.</summary>
    private static Uri Reachable(Uri address) => address.Host switch
    {
        "0.0.0.0" => new UriBuilder(address) { Host = "127.0.0.1" }.Uri,
        "[::]" => new UriBuilder(address) { Host = "[::1]" }.Uri,
        _ => address,
    };

    private static WebApplication Build(NightjarOptions options, SqliteStore store, Seams seams, Action<ILoggingBuilder> logging)
    {
        Func<IServiceProvider> parts = () => throw new InvalidOperationException("Nothing is built yet");
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = typeof(WebDashboard).Assembly.GetName().Name });
        builder.Logging.ClearProviders();
        logging(builder.Logging);
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.AddServerHeader = false;
            k.Listen(options.Dashboard.Listen);
        });
        builder.Services.AddNightjar(options, store, seams);
        builder.Services.AddSingleton<Readiness>();
        builder.Services.AddDashboard(Dashboard(options, () => parts()));
        builder.Services.AddHostedService<LoopHost>().AddHostedService<IntakePump>().AddHostedService<WatcherHost>().AddHostedService<Housekeeping>().AddHostedService<HeartbeatHost>().AddHostedService<PagerHost>().AddHostedService<PlaybookHost>();
        var built = builder.Build();
        parts = () => built.Services;
        built.MapDashboard();
        return built;
    }

    /// <summary>The dashboard's doors into the daemon are opened when they are first used: then everything is built.</summary>
    private static Nightjar.Web.DashboardOptions Dashboard(NightjarOptions options, Func<IServiceProvider> parts) => new()
    {
        Port = options.Dashboard.Listen.Port,
        CommandToken = CommandToken.ReadOrMake(options.State),
        Hosts = options.Dashboard.Url is { } url ? [url.Authority] : [],
        PublicUrl = options.Dashboard.Url?.GetLeftPart(UriPartial.Authority),
        Conduct = options.Conduct,
        Investigate = (ServiceName service, string person, CancellationToken ct) => parts().GetRequiredService<ByHand>().InvestigateAsync(service, person, ct),
        Containers = () => parts().GetRequiredService<DockerRoom>().Standings(),
        Heal = (container, person, ct) => parts().GetRequiredService<HealWish>().HealAsync(container, person, ct),
        Intake = () => parts().GetRequiredService<Intake>().Figures,
        Agent = async ct => new AgentLine(
            parts().GetRequiredService<AgentPlan>().Says, (await parts().GetRequiredService<ISpendLedger>().FiguresAsync(null, ct)).Today, options.Agent.Budget.Day, (await parts().GetRequiredService<IBreakerRecord>().GetAsync(ct)).WhyStopped()),
        Pass = (person, ct) => parts().GetRequiredService<Passes>().LookAsync(person, ct),
        Readiness = ct => parts().GetRequiredService<Readiness>().AskAsync(ct),
        GitHub = options.GitHub.WebhookSecret.Length == 0 ? null : (hook, ct) => parts().GetRequiredService<GitHubHooks>().TakeAsync(hook.Signature, hook.Id, hook.Kind, hook.Body, ct),
        Version = Version,
    };
}

/// <summary>A part of the daemon failed in a way that nobody foresaw.</summary>
internal sealed class DaemonFailedException(string message) : Exception(message);
