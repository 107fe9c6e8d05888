using System.Collections.Immutable;
using Nightjar.Core.Incidents;

namespace Nightjar.Core.Signals;

/// <summary>
/// Counts of repeats that are not on disk yet. One entry per fingerprint of an open incident, so its size is bounded by the open incidents,
/// whatever comes in.
/// </summary>
internal sealed class PendingFolds
{
    private readonly Lock gate = new();
    private Dictionary<(IncidentId Incident, string Hash), Entry> entries = [];
    private long folded;

    public long Folded => Interlocked.Read(ref folded);

    public static Fold First(string hash, Signal signal) =>
        new(default, hash, signal.Kind, 1, signal.At, signal.At, [.. signal.Samples.Take(Fold.MostSamples).Select(Cut)]);

    public void Add(IncidentId incident, string hash, Signal signal)
    {
        lock (gate)
        {
            folded++;
            if (!entries.TryGetValue((incident, hash), out var entry))
            {
                entries[(incident, hash)] = entry = new Entry(incident, hash, signal.Kind, signal.At);
            }

            entry.Add(signal);
        }
    }

    public IReadOnlyList<Fold> Take()
    {
        lock (gate)
        {
            if (entries.Count == 0)
            {
                return [];
            }

            var taken = entries;
            entries = [];
            return [.. taken.Values.Select(e => e.ToFold())];
        }
    }

    public void PutBack(IReadOnlyList<Fold> folds)
    {
        lock (gate)
        {
            foreach (var fold in folds)
            {
                if (!entries.TryGetValue((fold.Incident, fold.Hash), out var entry))
                {
                    entries[(fold.Incident, fold.Hash)] = entry = new Entry(fold.Incident, fold.Hash, fold.Kind, fold.FirstSeen);
                }

                entry.Add(fold);
            }
        }
    }

    private static string Cut(string sample) => sample.Length > Fold.LongestSample ? sample[..Fold.LongestSample] : sample;

    private sealed class Entry(IncidentId incident, string hash, SignalKind kind, DateTimeOffset first)
    {
        private long count;
        private DateTimeOffset firstSeen = first;
        private DateTimeOffset lastSeen = first;
        private ImmutableArray<string> samples = [];

        public void Add(Signal signal)
        {
            count++;
            Widen(signal.At, signal.At);
            if (!signal.Samples.IsEmpty)
            {
                samples = signal.Samples;
            }
        }

        public void Add(Fold fold)
        {
            count += fold.Count;
            Widen(fold.FirstSeen, fold.LastSeen);
            samples = samples.IsEmpty ? fold.Samples : samples;
        }

        public Fold ToFold() => new(incident, hash, kind, count, firstSeen, lastSeen, [.. samples.Take(Fold.MostSamples).Select(Cut)]);

        private void Widen(DateTimeOffset from, DateTimeOffset to)
        {
            firstSeen = from < firstSeen ? from : firstSeen;
            lastSeen = to > lastSeen ? to : lastSeen;
        }
    }
}
