using Nightjar.Core.Signals;
using Nightjar.Logs.Events;
using Nightjar.Logs.Lines;

namespace Nightjar.Logs.Sources;

/// <summary>The streams of one source: joins the lines of each to events, and knows which of those are still open.</summary>
internal sealed class SourceStreams(ServiceLog log, TimeProvider clock)
{
    /// <summary>Streams with a joiner; of more, the one that was silent for longest gives out what it has.</summary>
    private const int Most = 500;

    private readonly Dictionary<string, Stream> streams = new(StringComparer.Ordinal);

    public int Count => streams.Count;

    /// <summary>Events that may still grow.</summary>
    public IReadOnlyList<byte[]> Open => [.. streams.Values.Where(s => s.Joiner.OpenStart is not null).Select(s => s.Joiner.Open.ToArray())];

    /// <summary>When the next open event is over if nothing more comes; null when none is open.</summary>
    public TimeSpan? QuietIn => streams.Values.Where(s => s.Joiner.OpenStart is not null).Select(s => (TimeSpan?)Rest(s)).Min();

    /// <summary>Number of the batch in which the open event of the stream began, of all streams together for the stream of all.</summary>
    public long? OpenSince(string stream) => stream == LineBatch.AllStreams
        ? streams.Values.Min(s => s.Joiner.OpenStart)
        : streams.GetValueOrDefault(stream)?.Joiner.OpenStart;

    public void Take(LineBatch batch, long number)
    {
        if (batch.Lines.Count == 0)
        {
            return;
        }

        if (!streams.TryGetValue(batch.Stream, out var stream))
        {
            DropSilent();
            streams[batch.Stream] = stream = new Stream(log);
        }

        stream.LastLine = clock.GetTimestamp();
        foreach (var line in batch.Lines)
        {
            stream.Line(line.Span, number, batch.At);
        }
    }

    /// <summary>Gives out events to which nothing was added for a moment.</summary>
    public void FlushQuiet()
    {
        foreach (var stream in streams.Values.Where(s => s.Joiner.OpenStart is not null && Rest(s) == TimeSpan.Zero))
        {
            stream.Flush();
        }
    }

    public void FlushAll()
    {
        foreach (var stream in streams.Values)
        {
            stream.Flush();
        }
    }

    private TimeSpan Rest(Stream stream) => (stream.IsUrgent ? EventJoiner.UrgentPatience : EventJoiner.Patience) - clock.GetElapsedTime(stream.LastLine) is var rest && rest > TimeSpan.Zero ? rest : TimeSpan.Zero;

    private void DropSilent()
    {
        if (streams.Count >= Most)
        {
            var (name, silent) = streams.MinBy(s => s.Value.LastLine);
            silent.Flush();
            streams.Remove(name);
        }
    }

    private sealed class Stream
    {
        private readonly ServiceLog log;
        private readonly LineCounts counts;
        private bool? isUrgent;
        private DateTimeOffset? written;
        private DateTimeOffset? openWritten;

        public Stream(ServiceLog log)
        {
            this.log = log;
            counts = log.Lines;
            Joiner = new EventJoiner(
                text =>
                {
                    if ((openWritten ?? written) is { } at)
                    {
                        log.TakeWritten(text, at);
                    }
                    else
                    {
                        log.Take(text, isBacklog: false);
                    }

                    openWritten = null;
                },
                log.Lines);
        }

        public EventJoiner Joiner { get; }

        /// <summary>Somebody wants to hear of the open event: found out when it is asked for, since lines may come faster.</summary>
        public bool IsUrgent => isUrgent ??= Joiner.OpenStart is not null && log.IsUrgent(Joiner.Open);

        public long LastLine { get; set; }

        public void Line(ReadOnlySpan<byte> line, long number, DateTimeOffset? at)
        {
            counts.AddLine();
            if (line.Length > LineCutter.LongestLine)
            {
                counts.AddCutLine();
                line = line[..LineCutter.LongestLine];
            }

            written = at;
            Joiner.Line(line.TrimEnd("\r\n"u8), number);
            openWritten = Joiner.OpenStart is null ? null : openWritten ?? at;
            isUrgent = null;
        }

        public void Flush() => Joiner.Flush();
    }
}
