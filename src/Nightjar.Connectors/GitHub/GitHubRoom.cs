using System.Collections.Immutable;
using Nightjar.Core.Investigation;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;

namespace Nightjar.Connectors.GitHub;

/// <summary>GitHub: the host of the requests of every service whose repository is there.</summary>
public sealed class GitHubRoom : IDisposable
{
    /// <summary>The name that goes with a token; GitHub heeds the token alone.</summary>
    private const string TokenUser = "x-access-token";

    private readonly GitHubOptions options;
    private readonly GitHubApi api;

    public GitHubRoom(GitHubOptions options, TimeProvider clock)
    {
        this.options = options;
        api = new GitHubApi(options, clock);
        Host = new GitHubCodeHost(api, options, RepositoryOf);
    }

    public ICodeHost Host { get; }

    internal string WebhookSecret => options.WebhookSecret;

    /// <summary>True when requests of this service are opened here: its repository is on this site, and there is a token.</summary>
    public bool Hosts(Service service) => options.HasToken && IsOn(service);

    /// <summary>True when its repository is on this site.</summary>
    public bool IsOn(Service service) => RepositoryOf(service) is not null;

    /// <summary>The site, user and token for an address that git is to reach; null for one that is not ours, or has a login of its own.</summary>
    /// <exception cref="RepositoryException">The token cannot be read.</exception>
    public (Uri Site, string User, string Token)? LoginFor(string address)
    {
        var isOurs = options.HasToken && Uri.TryCreate(address, UriKind.Absolute, out var url) && url.UserInfo.Length == 0
            && (url.Scheme == Uri.UriSchemeHttps || url.IsLoopback) && RepositoryId.OfAddress(address, options.Site) is not null;
        return isOurs ? (options.Site, TokenUser, new GitHubToken(options).Read()) : null;
    }

    /// <summary>What the token may do in the service's repository, and whether a person's review stands before its base branch.</summary>
    public async Task<GitHubStanding> CheckAsync(Service service, CancellationToken cancellationToken)
    {
        try
        {
            var repository = RepositoryOf(service) ?? throw new RepositoryException($"The repository of service {service.Name} is not on {options.Site.Authority}.");
            return await new Boundary(api).LookAsync(repository, service.Repository?.BaseBranch ?? "", cancellationToken);
        }
        catch (Exception e) when (e is GitHubException or RepositoryException or TryLaterException)
        {
            return new GitHubStanding([new GitHubNote(GitHubLevel.Fail, e.Message, "mend that, then run nightjar check again")], IsReviewProven: false);
        }
    }

    public void Dispose() => api.Dispose();

    internal RepositoryId? RepositoryOf(Service service) => service.Repository switch
    {
        null => null,
        { GitHub: { } named } => RepositoryId.Read(named),
        { Path: var path } => RepositoryId.OfAddress(path, options.Site),
    };
}

public enum GitHubLevel
{
    Ok,
    Warn,
    Fail,
}

/// <summary>One thing that was found out; <paramref name="WhatToDo"/> is null when all is well.</summary>
public sealed record GitHubNote(GitHubLevel Level, string Says, string? WhatToDo = null);

/// <summary>How we stand in a repository.</summary>
/// <param name="IsReviewProven">True when nothing can reach the base branch by our token without a person's review.</param>
public sealed record GitHubStanding(ImmutableArray<GitHubNote> Notes, bool IsReviewProven);
