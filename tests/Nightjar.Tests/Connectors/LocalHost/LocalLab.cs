using System.Collections.Immutable;
using Nightjar.Connectors.LocalHost;
using Nightjar.Core.Incidents;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;
using Nightjar.Tests.Connectors.Git;

namespace Nightjar.Tests.Connectors.LocalHost;

/// <summary>A local host over a real repository, with its records in memory.</summary>
internal sealed class LocalLab : IDisposable
{
    public LocalLab(bool bare = true)
    {
        Git = new GitLab(bare);
        Host = new LocalCodeHost(Records, Git.Repositories, new Catalogue([Git.Service]), n => $"http://localhost/pr/{n}", Git.Clock);
    }

    public GitLab Git { get; }

    public FakeRecords Records { get; } = new();

    public LocalCodeHost Host { get; }

    public Service Service => Git.Service;

    /// <summary>Opens a request whose branch changes the file; the person is left on the base branch.</summary>
    public async Task<HostedRequest> OpenAsync(string branch, string title, params (string Path, string Text)[] files)
    {
        GitLab.Git(Git.Tree, "checkout", "--quiet", "-b", branch);
        Git.Commit("fix", files);
        GitLab.Git(Git.Tree, "checkout", "--quiet", "main");
        Git.Publish("main", branch);
        return await Host.OpenDraftAsync(Service, Draft(branch, title), CancellationToken.None);
    }

    public static DraftRequest Draft(string branch, string title) => new(new IncidentId(7), branch, "main", title, "body", ["incident:active"]);

    public void Dispose() => Git.Dispose();
}

internal sealed class FakeRecords : IRequestRecords
{
    private readonly Lock gate = new();
    private readonly Dictionary<int, HostedRequest> requests = [];
    private readonly List<(int Number, RequestComment Comment)> comments = [];

    public Task<HostedRequest> AddAsync(HostedRequest request, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var numbered = request with { Number = requests.Count + 1 };
            requests.Add(numbered.Number, numbered);
            return Task.FromResult(numbered);
        }
    }

    public Task<HostedRequest?> GetAsync(int number, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult(requests.GetValueOrDefault(number));
        }
    }

    public Task<IReadOnlyList<HostedRequest>> ListAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult<IReadOnlyList<HostedRequest>>([.. requests.Values]);
        }
    }

    public Task UpdateAsync(HostedRequest request, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            requests[request.Number] = request;
            return Task.CompletedTask;
        }
    }

    public Task<bool> EndAsync(int number, HostedState state, string by, DateTimeOffset at, string? mergeCommit, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var open = requests[number].State == HostedState.Open;
            requests[number] = open ? requests[number] with { State = state, ClosedBy = by, ClosedAt = at, MergeCommit = mergeCommit } : requests[number];
            return Task.FromResult(open);
        }
    }

    public Task CommentAsync(int number, RequestComment comment, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (!comments.Any(c => c.Number == number && c.Comment.Key == comment.Key))
            {
                comments.Add((number, comment));
            }

            return Task.CompletedTask;
        }
    }

    public Task<IReadOnlyList<RequestComment>> CommentsAsync(int number, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return Task.FromResult<IReadOnlyList<RequestComment>>(comments.Where(c => c.Number == number).Select(c => c.Comment).ToImmutableArray());
        }
    }
}
