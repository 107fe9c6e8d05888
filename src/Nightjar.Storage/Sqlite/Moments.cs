namespace Nightjar.Storage.Sqlite;

/// <summary>Moments as they are stored: UTC ticks. Exact, because a wake-up that is a microsecond early finds nothing due.</summary>
internal static class Moments
{
    public static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);
}
