using System.Collections.Immutable;
using Nightjar.Core.Signals;

namespace Nightjar.Core.Incidents;

/// <summary>How often one fingerprint of one incident was seen, and a few recent samples of it.</summary>
public sealed record Fold(IncidentId Incident, string Hash, SignalKind Kind, long Count, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, ImmutableArray<string> Samples)
{
    /// <summary>Samples kept per fingerprint: enough to recognise the problem, 10 kB at most with <see cref="LongestSample"/>.</summary>
    public const int MostSamples = 5;

    /// <summary>Characters of one sample.</summary>
    public const int LongestSample = 2_000;
}
