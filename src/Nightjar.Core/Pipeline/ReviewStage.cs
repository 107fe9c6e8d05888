using System.Globalization;
using Nightjar.Core.Incidents;
using Nightjar.Core.Investigation;
using Nightjar.Core.Proposal;
using Nightjar.Core.Services;

namespace Nightjar.Core.Pipeline;

/// <summary>
/// Waits for people: looks at the request as its host has it (whoever told us of a merge), and marks when the problem went
/// quiet meanwhile. Also runs while a person is asked, because a request can be merged or closed then too.
/// </summary>
public sealed class ReviewStage(Catalogue catalogue, HostOf hosts, RequestDesk desk, IFolds folds, ICodeRepositories repositories, ReviewOptions options) : IStage
{
    public string Name => "review";

    public IReadOnlyList<IncidentState> States => [IncidentState.InReview, IncidentState.NeedsHuman];

    public async Task<StageOutcome> RunAsync(StageContext context, CancellationToken cancellationToken)
    {
        var (incident, now) = (context.Incident, context.Now);
        if (incident.Question is { Action: not null, Until: { } until } question)
        {
            return now < until
                ? new WaitUntil(incident, until, "an answer from a person")
                : new GoOn(InboxRules.Answered(incident, question, false, "nobody"), question.Back, $"no answer came by {until:u}, which is a no to: {question.Text}");
        }

        var service = catalogue.Get(incident.Service);
        if (incident.Request is not { } request || hosts(service) is not { } host)
        {
            return new WaitUntil(incident, now + options.AskAgain, "an answer from a person");
        }

        var hosted = await host.GetAsync(service, request.Number, cancellationToken);
        return hosted.State switch
        {
            HostedState.Merged => new GoOn(await MergedAsync(context, service, request, hosted, cancellationToken), IncidentState.Verifying, $"merged by {hosted.ClosedBy ?? "somebody"}"),
            HostedState.Closed => new GiveUp(incident, IncidentOutcome.ClosedUnmerged, $"request {request.Number} was closed without merging by {hosted.ClosedBy ?? "somebody"}"),
            HostedState.Open => await WaitAsync(context, service, await NoteActivityAsync(context, request, hosted.Activity, cancellationToken), host.Pace ?? options.Poll, cancellationToken),
        };
    }

    private async Task<Incident> MergedAsync(StageContext context, Service service, ReviewRequest request, HostedRequest hosted, CancellationToken cancellationToken)
    {
        var same = await IsSameAsync(context, service, request, hosted, cancellationToken);
        return context.Incident with
        {
            Request = request with { MergedAt = hosted.ClosedAt ?? context.Now, MergedBy = hosted.ClosedBy, MergeCommit = hosted.MergeCommit, MergedModified = !same },
            Verification = new Verification { Before = context.Incident.Trigger.Rate },
        };
    }

    /// <summary>Whether people merged what we proposed. Not to know it holds nothing up.</summary>
    private async Task<bool?> IsSameAsync(StageContext context, Service service, ReviewRequest request, HostedRequest hosted, CancellationToken cancellationToken)
    {
        if (request.Head is not { } pushed || hosted.MergeCommit is not { } merge)
        {
            return null;
        }

        try
        {
            var same = await repositories.IsSameChangeAsync(service, pushed, merge, hosted.Commits, cancellationToken);
            await context.Effects.NoteAsync("review", same switch { true => "what was merged is what was proposed", false => "what was merged is not what was proposed: people changed it", null => "whether what was merged is what was proposed cannot be said" }, cancellationToken);
            return same;
        }
        catch (RepositoryException e)
        {
            await context.Effects.NoteAsync("review", Quoting.Plain($"whether what was merged is what was proposed cannot be said: {e.Message}", IncidentMoves.LongestWhy), cancellationToken);
            return null;
        }
    }

    /// <summary>Writes down what people did on the request since it was last looked at.</summary>
    private static async Task<ReviewRequest> NoteActivityAsync(StageContext context, ReviewRequest request, ReviewActivity? now, CancellationToken cancellationToken)
    {
        if (now is null || now == request.Activity)
        {
            return request;
        }

        var before = request.Activity ?? new ReviewActivity(IsDraft: true, 0, "");
        List<string> news = [];
        if (now.IsDraft != before.IsDraft)
        {
            news.Add(now.IsDraft ? "made a draft again" : "marked as ready for review");
        }

        if (now.Comments > before.Comments)
        {
            news.Add(string.Create(CultureInfo.InvariantCulture, $"commented on {now.Comments - before.Comments} times"));
        }

        if (now.Reviewers != before.Reviewers)
        {
            news.Add(now.Reviewers.Length == 0 ? "nobody's review is asked for any more" : $"review asked of {now.Reviewers}");
        }

        if (news.Count > 0)
        {
            await context.Effects.NoteAsync("review", Quoting.Plain($"request {request.Number}: {string.Join("; ", news)}", IncidentMoves.LongestWhy), cancellationToken);
        }

        return request with { Activity = now };
    }

    private async Task<StageOutcome> WaitAsync(StageContext context, Service service, ReviewRequest request, TimeSpan pace, CancellationToken cancellationToken)
    {
        var (incident, now) = (context.Incident, context.Now);
        var seen = await folds.ReadAsync(incident.Id, cancellationToken);
        var last = seen.IsEmpty ? incident.Trigger.At : seen.Max(f => f.LastSeen);
        var quiet = now - last > options.QuietAfter;
        request = await TellRepeatsAsync(context, service, request, new Repeats(seen.Sum(f => f.Count), now), quiet ? last : null, cancellationToken);
        incident = incident with { Request = request with { QuietSince = quiet ? last : null } };

        // A person who said that it shall stay in review is left in peace for as long again.
        var unasked = now - (last > incident.StateSince ? last : incident.StateSince);
        if (quiet && incident.State == IncidentState.InReview && unasked > options.AskWhenQuietFor)
        {
            return new AskPerson(incident, $"Nothing was seen of this for {(now - last).TotalHours:0} hours while request {request.Number} is open. Approve to keep it in review, reject to give it up, or merge or close it.", IncidentState.InReview);
        }

        var waits = incident.State == IncidentState.InReview ? $"a person to merge or close request {request.Number}" : "an answer from a person";
        return new WaitUntil(incident, now + pace, waits);
    }

    /// <summary>One comment for all repeats, with another text when there are more of them or when they stopped.</summary>
    private async Task<ReviewRequest> TellRepeatsAsync(StageContext context, Service service, ReviewRequest request, Repeats repeats, DateTimeOffset? quietSince, CancellationToken cancellationToken)
    {
        var told = request.Told ?? new Repeats(repeats.Count, request.OpenedAt);
        var isNews = quietSince is not null ? request.QuietSince is null : repeats.Count > told.Count && repeats.At - told.At >= options.TellRepeatsEvery;
        if (!isNews)
        {
            return request with { Told = told };
        }

        var count = string.Create(CultureInfo.InvariantCulture, $"{repeats.Count} signals so far");
        await desk.RewriteCommentAsync(
            context.Incident, service, context.Effects, "repeats",
            quietSince is { } since ? $"Quiet since {since:u}: no further signal of this problem came ({count})." : $"It goes on: {count}, counted at {repeats.At:u}.", cancellationToken);
        return request with { Told = repeats };
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

    /// <summary>Least time between two texts of the comment that counts repeats.</summary>
    public TimeSpan TellRepeatsEvery { get; init; } = TimeSpan.FromMinutes(30);

    public TimeSpan AskWhenQuietFor { get; init; } = TimeSpan.FromHours(24);
}
