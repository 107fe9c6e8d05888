using System.Collections.Immutable;
using Nightjar.Core.Evidence;

namespace Nightjar.Agents.BuiltIn;

/// <summary>One kind of error of this incident, as the evidence has it.</summary>
internal sealed record Trouble(string ErrorClass, string Message, ImmutableArray<StackFrame> Frames, string Sample)
{
    /// <summary>More kinds than this are followed at once only when many things broke; then the first ones say it.</summary>
    private const int Most = 3;

    public string Words => $"{ErrorClass} {Message}";

    /// <summary>The class without its namespace: what source code writes.</summary>
    public string ShortClass => ErrorClass[(ErrorClass.LastIndexOfAny(['.', ':', '*']) + 1)..];

    /// <summary>What the trigger names first, then what began with the incident, then the most frequent.</summary>
    public static ImmutableArray<Trouble> Of(EvidenceBundle evidence)
    {
        var trigger = evidence.Trigger;
        var own = new Trouble(trigger.ErrorClass, trigger.Message, Safe(trigger.Frames), Safe(trigger.Samples).FirstOrDefault() ?? "");
        var groups = Safe(evidence.Logs?.ErrorGroups ?? [])
            .OrderByDescending(g => g.ErrorClass == trigger.ErrorClass)
            .ThenByDescending(g => g.FirstSeen >= evidence.Onset.AddMinutes(-1))
            .ThenByDescending(g => g.Count)
            .Select(g => new Trouble(g.ErrorClass, g.Message, Safe(g.Frames), g.Sample));
        // A rate alone is described by the line of a failed request, which says less than any error that was logged with its class.
        var all = own.ErrorClass.Length + own.Frames.Length > 0 ? groups.Prepend(own) : own.Message.Length > 0 ? groups.Append(own) : groups;
        return [.. all.DistinctBy(t => (t.ErrorClass, string.Join('|', t.Frames.Take(3)))).Take(Most)];
    }

    /// <summary>A bundle read from JSON can hold an array that was never set.</summary>
    public static ImmutableArray<T> Safe<T>(ImmutableArray<T> array) => array.IsDefault ? [] : array;
}
