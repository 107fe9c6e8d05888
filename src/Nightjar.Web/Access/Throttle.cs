namespace Nightjar.Web.Access;

/// <summary>
/// Counts failed sign-ins: ten a minute, then nobody may try until the minute is over. A token has 256 bits, so this only
/// keeps the log and the store quiet; on a loopback address there is no telling one caller from another.
/// </summary>
internal sealed class Throttle(TimeProvider clock)
{
    private const int Most = 10;

    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private DateTimeOffset since;
    private int failures;

    public bool IsOpen()
    {
        lock (gate)
        {
            return failures < Most || clock.GetUtcNow() - since >= Window;
        }
    }

    public void Failed()
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            (since, failures) = now - since >= Window ? (now, 1) : (since, failures + 1);
        }
    }
}
