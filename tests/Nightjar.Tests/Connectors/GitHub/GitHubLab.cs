using Nightjar.Connectors.GitHub;
using Nightjar.Core.Services;
using Nightjar.Testing;

namespace Nightjar.Tests.Connectors.GitHub;

/// <summary>A bare repository on the stand-in, and the room that speaks to it.</summary>
internal sealed class GitHubLab : IAsyncDisposable
{
    public required string Folder { get; init; }

    public required GitHubStandIn Server { get; init; }

    public required FakeClock Clock { get; init; }

    public required GitHubRoom Room { get; init; }

    public required Service Shop { get; init; }

    public static async Task<GitHubLab> StartAsync(Func<GitHubOptions, GitHubOptions>? change = null)
    {
        var clock = new FakeClock();
        var folder = Directory.CreateTempSubdirectory("nightjar-github-").FullName;
        var bare = Path.Combine(folder, "shop.git");
        await GitHubStandIn.GitAsync(folder, "init", "--quiet", "--bare", "-b", "main", bare);
        await GitHubStandIn.GitAsync(folder, "clone", "--quiet", bare, "work");
        var work = Path.Combine(folder, "work");
        await GitHubStandIn.GitAsync(work, "checkout", "--quiet", "-B", "main");
        await GitHubStandIn.GitAsync(work, "commit", "--quiet", "--allow-empty", "-m", "First");
        await GitHubStandIn.GitAsync(work, "push", "--quiet", "origin", "main", "main:incident/1");
        var server = await GitHubStandIn.StartAsync(bare, clock);
        var options = new GitHubOptions { Api = server.Api, Token = GitHubStandIn.Token };
        return new GitHubLab
        {
            Folder = folder,
            Server = server,
            Clock = clock,
            Room = new GitHubRoom(change?.Invoke(options) ?? options, clock),
            Shop = new Service { Name = new ServiceName("shop"), Repository = new RepositoryLocation(server.CloneUrl) },
        };
    }

    public async ValueTask DisposeAsync()
    {
        Room.Dispose();
        await Server.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
