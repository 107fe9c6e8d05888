using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;
using Nightjar.Web.Look;

namespace Nightjar.Web.Requests;

/// <summary>Merging and closing a request, for pages and API alike. Only the local host's: no other has such buttons.</summary>
internal sealed class Review(IRequestRecords records, ILocalReview review)
{
    /// <param name="seen">The last commit that the person saw; null when they named none.</param>
    /// <returns>Null when there is no such request.</returns>
    public async Task<ReviewAnswer?> MergeAsync(int number, string? seen, string person, CancellationToken cancellationToken)
    {
        if (await records.GetAsync(number, cancellationToken) is not { } request)
        {
            return null;
        }

        try
        {
            if (seen is { Length: > 0 } && await review.CommitsAsync(request, cancellationToken) is { IsDefaultOrEmpty: false } commits && commits[^1].Sha != seen)
            {
                return new ReviewAnswer(false, $"The branch has changed since you looked: its last commit is {Words.Short(commits[^1].Sha)} now. Read it, then press again.");
            }

            return await review.MergeAsync(number, person, cancellationToken);
        }
        catch (RepositoryException e)
        {
            return new ReviewAnswer(false, e.Message);
        }
    }

    public async Task<ReviewAnswer?> CloseAsync(int number, string person, CancellationToken cancellationToken)
    {
        if (await records.GetAsync(number, cancellationToken) is null)
        {
            return null;
        }

        try
        {
            return await review.CloseAsync(number, person, cancellationToken);
        }
        catch (RepositoryException e)
        {
            return new ReviewAnswer(false, e.Message);
        }
    }
}
