namespace Nightjar.Connectors;

/// <summary>
/// When a source is asked next. It keeps to its pace: a question that took longer than the pace leaves out the ticks it missed. What failed
/// is asked again after five seconds, then twice as long each time up to the pace or a minute, whichever is longer, give or take a fifth.
/// </summary>
/// <param name="chance">0 to 1.</param>
internal sealed class PollPace(TimeSpan every, Func<double> chance)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LeastLongest = TimeSpan.FromMinutes(1);

    private TimeSpan pause;

    /// <summary>Failures in a row.</summary>
    public int Failures { get; private set; }

    /// <param name="took">How long the question took, since the tick that it began at.</param>
    public TimeSpan Succeeded(TimeSpan took)
    {
        (Failures, pause) = (0, TimeSpan.Zero);
        return every - TimeSpan.FromTicks(took.Ticks % every.Ticks);
    }

    public TimeSpan Failed()
    {
        Failures++;
        var longest = every > LeastLongest ? every : LeastLongest;
        pause = pause == TimeSpan.Zero ? First : pause * 2;
        pause = pause < longest ? pause : longest;
        return pause * (0.8 + (chance() * 0.4));
    }
}
