using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Connectors.Git;
using Nightjar.Core.Investigation;
using Nightjar.Core.Services;
using Nightjar.Testing;

namespace Nightjar.Tests.Connectors.Git;

/// <summary>The token of a site that wants one: who gets it, and where it is never seen.</summary>
public sealed class LoginTests : IDisposable
{
    private readonly GitLab lab = new(bare: true);

    public void Dispose() => lab.Dispose();

    [Fact]
    public async Task Only_calls_that_reach_the_site_have_the_token_and_none_has_it_in_its_arguments()
    {
        var log = Path.Combine(lab.Root, "calls");
        var git = lab.Script("git", $"printf '%s|%s\\n' \"$NIGHTJAR_GIT_TOKEN\" \"$*\" >> '{log}'\nexec git \"$@\"");
        await using var server = await StartAsync();
        var (repositories, service) = Repositories(server, GitHubStandIn.Token, git);

        await repositories.SnapshotAsync(service, default);
        await using (var clone = await repositories.CloneAsync(service, "incident/1", default))
        {
            await clone.WriteAsync("b.txt", "b\n", default);
            await clone.CommitAsync("Fix", GitLab.Start, allowEmpty: false, default);
            await clone.PushAsync(null, default);
            Assert.DoesNotContain(Directory.EnumerateFiles(Path.GetDirectoryName(clone.Path) ?? "", "*", SearchOption.AllDirectories), f => File.ReadAllText(f).Contains(GitHubStandIn.Token, StringComparison.Ordinal) || File.ReadAllText(f).Contains("127.0.0.1", StringComparison.Ordinal));
        }

        Assert.NotNull(await repositories.HeadOfAsync(service, "incident/1", default));
        var calls = File.ReadAllLines(log).Select(l => (HasToken: l.StartsWith(GitHubStandIn.Token, StringComparison.Ordinal), Arguments: l[(l.IndexOf('|', StringComparison.Ordinal) + 1)..])).ToList();
        Assert.All(calls, c => Assert.DoesNotContain(GitHubStandIn.Token, c.Arguments, StringComparison.Ordinal));
        Assert.All(calls, c => Assert.Equal(c.Arguments.Contains("include.path=", StringComparison.Ordinal), c.HasToken));
        Assert.Contains(calls, c => c.HasToken && c.Arguments.Contains(" push ", StringComparison.Ordinal));
        Assert.Contains(calls, c => !c.HasToken && c.Arguments.Contains(" commit ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wrong_token_is_said_without_showing_it()
    {
        await using var server = await StartAsync();
        var (repositories, service) = Repositories(server, "ghp_wrong0123456789wrong0123456789", "git");
        var e = await Assert.ThrowsAsync<RepositoryException>(() => repositories.SnapshotAsync(service, default));
        Assert.Contains("it refused the name or token", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ghp_wrong", e.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_site_that_asks_gets_nothing()
    {
        await using var server = await StartAsync();
        var asked = new List<string>();
        server.Fails = r =>
        {
            asked.Add(r.Headers.Authorization.ToString());
            return null;
        };
        var (repositories, service) = Repositories(server, GitHubStandIn.Token, "git", new Uri("https://github.com"));
        await Assert.ThrowsAsync<RepositoryException>(() => repositories.SnapshotAsync(service, default));
        Assert.All(asked, a => Assert.Equal("", a));
        Assert.NotEmpty(asked);
    }

    private async Task<GitHubStandIn> StartAsync()
    {
        lab.Commit("First", ("a.txt", "a\n"));
        lab.Publish();
        return await GitHubStandIn.StartAsync(lab.Real);
    }

    private (GitRepositories Repositories, Service Service) Repositories(GitHubStandIn server, string token, string git, Uri? site = null) => (
        new GitRepositories(Path.Combine(lab.Root, "other"), lab.Clock, NullLogger<GitRepositories>.Instance, git, logins: _ => new GitLogin(site ?? server.Site, "x-access-token", token)),
        lab.Service with { Repository = new RepositoryLocation(server.CloneUrl) });
}
