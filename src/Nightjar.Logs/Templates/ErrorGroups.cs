using System.Collections.Immutable;
using Nightjar.Core.Evidence;
using Nightjar.Core.Signals;
using Nightjar.Logs.Events;

namespace Nightjar.Logs.Templates;

/// <summary>One kind of error: a class and the top frame in the service's own code; where the class says nothing, the template too.</summary>
internal sealed class MinedError(int number, LogEvent first)
{
    public int Number => number;

    public string ErrorClass { get; } = first.ErrorClass;

    public string Message { get; } = Bounded(first.ErrorMessage, 2_000);

    public ImmutableArray<StackFrame> Frames { get; } = first.Frames;

    public string Sample { get; private set; } = first.Raw;

    public DateTimeOffset FirstSeen { get; private set; } = first.At;

    public DateTimeOffset LastSeen { get; private set; } = first.At;

    /// <summary>When it began to come, after it had stayed away.</summary>
    public DateTimeOffset Since { get; private set; } = first.At;

    public MinuteCounts Counts { get; } = new();

    /// <param name="quiet">After this long without one, the next begins anew.</param>
    public void Seen(LogEvent line, TimeSpan quiet)
    {
        Since = line.At - LastSeen > quiet ? line.At : Since;
        FirstSeen = line.At < FirstSeen ? line.At : FirstSeen;
        LastSeen = line.At > LastSeen ? line.At : LastSeen;
        Sample = line.Raw;
        Counts.Add(line.At);
    }

    private static string Bounded(string text, int most) => text.Length > most ? text[..most] : text;
}

/// <summary>The kinds of errors of one service.</summary>
internal sealed class ErrorGroups(TimeSpan quiet)
{
    /// <summary>Kinds kept; 300 of at most 10 kB are 3 MB. The one unused for longest goes.</summary>
    public const int MostGroups = 300;

    private readonly Dictionary<(string ErrorClass, string Place, ulong Template), MinedError> byKey = [];
    private readonly Dictionary<int, (string ErrorClass, string Place, ulong Template)> keys = [];
    private int next;

    public IEnumerable<MinedError> All => byKey.Values;

    public MinedError? Find(int number) => keys.TryGetValue(number, out var key) ? byKey.GetValueOrDefault(key) : null;

    public MinedError Learn(LogEvent line, ulong template)
    {
        var key = KeyOf(line, template);
        if (!byKey.TryGetValue(key, out var error))
        {
            DropOldest();
            error = new MinedError(next++, line);
            byKey.Add(key, error);
            keys.Add(error.Number, key);
        }

        error.Seen(line, quiet);
        return error;
    }

    /// <summary>The kind that a line belongs to; null when it would be the first of its kind.</summary>
    public MinedError? Peek(LogEvent line, ulong template) => byKey.GetValueOrDefault(KeyOf(line, template));

    private static (string ErrorClass, string Place, ulong Template) KeyOf(LogEvent line, ulong template)
    {
        var errorClass = line.ErrorClass;
        var frame = line.Frames.FirstOrDefault(f => f.IsOwnCode);
        var place = frame is null ? "" : $"{frame.File}|{frame.Function}";
        return (errorClass, place, Fingerprint.IsGeneric(errorClass) ? template : 0);
    }

    private void DropOldest()
    {
        if (byKey.Count >= MostGroups)
        {
            var oldest = byKey.MinBy(x => x.Value.LastSeen);
            byKey.Remove(oldest.Key);
            keys.Remove(oldest.Value.Number);
        }
    }
}
