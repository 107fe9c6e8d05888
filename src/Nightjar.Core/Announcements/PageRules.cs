namespace Nightjar.Core.Announcements;

/// <summary>How a page goes on, as pure steps from one state to the next.</summary>
public static class PageRules
{
    /// <summary>Tries of a channel that cannot be reached, 10, 30 and 90 seconds apart, before the next step has its turn.</summary>
    private const int Tries = 4;

    /// <summary>Tries of the word that a page is acknowledged or over: the last one an hour and a half after the first.</summary>
    private const int TriesOfWord = 10;

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LongestRetry = TimeSpan.FromMinutes(15);

    /// <summary>A whole route that cannot be reached is tried again after this.</summary>
    private static readonly TimeSpan AfterAll = TimeSpan.FromMinutes(5);

    public static Page Raised(PageWish wish, DateTimeOffset now) => new() { Wish = wish, RaisedAt = now, NextAt = now };

    /// <summary>What is to be sent now, and to which channel; null when there is nothing, or the channel is not on the route any more.</summary>
    public static (IPageChannel Channel, PageNotice Notice)? Next(Page page, PageRoute route)
    {
        if (page.Owed is [var owed, ..])
        {
            return route.Steps.FirstOrDefault(c => c.Name == owed.Channel) is { } channel
                ? (channel, new PageNotice(owed.Act, page.Wish, page.RaisedAt, page.SentInAll, owed.Act == PageAct.Resolve ? page.Over ?? "" : page.AcknowledgedBy ?? ""))
                : null;
        }

        return page is { AcknowledgedBy: null, Over: null } ? (route.Steps[page.Step % route.Steps.Length], new PageNotice(PageAct.Trigger, page.Wish, page.RaisedAt, page.SentInAll + 1, "")) : null;
    }

    public static Page AfterSent(Page page, string channel, PageAct act, PageRoute route, DateTimeOffset now)
    {
        if (act != PageAct.Trigger)
        {
            return WithOwed(page with { Owed = page.Owed.RemoveAll(o => o.Channel == channel && o.Act == act) }, now);
        }

        page = page with { SentInAll = page.SentInAll + 1, Failures = 0, Told = page.Told.Contains(channel) ? page.Told : page.Told.Add(channel) };
        if (page is { Over: not null } or { AcknowledgedBy: not null })
        {
            // It was told while somebody took it, or it ended: this channel must hear of that, too.
            var word = new OwedNotice(channel, page.Over is null ? PageAct.Acknowledge : PageAct.Resolve);
            return WithOwed(page with { Owed = page.Owed.RemoveAll(o => o.Channel == channel).Add(word) }, now);
        }

        return page.Sent + 1 < route.Times
            ? page with { Sent = page.Sent + 1, NextAt = now + route.Every }
            : page with { Sent = 0, Step = (page.Step + 1) % route.Steps.Length, NextAt = now + route.Every };
    }

    public static Page AfterFailed(Page page, string channel, PageAct act, bool isFinal, PageRoute route, DateTimeOffset now)
    {
        if (act != PageAct.Trigger)
        {
            return AfterFailedWord(page, channel, act, isFinal, now);
        }

        if (page is { Over: not null } or { AcknowledgedBy: not null })
        {
            return WithOwed(page, now);
        }

        if (!isFinal && page.Failures + 1 < Tries)
        {
            return page with { Failures = page.Failures + 1, NextAt = now + Retry(page.Failures) };
        }

        var next = (page.Step + 1) % route.Steps.Length;
        return page with { Failures = 0, Sent = 0, Step = next, NextAt = next == 0 ? now + AfterAll : now };
    }

    public static Page Acknowledged(Page page, string by, DateTimeOffset now) =>
        page is { AcknowledgedBy: null, Over: null } ? WithOwed(page with { AcknowledgedBy = by, Owed = [.. page.Told.Select(c => new OwedNotice(c, PageAct.Acknowledge))] }, now) : page;

    public static Page Resolved(Page page, string why, DateTimeOffset now) =>
        page.Over is null ? WithOwed(page with { Over = why, Owed = [.. page.Told.Select(c => new OwedNotice(c, PageAct.Resolve))] }, now) : page;

    /// <summary>Nothing can be sent: what is owed to a channel that is gone is forgotten.</summary>
    public static Page Stuck(Page page, DateTimeOffset now) => WithOwed(page.Owed.IsEmpty ? page : page with { Owed = page.Owed.RemoveAt(0) }, now);

    private static Page AfterFailedWord(Page page, string channel, PageAct act, bool isFinal, DateTimeOffset now)
    {
        if (page.Owed.FirstOrDefault(o => o.Channel == channel && o.Act == act) is not { } owed)
        {
            return WithOwed(page, now);
        }

        var others = page.Owed.Remove(owed);
        return isFinal || owed.Failures + 1 >= TriesOfWord
            ? WithOwed(page with { Owed = others }, now)
            : page with { Owed = others.Add(owed with { Failures = owed.Failures + 1 }), NextAt = others.Any(o => o.Failures <= owed.Failures) ? now : now + Retry(owed.Failures) };
    }

    private static Page WithOwed(Page page, DateTimeOffset now) => page with { NextAt = page.Owed.IsEmpty ? null : now };

    private static TimeSpan Retry(int failures) => FirstRetry * Math.Pow(3, failures) is var pause && pause < LongestRetry ? pause : LongestRetry;
}
