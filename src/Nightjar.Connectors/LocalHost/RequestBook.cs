using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;

namespace Nightjar.Connectors.LocalHost;

/// <summary>
/// The requests and what the repository says about them. A record is replaced whole, so whoever changes one holds the turn:
/// otherwise an edit could bring a request back to life that was merged a moment before.
/// </summary>
internal sealed class RequestBook(IRequestRecords records, ILocalBranches branches, Catalogue catalogue, Func<int, string> url, TimeProvider clock)
{
    /// <summary>Whom a request's end is put down to when it came about in the repository itself.</summary>
    private const string ByHand = "git";

    private readonly SemaphoreSlim turn = new(1);

    public IRequestRecords Records => records;

    public ILocalBranches Branches => branches;

    public DateTimeOffset Now => clock.GetUtcNow();

    public Service ServiceOf(HostedRequest request) => catalogue.Get(request.Service);

    public async Task<T> InTurnAsync<T>(Func<Task<T>> act, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            return await act();
        }
        finally
        {
            turn.Release();
        }
    }

    public async Task<HostedRequest> RequireAsync(int number, CancellationToken cancellationToken) =>
        await records.GetAsync(number, cancellationToken) is { } request ? Shown(request) : throw new RepositoryException($"There is no request #{number}.");

    public async Task<HostedRequest> UpdateAsync(HostedRequest request, CancellationToken cancellationToken)
    {
        var shown = Shown(request);
        await records.UpdateAsync(shown, cancellationToken);
        return shown;
    }

    /// <summary>The request after a look at the repository: people merge, delete and rewrite branches there too. To be called in turn.</summary>
    public async Task<HostedRequest> RefreshAsync(HostedRequest request, CancellationToken cancellationToken)
    {
        if (request.State != HostedState.Open)
        {
            return request;
        }

        var head = (await branches.CompareAsync(ServiceOf(request), request.Branch, request.BaseBranch, cancellationToken)).Head;
        if ((head ?? request.Head) is { } known && await branches.CameInByAsync(ServiceOf(request), known, request.BaseBranch, cancellationToken) is { } merge)
        {
            await UpdateAsync(request with { Head = known }, cancellationToken);
            return await EndAsync(request, HostedState.Merged, merge, cancellationToken);
        }

        if (head is null)
        {
            await records.CommentAsync(request.Number, Words.Deleted(request, Now), cancellationToken);
            return await EndAsync(request, HostedState.Closed, null, cancellationToken);
        }

        return head == request.Head ? request : await MovedAsync(request, head, cancellationToken);
    }

    public async Task<bool> IsRewrittenAsync(HostedRequest seen, string head, CancellationToken cancellationToken) =>
        seen.Head is { } before && before != head && !await branches.IsBuiltOnAsync(ServiceOf(seen), head, before, cancellationToken);

    public HostedRequest Shown(HostedRequest request) => request with { Url = url(request.Number) };

    private async Task<HostedRequest> EndAsync(HostedRequest request, HostedState state, string? merge, CancellationToken cancellationToken)
    {
        await records.EndAsync(request.Number, state, ByHand, Now, merge, cancellationToken);
        return await RequireAsync(request.Number, cancellationToken);
    }

    private async Task<HostedRequest> MovedAsync(HostedRequest request, string head, CancellationToken cancellationToken)
    {
        if (await IsRewrittenAsync(request, head, cancellationToken))
        {
            await records.CommentAsync(request.Number, Words.RewrittenComment(request, head, Now), cancellationToken);
        }

        return await UpdateAsync(request with { Head = head }, cancellationToken);
    }
}
