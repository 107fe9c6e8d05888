using System.Collections.Immutable;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;

namespace Nightjar.Connectors.LocalHost;

/// <summary>
/// A person's side of the local host. One press at a time, so that two people who merge, or one who merges while another
/// closes, get two answers that fit.
/// </summary>
internal sealed class LocalReview(RequestBook book) : ILocalReview
{
    public async Task<string> DiffAsync(HostedRequest request, CancellationToken cancellationToken) =>
        await SpanAsync(request, cancellationToken) is var (from, to) ? await book.Branches.DiffAsync(book.ServiceOf(request), from, to, cancellationToken) : "";

    public async Task<ImmutableArray<CommitFacts>> CommitsAsync(HostedRequest request, CancellationToken cancellationToken) =>
        await SpanAsync(request, cancellationToken) is var (from, to) ? await book.Branches.CommitsAsync(book.ServiceOf(request), from, to, cancellationToken) : [];

    public Task<ReviewAnswer> MergeAsync(int number, string? expectedHead, string person, CancellationToken cancellationToken) =>
        PressAsync(number, request => MergeOpenAsync(request, expectedHead, Words.OneLine(person), cancellationToken), cancellationToken);

    public Task<ReviewAnswer> CloseAsync(int number, string person, CancellationToken cancellationToken) =>
        PressAsync(
            number,
            async request =>
            {
                var closed = await book.Records.EndAsync(number, HostedState.Closed, Words.OneLine(person), book.Now, null, cancellationToken);
                return closed
                    ? new ReviewAnswer(true, $"Request #{number} is closed. Branch {request.Branch} was left as it is.")
                    : Words.Ended(await book.RequireAsync(number, cancellationToken));
            },
            cancellationToken);

    private Task<ReviewAnswer> PressAsync(int number, Func<HostedRequest, Task<ReviewAnswer>> act, CancellationToken cancellationToken) =>
        book.InTurnAsync(
            async () =>
            {
                try
                {
                    var request = await book.RequireAsync(number, cancellationToken);
                    return request.State == HostedState.Open ? await act(request) : Words.Ended(request);
                }
                catch (RepositoryException e)
                {
                    return new ReviewAnswer(false, e.Message);
                }
            },
            cancellationToken);

    private async Task<ReviewAnswer> MergeOpenAsync(HostedRequest seen, string? expectedHead, string person, CancellationToken cancellationToken)
    {
        var now = await book.RefreshAsync(seen, cancellationToken);
        if (now.State != HostedState.Open || now.Head is not { } head)
        {
            return Words.Ended(now);
        }

        // The commit that is looked at here is the very one that is merged below, so nothing can slip in between.
        if (expectedHead is not null && expectedHead != head)
        {
            return Words.MovedOn(now, expectedHead, head);
        }

        if (expectedHead is null && await book.IsRewrittenAsync(seen, head, cancellationToken))
        {
            return Words.Rewritten(seen, head);
        }

        var attempt = await book.Branches.MergeAsync(book.ServiceOf(now), head, now.BaseBranch, Words.MergeMessage(now, person), cancellationToken);
        if (attempt.End != MergeEnd.Merged)
        {
            return Words.NotMerged(now, attempt);
        }

        // From here on the merge is a fact; the record follows it even when the person's connection is gone.
        await book.Records.EndAsync(now.Number, HostedState.Merged, person, book.Now, attempt.Commit, CancellationToken.None);
        return new ReviewAnswer(true, $"Request #{now.Number} is merged into {now.BaseBranch}.", attempt.Commit);
    }

    /// <summary>Which commits to compare. A merged request is compared with the base as it was before the merge.</summary>
    private async Task<(string From, string To)?> SpanAsync(HostedRequest request, CancellationToken cancellationToken)
    {
        var service = book.ServiceOf(request);
        var pair = await book.Branches.CompareAsync(service, request.Branch, request.BaseBranch, cancellationToken);
        var to = request.State == HostedState.Open ? pair.Head ?? request.Head : request.Head ?? pair.Head;
        var from = request.MergeCommit is { } merge ? await book.Branches.ParentAsync(service, merge, cancellationToken) : pair.BaseHead;
        return from is not null && to is not null ? (from, to) : null;
    }
}
