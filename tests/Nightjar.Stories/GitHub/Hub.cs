using Microsoft.AspNetCore.Http;
using Nightjar.Connectors.GitHub;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;
using Nightjar.Testing;

namespace Nightjar.Stories.GitHub;

/// <summary>A world whose shop has its code on GitHub.</summary>
internal sealed class Hub(World world, GitHubStandIn server) : IAsyncDisposable
{
    public const string Secret = "s3cret-of-the-webhook";

    public World World => world;

    public GitHubStandIn Server => server;

    public static async Task<Hub> StartAsync(WorldOptions? options = null, Action<GitHubStandIn>? prepare = null)
    {
        options ??= new WorldOptions();
        var server = await GitHubStandIn.StartAsync(Path.Combine(options.Folder, "shop.git"), options.Clock);
        prepare?.Invoke(server);
        return new Hub(await World.StartAsync(On(server, options)), server);
    }

    /// <summary>The same world and server, after the daemon ended and started again.</summary>
    public async Task<Hub> RestartAsync(Func<WorldOptions, WorldOptions>? change = null)
    {
        await world.DisposeAsync();
        var again = (change ?? (o => o))(world.Options);
        return new Hub(await World.StartAsync(again), server);
    }

    public Task SeeTheRaceAsync() => MainJobStories.SeeTheRaceAsync(world);

    public Task<Incident> IncidentAsync() => world.OnlyIncidentAsync();

    /// <summary>A fault of every call that fits, for as long as it is set.</summary>
    public void Fail(Func<HttpRequest, bool> which, Fault fault) => server.Fails = r => which(r) ? fault : null;

    public void Mend() => server.Fails = _ => null;

    public async ValueTask DisposeAsync()
    {
        await world.DisposeAsync();
        await server.DisposeAsync();
    }

    private static WorldOptions On(GitHubStandIn server, WorldOptions options) => options with
    {
        Service = s => options.Service(s) with { Repository = new RepositoryLocation(server.CloneUrl) },
        Change = o => options.Change(o) with { GitHub = new GitHubOptions { Api = server.Api, Token = GitHubStandIn.Token, WebhookSecret = Secret } },
    };
}
