using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Pipeline;
using Nightjar.Core.Proposal;

namespace Nightjar.Web.Requests;

/// <summary>Merging and closing a request, for pages and API alike. Only the local host's: no other has such buttons.</summary>
internal sealed class Review(IRequestRecords records, ILocalReview review, IInbox inbox, IWakeUps wakeUps, TimeProvider clock)
{
    /// <param name="seen">The last commit that the person saw: no other is merged. Null or empty when they named none.</param>
    /// <returns>Null when there is no such request.</returns>
    public async Task<ReviewAnswer?> MergeAsync(int number, string? seen, string person, CancellationToken cancellationToken)
    {
        if (await records.GetAsync(number, cancellationToken) is not { } request)
        {
            return null;
        }

        try
        {
            var expected = string.IsNullOrEmpty(seen) ? null : seen;
            return await ToldAsync(request, await review.MergeAsync(number, expected, person, cancellationToken), InboxKind.RequestMerged, person, cancellationToken);
        }
        catch (RepositoryException e)
        {
            return new ReviewAnswer(false, e.Message);
        }
    }

    public async Task<ReviewAnswer?> CloseAsync(int number, string person, CancellationToken cancellationToken)
    {
        if (await records.GetAsync(number, cancellationToken) is not { } request)
        {
            return null;
        }

        try
        {
            return await ToldAsync(request, await review.CloseAsync(number, person, cancellationToken), InboxKind.RequestClosed, person, cancellationToken);
        }
        catch (RepositoryException e)
        {
            return new ReviewAnswer(false, e.Message);
        }
    }

    /// <summary>The incident hears of it at once; it believes the code host all the same, not this message.</summary>
    private async Task<ReviewAnswer> ToldAsync(HostedRequest request, ReviewAnswer answer, InboxKind kind, string person, CancellationToken cancellationToken)
    {
        if (answer.Done && request.Incident is { } incident)
        {
            await inbox.PostAsync(incident, kind, person, "", cancellationToken);
            await wakeUps.WakeAsync(incident, clock.GetUtcNow(), cancellationToken);
        }

        return answer;
    }
}
