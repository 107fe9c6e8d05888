namespace Nightjar.Tests.Logs;

/// <summary>A clock that stands still until it is moved. No timers: what these tests drive asks for the time only.</summary>
internal sealed class LogsClock : TimeProvider
{
    private DateTimeOffset now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => now;

    public override long GetTimestamp() => now.UtcTicks;

    public void Move(TimeSpan by) => now += by;
}
