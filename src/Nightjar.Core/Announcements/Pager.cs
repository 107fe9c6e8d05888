using System.Globalization;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Incidents;
using Nightjar.Core.Proposal;

namespace Nightjar.Core.Announcements;

/// <summary>
/// Pages people: keeps on disk what is to be told, and tells it step by step along the route until it is acknowledged or over. A
/// notice is sent at least once; the channels know it by its key, so that a second one makes no second page.
/// </summary>
public sealed partial class Pager(IPages pages, PageRoutes routes, IJournal journal, TimeProvider clock, ILogger<Pager> logger)
{
    /// <summary>Pages that are told at once.</summary>
    private const int MostAtOnce = 20;

    /// <summary>On disk when it returns; nothing when such a page stands already.</summary>
    public Task RaiseAsync(PageWish wish, CancellationToken cancellationToken) => pages.RaiseAsync(PageRules.Raised(wish, clock.GetUtcNow()), cancellationToken);

    public Task ResolveAsync(string key, string why, CancellationToken cancellationToken) => pages.ChangeAsync(key, p => PageRules.Resolved(p, why, clock.GetUtcNow()), cancellationToken);

    /// <summary>Takes over what became of an incident: acknowledged, or no longer in need of anybody.</summary>
    public async Task FollowAsync(Incident incident, CancellationToken cancellationToken)
    {
        foreach (var page in await pages.StandingAsync(incident.Id, cancellationToken))
        {
            if (PageCause.IsOver(page.Wish.Cause, incident) is { } why)
            {
                await ResolveAsync(page.Wish.Key, why, cancellationToken);
            }
            else if (incident.AcknowledgedBy is { } by && page.AcknowledgedBy is null)
            {
                await pages.ChangeAsync(page.Wish.Key, p => PageRules.Acknowledged(p, by, clock.GetUtcNow()), cancellationToken);
            }
        }
    }

    /// <summary>Sends what is due. What cannot be delivered now is due again later.</summary>
    /// <returns>How many were due.</returns>
    public async Task<int> SendDueAsync(CancellationToken cancellationToken)
    {
        var due = await pages.DueAsync(clock.GetUtcNow(), MostAtOnce, cancellationToken);
        await Task.WhenAll(due.Select(p => SendAsync(p, cancellationToken)));
        return due.Count;
    }

    private async Task SendAsync(Page page, CancellationToken cancellationToken)
    {
        var route = routes.Of(page.Wish.Service);
        if (PageRules.Next(page, route) is not var (channel, notice))
        {
            await pages.ChangeAsync(page.Wish.Key, p => PageRules.Stuck(p, clock.GetUtcNow()), cancellationToken);
            return;
        }

        try
        {
            await channel.SendAsync(notice, cancellationToken);
            await pages.ChangeAsync(page.Wish.Key, p => PageRules.AfterSent(p, channel.Name, notice.Act, route, clock.GetUtcNow()), cancellationToken);
            await NoteAsync(page, string.Create(CultureInfo.InvariantCulture, $"{Word(notice.Act)} by route {route.Name}, {channel.Name}{(notice.Act == PageAct.Trigger ? $", time {notice.Time}" : "")}"), cancellationToken);
        }
#pragma warning disable CA1031 // A channel that fails, however, is tried again and then passed over: a page must reach somebody.
        catch (Exception e) when (e is not (OperationCanceledException or StoreUnavailableException))
#pragma warning restore CA1031
        {
            var isFinal = e is PageFailedException { IsFinal: true };
            LogFailed(route.Name, channel.Name, page.Wish.Key, e.Message);
            await pages.ChangeAsync(page.Wish.Key, p => PageRules.AfterFailed(p, channel.Name, notice.Act, isFinal, route, clock.GetUtcNow()), cancellationToken);
            await NoteAsync(page, $"not {Word(notice.Act)} by route {route.Name}, {channel.Name}: {e.Message}", cancellationToken);
        }
    }

    private Task NoteAsync(Page page, string why, CancellationToken cancellationToken) =>
        journal.AppendAsync(new JournalEntry { Incident = page.Wish.Incident, At = clock.GetUtcNow(), Actor = "pager", Act = "page", Why = Quoting.Plain(why, IncidentMoves.LongestWhy) }, cancellationToken);

    private static string Word(PageAct act) => act switch { PageAct.Trigger => "paged", PageAct.Acknowledge => "told as acknowledged", PageAct.Resolve => "told as over" };

    [LoggerMessage(1110, LogLevel.Warning, "Route {Route} could not page by {Channel} ({Key}): {Why}")]
    private partial void LogFailed(string route, string channel, string key, string why);
}
