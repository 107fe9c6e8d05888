using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;

namespace Nightjar.Core.Signals;

/// <summary>How much of a signal is taken in. It is kept in the incident's row, which every step replaces whole: 60 kB at most.</summary>
public static class SignalBounds
{
    /// <summary>Characters of a class, a source or a workload.</summary>
    private const int LongestName = 300;

    private const int LongestMessage = 2_000;

    private const int MostFrames = 64;

    /// <summary>Characters of a function or a file.</summary>
    private const int LongestPlace = 300;

    public static Signal Bounded(this Signal signal) => Fits(signal) ? signal : signal with
    {
        ErrorClass = Cut(signal.ErrorClass, LongestName),
        Message = Cut(signal.Message, LongestMessage),
        Source = signal.Source is { } source ? Cut(source, LongestName) : null,
        Workload = signal.Workload is { } workload ? Cut(workload, LongestName) : null,
        Frames = [.. signal.Frames.Take(MostFrames).Select(Bounded)],
        Samples = [.. signal.Samples.Take(Fold.MostSamples).Select(s => Cut(s, Fold.LongestSample))],
    };

    private static bool Fits(Signal signal) =>
        signal.ErrorClass.Length <= LongestName && signal.Message.Length <= LongestMessage
        && (signal.Source?.Length ?? 0) <= LongestName && (signal.Workload?.Length ?? 0) <= LongestName
        && signal.Frames.Length <= MostFrames && signal.Frames.All(f => f.Function.Length <= LongestPlace && (f.File?.Length ?? 0) <= LongestPlace)
        && signal.Samples.Length <= Fold.MostSamples && signal.Samples.All(s => s.Length <= Fold.LongestSample);

    /// <summary>Of a path the end says most.</summary>
    private static StackFrame Bounded(StackFrame frame) => frame with
    {
        Function = Cut(frame.Function, LongestPlace),
        File = frame.File is { Length: > LongestPlace } file ? file[^LongestPlace..] : frame.File,
    };

    private static string Cut(string text, int most) =>
        text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)];
}
