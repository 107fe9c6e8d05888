using System.Collections.Immutable;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;
using Nightjar.Web.Look;

namespace Nightjar.Web.Requests;

/// <summary>A request of the local host with its branch, as its page shows it.</summary>
/// <param name="Trouble">Why branch or diff could not be read; null when they could.</param>
public sealed record RequestView(HostedRequest Request, IReadOnlyList<RequestComment> Comments, ImmutableArray<CommitFacts> Commits, Diff Diff, string? Trouble, DateTimeOffset Now)
{
    /// <summary>The incident it is of; null for a request that a person opened.</summary>
    public Incident? Incident { get; init; }

    /// <summary>What the person saw when they pressed Merge; empty when the branch adds nothing.</summary>
    public string Head => Commits.IsDefaultOrEmpty ? "" : Commits[^1].Sha;

    public Marks Marks => MarksOf(Request, Comments.Count, Incident);

    /// <summary>From the record alone, so that asking again and again does not run git.</summary>
    public static Marks MarksOf(HostedRequest request, int comments, Incident? incident) => new(
        Mark.Of(new { request.Title, request.Body, request.Labels, request.IsDraft, request.State, request.ClosedBy, request.MergeCommit, Incident = incident?.State, incident?.Verification }),
        Mark.Of(new { comments }));
}

/// <summary>Reads requests of the local host.</summary>
internal sealed class RequestViews(IRequestRecords records, ILocalReview review, IIncidents incidents, TimeProvider clock)
{
    private static readonly Diff Nothing = new([], IsCut: false);

    public async Task<RequestView?> FindAsync(int number, CancellationToken cancellationToken)
    {
        if (await records.GetAsync(number, cancellationToken) is not { } request)
        {
            return null;
        }

        var comments = await records.CommentsAsync(number, cancellationToken);
        var incident = await IncidentAsync(request, cancellationToken);
        try
        {
            var commits = await review.CommitsAsync(request, cancellationToken);
            var diff = Diff.Parse(await review.DiffAsync(request, cancellationToken));
            return new RequestView(request, comments, commits, diff, null, clock.GetUtcNow()) { Incident = incident };
        }
        catch (RepositoryException e)
        {
            return new RequestView(request, comments, [], Nothing, e.Message, clock.GetUtcNow()) { Incident = incident };
        }
    }

    public async Task<Marks?> MarksAsync(int number, CancellationToken cancellationToken) =>
        await records.GetAsync(number, cancellationToken) is { } request
            ? RequestView.MarksOf(request, (await records.CommentsAsync(number, cancellationToken)).Count, await IncidentAsync(request, cancellationToken))
            : null;

    private async Task<Incident?> IncidentAsync(HostedRequest request, CancellationToken cancellationToken) =>
        request.Incident is { } id ? await incidents.GetAsync(id, cancellationToken) : null;
}
