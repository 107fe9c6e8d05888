namespace Nightjar.Core.Pipeline;

/// <summary>
/// Something outside asked to be left alone until a time: a rate limit, say. It counts as no failed try; the stage runs again
/// then.
/// </summary>
public sealed class TryLaterException(string message, DateTimeOffset at, Exception? inner = null) : Exception(message, inner)
{
    public DateTimeOffset At { get; } = at;
}
