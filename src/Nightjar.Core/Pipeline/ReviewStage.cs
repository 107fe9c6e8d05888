using Nightjar.Core.Incidents;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;

namespace Nightjar.Core.Pipeline;

/// <summary>
/// Waits for people: looks at the request as its host has it (whoever told us of a merge), and marks when the problem went
/// quiet meanwhile. Also runs while a person is asked, because a request can be merged or closed then too.
/// </summary>
public sealed class ReviewStage(Catalogue catalogue, HostOf hosts, RequestDesk desk, IFolds folds, ReviewOptions options) : IStage
{
    public string Name => "review";

    public IReadOnlyList<IncidentState> States => [IncidentState.InReview, IncidentState.NeedsHuman];

    public async Task<StageOutcome> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var (incident, now) = (context.Incident, context.Now);
        var service = catalogue.Get(incident.Service);
        if (incident.Request is not { } request || hosts(service) is not { } host)
        {
            return new WaitUntil(incident, now + options.AskAgain, "an answer from a person");
        }

        var hosted = await host.GetAsync(service, request.Number, cancellationToken);
        return hosted.State switch
        {
            HostedState.Merged => new GoOn(Merged(incident, request, hosted, now), IncidentState.Verifying, $"merged by {hosted.ClosedBy ?? "somebody"}"),
            HostedState.Closed => new GiveUp(incident, IncidentOutcome.ClosedUnmerged, $"request {request.Number} was closed without merging by {hosted.ClosedBy ?? "somebody"}"),
            HostedState.Open => await WaitAsync(context, service, request, cancellationToken),
        };
    }

    private static Incident Merged(Incident incident, ReviewRequest request, HostedRequest hosted, DateTimeOffset now) => incident with
    {
        Request = request with { MergedAt = hosted.ClosedAt ?? now, MergedBy = hosted.ClosedBy, MergeCommit = hosted.MergeCommit },
        Verification = new Verification { Before = incident.Trigger.Rate },
    };

    private async Task<StageOutcome> WaitAsync(StageContext context, Service service, ReviewRequest request, CancellationToken cancellationToken)
    {
        var (incident, now) = (context.Incident, context.Now);
        var seen = await folds.ReadAsync(incident.Id, cancellationToken);
        var last = seen.IsEmpty ? incident.Trigger.At : seen.Max(f => f.LastSeen);
        var quiet = now - last > options.QuietAfter;
        if (quiet && request.QuietSince is null)
        {
            await desk.CommentAsync(incident, service, context.Effects, $"quiet-{incident.Occurrence}-{last.UtcTicks}", $"Quiet since {last:u}: no further signal of this problem came.", cancellationToken);
        }

        incident = incident with { Request = request with { QuietSince = quiet ? last : null } };
        // A person who said that it shall stay in review is left in peace for as long again.
        var unasked = now - (last > incident.StateSince ? last : incident.StateSince);
        if (quiet && incident.State == IncidentState.InReview && unasked > options.AskWhenQuietFor)
        {
            return new AskPerson(incident, $"Nothing was seen of this for {(now - last).TotalHours:0} hours while request {request.Number} is open. Approve to keep it in review, reject to give it up, or merge or close it.", IncidentState.InReview);
        }

        var waits = incident.State == IncidentState.InReview ? $"a person to merge or close request {request.Number}" : "an answer from a person";
        return new WaitUntil(incident, now + options.Poll, waits);
    }
}

/// <summary>How review waits.</summary>
public sealed record ReviewOptions
{
    /// <summary>How often the host is asked, should nobody tell us.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(15);

    public TimeSpan AskAgain { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Time without a signal after which the request is marked as quiet.</summary>
    public TimeSpan QuietAfter { get; init; } = TimeSpan.FromMinutes(30);

    public TimeSpan AskWhenQuietFor { get; init; } = TimeSpan.FromHours(24);
}
