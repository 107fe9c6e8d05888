using System.Text.Json;
using Nightjar.Core.Evidence;
using Nightjar.Core.Signals;

namespace Nightjar.Logs.Sources;

/// <summary>How far the streams of one source are done with: a mark counts when every event that began before it was given out.</summary>
internal sealed class SourceMarks
{
    /// <summary>Streams whose marks are kept; of more, those that were silent for longest begin anew.</summary>
    public const int MostStreams = 500;

    /// <summary>Marks that may wait for one event that goes on and on; past it the newest takes the place of the one before.</summary>
    private const int MostWaiting = 1_000;

    private readonly Dictionary<string, Place> places = new(StringComparer.Ordinal);

    /// <summary>Where to follow from: after all that was given, done with or not.</summary>
    public IReadOnlyDictionary<string, string> Given => places.Where(p => p.Value.Given is not null).ToDictionary(p => p.Key, p => p.Value.Given ?? "", StringComparer.Ordinal);

    /// <summary>Takes up what was left; what nobody can read is as good as nothing.</summary>
    public void Read(string? json)
    {
        try
        {
            foreach (var (stream, mark) in json is null ? [] : JsonSerializer.Deserialize<Dictionary<string, string>>(json, BundleFormat.Json) ?? [])
            {
                places[stream] = new Place { Done = mark, Given = mark };
            }
        }
        catch (JsonException)
        {
            places.Clear();
        }
    }

    /// <summary>Null while there is nothing to keep.</summary>
    public string? Write()
    {
        var done = places.Where(p => p.Value.Done is not null).OrderBy(p => p.Key, StringComparer.Ordinal).ToDictionary(p => p.Key, p => p.Value.Done);
        return done.Count == 0 ? null : JsonSerializer.Serialize(done, BundleFormat.Json);
    }

    /// <param name="number">Of the batch, counted up.</param>
    public void Take(LineBatch batch, long number)
    {
        if (batch.Mark is not { } mark)
        {
            return;
        }

        var stream = batch.MarksAll ? LineBatch.AllStreams : batch.Stream;
        if (!places.TryGetValue(stream, out var place))
        {
            DropSilent();
            places[stream] = place = new Place();
        }

        place.Given = mark;
        place.Last = number;
        if (place.Waiting.Count >= MostWaiting)
        {
            place.Waiting.RemoveAt(place.Waiting.Count - 1);
        }

        place.Waiting.Add((number, mark));
    }

    /// <param name="open">Number of the first batch that an event of the stream still lies in; of all streams for <see cref="LineBatch.AllStreams"/>. Null when there is none.</param>
    public void Settle(Func<string, long?> open)
    {
        foreach (var (stream, place) in places.Where(p => p.Value.Waiting.Count > 0))
        {
            var end = open(stream) ?? long.MaxValue;
            var settled = place.Waiting.FindLastIndex(w => w.Number < end);
            if (settled >= 0)
            {
                place.Done = place.Waiting[settled].Mark;
                place.Waiting.RemoveRange(0, settled + 1);
            }
        }
    }

    private void DropSilent()
    {
        if (places.Count >= MostStreams)
        {
            places.Remove(places.Where(p => p.Key != LineBatch.AllStreams).MinBy(p => p.Value.Last).Key);
        }
    }

    private sealed class Place
    {
        public string? Done { get; set; }

        public string? Given { get; set; }

        public long Last { get; set; }

        public List<(long Number, string Mark)> Waiting { get; } = [];
    }
}
