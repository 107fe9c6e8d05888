using System.Collections.Immutable;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;

namespace Nightjar.Connectors.GitHub;

/// <summary>Draft requests on GitHub. People review, merge and close there; nothing in here can.</summary>
internal sealed class GitHubCodeHost(GitHubApi api, GitHubOptions options, Func<Service, RepositoryId?> repositories) : ICodeHost
{
    /// <summary>GitHub's limits, in characters.</summary>
    private const int LongestBody = 65_536;
    private const int LongestTitle = 256;

    private const string CutShort = "\n\n[cut here: GitHub takes no longer text; all of it is on the incident]\n";

    private readonly Labels labels = new(api);
    private readonly Comments comments = new(api);

    public string Name => "github";

    public TimeSpan? Pace => options.Poll;

    public async Task<HostedRequest?> FindAsync(Service service, string branch, CancellationToken cancellationToken)
    {
        var repository = Of(service);
        var head = Uri.EscapeDataString($"{repository.Owner}:{branch}");
        var open = await api.ListAsync<PullJson>($"repos/{repository}/pulls?state=open&head={head}&per_page=100", $"list the open requests of {repository}", cancellationToken);
        return open.FirstOrDefault(p => p.Head.Ref == branch && IsOf(p.Head, repository)) is { } found ? Hosted(service, found) : null;
    }

    /// <summary>By the list of issues, which is never behind; the search index can be by minutes.</summary>
    public async Task<HostedRequest?> FindByLabelsAsync(Service service, ImmutableArray<string> labels, CancellationToken cancellationToken)
    {
        var repository = Of(service);
        var all = Uri.EscapeDataString(string.Join(',', labels));
        var issues = await api.ListAsync<IssueJson>($"repos/{repository}/issues?state=open&labels={all}&per_page=100", $"list the open requests of {repository} by label", cancellationToken);
        foreach (var issue in issues.Where(i => i.PullRequest is not null).OrderBy(i => i.Number))
        {
            var pull = await PullAsync(repository, issue.Number, cancellationToken);
            if (pull.State == "open" && IsOf(pull.Head, repository))
            {
                return Hosted(service, pull);
            }
        }

        return null;
    }

    public async Task<HostedRequest> OpenDraftAsync(Service service, DraftRequest draft, CancellationToken cancellationToken)
    {
        var repository = Of(service);
        var wish = new { title = Title(draft.Title), head = draft.Branch, @base = draft.BaseBranch, body = Body(draft.Body), draft = true };
        PullJson pull;
        try
        {
            pull = await api.WriteAsync<PullJson>(HttpMethod.Post, $"repos/{repository}/pulls", wish, $"open a draft request in {repository}", cancellationToken);
        }
        catch (GitHubException e) when (e.Fault == GitHubFault.Invalid && e.Message.Contains("already exists", StringComparison.OrdinalIgnoreCase))
        {
            return await FindAsync(service, draft.Branch, cancellationToken) ?? throw new RepositoryException($"{repository} has a request for branch {draft.Branch} that is not in the list of open ones: close it, or delete the branch.", e);
        }
        catch (GitHubException e) when (e.Fault == GitHubFault.Invalid && e.Message.Contains("draft pull requests are not supported", StringComparison.OrdinalIgnoreCase))
        {
            throw new RepositoryException($"{repository} has no draft requests (its plan has none), and Nightjar opens no others: make it public, change its plan, or set proposals: off.", e);
        }

        await this.labels.SetAsync(repository, pull.Number, pull.Labels.Select(l => l.Name ?? ""), draft.Labels, cancellationToken);
        return Hosted(service, pull) with { Incident = draft.Incident, Labels = draft.Labels };
    }

    public async Task<HostedRequest> GetAsync(Service service, int number, CancellationToken cancellationToken)
    {
        var repository = Of(service);
        var pull = await PullAsync(repository, number, cancellationToken);
        var hosted = Hosted(service, pull);
        return hosted.State switch
        {
            HostedState.Open => hosted with { Activity = await ActivityAsync(repository, pull, cancellationToken) },
            HostedState.Closed => hosted with { ClosedBy = (await api.GetAsync<IssueJson>($"repos/{repository}/issues/{number}", $"read who closed request {number} of {repository}", cancellationToken)).ClosedBy?.Login },
            HostedState.Merged => hosted,
        };
    }

    public async Task EditAsync(Service service, int number, string? title, string? body, ImmutableArray<string>? labels, CancellationToken cancellationToken)
    {
        var repository = Of(service);
        if (title is not null || body is not null)
        {
            await api.WriteAsync<PullJson>(HttpMethod.Patch, $"repos/{repository}/pulls/{number}", new { title = title is null ? null : Title(title), body = body is null ? null : Body(body) }, $"edit request {number} of {repository}", cancellationToken);
        }

        if (labels is { } wanted)
        {
            var pull = await PullAsync(repository, number, cancellationToken);
            await this.labels.SetAsync(repository, number, pull.Labels.Select(l => l.Name ?? ""), wanted, cancellationToken);
        }
    }

    public async Task CommentAsync(Service service, int number, string key, string markdown, CancellationToken cancellationToken)
    {
        var repository = Of(service);
        await comments.WriteAsync(repository, await PullAsync(repository, number, cancellationToken), key, markdown, cancellationToken);
    }

    public async Task<bool> HasCommentAsync(Service service, int number, string key, CancellationToken cancellationToken)
    {
        var repository = Of(service);
        return await comments.FindAsync(repository, await PullAsync(repository, number, cancellationToken), key, cancellationToken) is not null;
    }

    private RepositoryId Of(Service service) =>
        repositories(service) ?? throw new RepositoryException($"The repository of service {service.Name} is not on {options.Site.Authority}.");

    private Task<PullJson> PullAsync(RepositoryId repository, int number, CancellationToken cancellationToken) =>
        api.GetAsync<PullJson>($"repos/{repository}/pulls/{number}", $"read request {number} of {repository}", cancellationToken);

    private async Task<ReviewActivity> ActivityAsync(RepositoryId repository, PullJson pull, CancellationToken cancellationToken) => new(
        pull.Draft ?? false,
        await comments.CountAsync(repository, pull, cancellationToken) + pull.ReviewComments,
        string.Join(", ", pull.RequestedReviewers.Select(r => r.Login).Order(StringComparer.Ordinal)));

    private static bool IsOf(BranchRefJson branch, RepositoryId repository) => string.Equals(branch.Repo?.FullName, repository.ToString(), StringComparison.OrdinalIgnoreCase);

    /// <summary>Whoever edits a body in a browser sends it back with other line ends; ours stay what they were.</summary>
    private static HostedRequest Hosted(Service service, PullJson pull) => new()
    {
        Number = pull.Number,
        Service = service.Name,
        Branch = pull.Head.Ref,
        BaseBranch = pull.Base.Ref,
        Head = pull.Head.Sha,
        Title = pull.Title,
        Body = (pull.Body ?? "").Replace("\r\n", "\n", StringComparison.Ordinal),
        Labels = [.. pull.Labels.Select(l => l.Name ?? "")],
        IsDraft = pull.Draft ?? false,
        State = pull.MergedAt is not null ? HostedState.Merged : pull.State == "open" ? HostedState.Open : HostedState.Closed,
        Url = pull.HtmlUrl,
        OpenedAt = pull.CreatedAt,
        ClosedBy = pull.MergedBy?.Login,
        ClosedAt = pull.MergedAt ?? pull.ClosedAt,
        MergeCommit = pull.MergedAt is null ? null : pull.MergeCommitSha,
        Commits = pull.Commits,
    };

    private static string Title(string title) => title.Length <= LongestTitle ? title : $"{title[..(LongestTitle - 1)]}…";

    private static string Body(string body) => body.Length <= LongestBody ? body : $"{body[..(LongestBody - CutShort.Length)]}{CutShort}";
}
