using Nightjar.Core.Signals;

namespace Nightjar.Logs;

/// <summary>Lets a signal of one problem through once a second: repeats only refresh the figures of an incident.</summary>
internal sealed class RepeatLimit(TimeProvider clock)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    /// <summary>Problems of one service that are remembered at a time.</summary>
    private const int Most = 1_000;

    private readonly Dictionary<string, long> sent = new(StringComparer.Ordinal);

    public bool Passes(Signal signal)
    {
        var subject = $"{signal.Kind}|{Fingerprint.Subject(signal, FingerprintStrategy.Evidence)}";
        if (sent.TryGetValue(subject, out var last) && clock.GetElapsedTime(last) < Every)
        {
            return false;
        }

        if (sent.Count >= Most)
        {
            sent.Clear();
        }

        sent[subject] = clock.GetTimestamp();
        return true;
    }
}
