namespace Nightjar.Logs.Files;

/// <summary>When to try again what failed: after half a second, then twice as long each time up to half a minute, give or take a fifth.</summary>
internal sealed class RetryPace(TimeProvider clock)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private TimeSpan delay;
    private long since;

    public bool IsDue => delay == TimeSpan.Zero || clock.GetElapsedTime(since) >= delay;

    public TimeSpan Failed()
    {
        var next = delay == TimeSpan.Zero ? First : delay * 2;
        delay = Longest < next ? Longest : next;
        delay *= 0.8 + (Random.Shared.NextDouble() * 0.4);
        since = clock.GetTimestamp();
        return delay;
    }

    public void Succeeded() => delay = TimeSpan.Zero;
}
