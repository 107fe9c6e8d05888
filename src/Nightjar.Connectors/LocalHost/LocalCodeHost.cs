using System.Collections.Immutable;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;

namespace Nightjar.Connectors.LocalHost;

/// <summary>
/// Pull requests without a vendor: the branches are in a repository on this machine, the requests' records in the store, and
/// a signed-in person reviews. It behaves as the well-known hosts do: a branch merged by hand ends its request as merged, a
/// deleted one as closed.
/// </summary>
/// <param name="url">The address at which people see a request, by number.</param>
public sealed class LocalCodeHost(IRequestRecords records, ILocalBranches branches, Catalogue catalogue, Func<int, string> url, TimeProvider clock) : ICodeHost
{
    private readonly RequestBook book = new(records, branches, catalogue, url, clock);
    private LocalReview? review;

    public string Name => "local";

    /// <summary>What a signed-in person may do; the dashboard and the CLI get it, the pipeline does not.</summary>
    public ILocalReview Review => review ??= new LocalReview(book);

    public async Task<HostedRequest?> FindAsync(Service service, string branch, CancellationToken cancellationToken)
    {
        var all = await records.ListAsync(cancellationToken);
        var found = all.FirstOrDefault(r => r.Service == service.Name && r.Branch == branch && r.State == HostedState.Open);
        return found is null ? null : book.Shown(found);
    }

    public async Task<HostedRequest?> FindByLabelsAsync(Service service, ImmutableArray<string> labels, CancellationToken cancellationToken)
    {
        var all = await records.ListAsync(cancellationToken);
        var found = all.FirstOrDefault(r => r.Service == service.Name && r.State == HostedState.Open && labels.All(l => r.Labels.Contains(l)));
        return found is null ? null : book.Shown(found);
    }

    /// <exception cref="RepositoryException">The branch does not exist, or has nothing that its base has not.</exception>
    public async Task<HostedRequest> OpenDraftAsync(Service service, DraftRequest draft, CancellationToken cancellationToken)
    {
        var pair = await branches.CompareAsync(service, draft.Branch, draft.BaseBranch, cancellationToken);
        var head = pair.Head ?? throw new RepositoryException($"There is no branch {Words.OneLine(draft.Branch)} to open a request for: push it first.");
        if (pair.BaseHead is { } baseHead && await branches.IsBuiltOnAsync(service, baseHead, head, cancellationToken))
        {
            throw new RepositoryException($"Branch {draft.Branch} has no commit that {draft.BaseBranch} has not: there is nothing to review.");
        }

        var request = new HostedRequest
        {
            Number = 0,
            Service = service.Name,
            Incident = draft.Incident,
            Branch = draft.Branch,
            BaseBranch = draft.BaseBranch,
            Head = head,
            Title = Words.OneLine(draft.Title),
            Body = draft.Body,
            Labels = draft.Labels,
            Url = "",
            OpenedAt = book.Now,
        };
        return await book.UpdateAsync(await records.AddAsync(request, cancellationToken), cancellationToken);
    }

    /// <exception cref="RepositoryException">There is no such request, or its repository cannot be read.</exception>
    public Task<HostedRequest> GetAsync(Service service, int number, CancellationToken cancellationToken) =>
        book.InTurnAsync(async () => await book.RefreshAsync(await OneOfAsync(service, number, cancellationToken), cancellationToken), cancellationToken);

    public Task EditAsync(Service service, int number, string? title, string? body, ImmutableArray<string>? labels, CancellationToken cancellationToken) =>
        book.InTurnAsync(
            async () =>
            {
                var request = await OneOfAsync(service, number, cancellationToken);
                return await book.UpdateAsync(request with { Title = title is null ? request.Title : Words.OneLine(title), Body = body ?? request.Body, Labels = labels ?? request.Labels }, cancellationToken);
            },
            cancellationToken);

    public async Task CommentAsync(Service service, int number, string key, string markdown, CancellationToken cancellationToken)
    {
        await OneOfAsync(service, number, cancellationToken);
        await records.CommentAsync(number, new RequestComment(key, Words.Nightjar, markdown, book.Now), cancellationToken);
    }

    public async Task<bool> HasCommentAsync(Service service, int number, string key, CancellationToken cancellationToken)
    {
        await OneOfAsync(service, number, cancellationToken);
        return (await records.CommentsAsync(number, cancellationToken)).Any(c => c.Key == key);
    }

    private async Task<HostedRequest> OneOfAsync(Service service, int number, CancellationToken cancellationToken)
    {
        var request = await book.RequireAsync(number, cancellationToken);
        return request.Service == service.Name ? request : throw new RepositoryException($"Request #{number} is not one of service {service.Name}.");
    }
}
