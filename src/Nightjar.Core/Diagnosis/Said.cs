using Nightjar.Core.Evidence.Cluster;

namespace Nightjar.Core.Diagnosis;

/// <summary>One text of the evidence, word for word, with who said it of what and when. All of it is data from outside.</summary>
/// <param name="Source">For people: <c>event FailedScheduling</c>, <c>log of web-1</c>.</param>
/// <param name="Key">What the source is called by itself: an event's reason, a waiting container's reason, a field's path; empty for log lines.</param>
/// <param name="Count">How often it was said.</param>
public sealed record Said(SaidBy By, string Source, ObjectRef About, string Key, string Text, DateTimeOffset? At, int Count = 1);

/// <summary>Which kind of source a text is from: what the platform says of an object weighs more than what a program writes.</summary>
public enum SaidBy
{
    /// <summary>An event of the cluster, or a signal of an engine.</summary>
    Event,

    /// <summary>The reason and message of a state or condition.</summary>
    Status,

    /// <summary>A field as it was set, as <c>path: value</c>.</summary>
    Field,

    /// <summary>A line that a program logged.</summary>
    Log,
}
