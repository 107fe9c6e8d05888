namespace Nightjar.Logs.Events;

/// <summary>A time as a line gives it: often without an offset, sometimes without a year or a date.</summary>
internal readonly record struct Moment(DateTime Clock, TimeSpan? Offset)
{
    /// <summary>Farther from the time of reading than this, a live line's own time is not believed.</summary>
    public static readonly TimeSpan Believable = TimeSpan.FromMinutes(10);

    /// <summary>Lines that were there before we came may be this old.</summary>
    private static readonly TimeSpan OldestBacklog = TimeSpan.FromDays(30);

    public static Moment? Of(DateTimeOffset time) => new Moment(time.DateTime, time.Offset);

    /// <summary>
    /// The moment itself when it is near <paramref name="arrival"/>, else the arrival. A time without offset is tried in the machine's zone, then in UTC.
    /// </summary>
    /// <param name="isBacklog">The line was there before we came: it may be old, but not from the future.</param>
    public DateTimeOffset Settle(DateTimeOffset arrival, bool isBacklog, TimeZoneInfo zone)
    {
        if (Offset is { } known)
        {
            return Try(known, arrival, isBacklog) ?? arrival;
        }

        return Try(zone.GetUtcOffset(DateTime.SpecifyKind(Clock, DateTimeKind.Unspecified)), arrival, isBacklog)
            ?? Try(TimeSpan.Zero, arrival, isBacklog)
            ?? arrival;
    }

    private DateTimeOffset? Try(TimeSpan offset, DateTimeOffset arrival, bool isBacklog)
    {
        var ticks = Clock.Ticks - offset.Ticks;
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks)
        {
            return null;
        }

        var time = new DateTimeOffset(ticks, TimeSpan.Zero);
        var age = arrival - time;
        return age >= -Believable && age <= (isBacklog ? OldestBacklog : Believable) ? time : null;
    }
}
