using System.Collections.Immutable;
using Nightjar.Core.Investigation;
using Nightjar.Core.Policy;
using Nightjar.Core.Proposal;
using Nightjar.Core.Signals;

namespace Nightjar.Tests.Web.Fakes;

/// <summary>A code host in memory; of two people who merge at once, one wins.</summary>
internal sealed class WebCodeHost : IRequestRecords, ILocalReview
{
    private readonly Lock gate = new();

    public List<HostedRequest> Requests { get; } = [];

    public List<(int Number, RequestComment Comment)> Comments { get; } = [];

    public string Diff { get; set; } = "";

    public ImmutableArray<CommitFacts> Commits { get; set; } = [];

    public string? Trouble { get; set; }

    public Task<HostedRequest> AddAsync(HostedRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<HostedRequest?> GetAsync(int number, CancellationToken cancellationToken) => Task.FromResult(Requests.FirstOrDefault(r => r.Number == number));

    public Task<IReadOnlyList<HostedRequest>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<HostedRequest>>(Requests);

    public Task UpdateAsync(HostedRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> EndAsync(int number, HostedState state, string by, DateTimeOffset at, string? mergeCommit, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task CommentAsync(int number, RequestComment comment, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<RequestComment>> CommentsAsync(int number, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RequestComment>>([.. Comments.Where(c => c.Number == number).Select(c => c.Comment)]);

    public Task<string> DiffAsync(HostedRequest request, CancellationToken cancellationToken) =>
        Trouble is null ? Task.FromResult(Diff) : throw new RepositoryException(Trouble);

    public Task<ImmutableArray<CommitFacts>> CommitsAsync(HostedRequest request, CancellationToken cancellationToken) =>
        Trouble is null ? Task.FromResult(Commits) : throw new RepositoryException(Trouble);

    public Task<ReviewAnswer> MergeAsync(int number, string? expectedHead, string person, CancellationToken cancellationToken) => Task.FromResult(
        expectedHead is not null && Commits[^1].Sha != expectedHead
            ? new ReviewAnswer(false, $"The branch is at {Commits[^1].Sha} now.")
            : End(number, HostedState.Merged, person));

    public Task<ReviewAnswer> CloseAsync(int number, string person, CancellationToken cancellationToken) =>
        Task.FromResult(End(number, HostedState.Closed, person));

    private ReviewAnswer End(int number, HostedState state, string person)
    {
        lock (gate)
        {
            var at = Requests.FindIndex(r => r.Number == number);
            if (Requests[at].State != HostedState.Open)
            {
                return new ReviewAnswer(false, $"{Requests[at].ClosedBy} was first.");
            }

            Requests[at] = Requests[at] with { State = state, ClosedBy = person };
            return new ReviewAnswer(true, $"{state} by {person}.");
        }
    }
}

internal sealed class WebSignIns : ISignIns
{
    private readonly Dictionary<string, (string Person, DateTimeOffset Expires)> links = [];

    public Dictionary<string, SignedIn> Sessions { get; } = [];

    public IEnumerable<string> LinkHashes => links.Keys;

    public Task CreateLinkAsync(string tokenHash, string person, DateTimeOffset expires, CancellationToken cancellationToken)
    {
        links[tokenHash] = (person, expires);
        return Task.CompletedTask;
    }

    public Task<string?> UseLinkAsync(string tokenHash, DateTimeOffset now, CancellationToken cancellationToken) =>
        Task.FromResult(links.Remove(tokenHash, out var link) && link.Expires > now ? link.Person : null);

    public Task CreateSessionAsync(string tokenHash, string person, DateTimeOffset now, DateTimeOffset expires, CancellationToken cancellationToken)
    {
        Sessions[tokenHash] = new SignedIn(person, now, expires);
        return Task.CompletedTask;
    }

    public Task<SignedIn?> FindSessionAsync(string tokenHash, DateTimeOffset now, CancellationToken cancellationToken) =>
        Task.FromResult(Sessions.GetValueOrDefault(tokenHash) is { } session && session.ExpiresAt > now ? session : null);

    public Task RevokeAsync(string tokenHash, CancellationToken cancellationToken)
    {
        Sessions.Remove(tokenHash);
        return Task.CompletedTask;
    }
}

internal sealed class WebWatcher(string name, bool isWell, string says) : IWatcher
{
    public string Name => name;

    public WatcherHealth Health => new(isWell, says);

    public Task RunAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
