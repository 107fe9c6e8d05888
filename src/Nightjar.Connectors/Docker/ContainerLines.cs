using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Nightjar.Core.Evidence;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Docker;

/// <summary>
/// What the containers of one service write. Standard output and standard error of each are streams of their own, called by the container's
/// id; a container that starts later joins from its beginning, and goes on from where it was when it is started again.
/// </summary>
internal sealed partial class ContainerLines(Service service, EngineReader engine, DockerApi api, Catalogue catalogue, ILogger logger) : ILineSource
{
    /// <summary>Batches that wait to be taken: 4 MB at most. Then the engine waits.</summary>
    private const int MostWaiting = 64;

    /// <summary>Bytes of a read. Every container that runs holds as many, and most say nothing most of the time.</summary>
    private const int BufferSize = 8 * 1024;

    /// <summary>The engine filters by time, and lines of the two streams may be written out of order by microseconds.</summary>
    private const long Overlap = 1_000_000_000;

    public ServiceName Service => service.Name;

    public string Name => $"docker {service.Name}";

    public async IAsyncEnumerable<LineBatch> FollowAsync(IReadOnlyDictionary<string, string> marks, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var batches = Channel.CreateBounded<LineBatch>(MostWaiting);
        var following = FollowAllAsync(marks, batches.Writer, ends.Token);
        try
        {
            await foreach (var batch in batches.Reader.ReadAllAsync(cancellationToken))
            {
                yield return batch;
            }
        }
        finally
        {
            await ends.CancelAsync();
            await following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>One reader a container that runs; whoever fails ends all of them, because then the engine went away.</summary>
    private async Task FollowAllAsync(IReadOnlyDictionary<string, string> marks, ChannelWriter<LineBatch> batches, CancellationToken cancellationToken)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var newest = marks.Values.Max(m => LogMark.Read(m)?.At) ?? long.MaxValue;
        var readers = new ConcurrentDictionary<string, Reader>(StringComparer.Ordinal);
        var running = new ConcurrentDictionary<Task, bool>();
        try
        {
            // Events are asked for from before the list, so that none who starts in between is missed.
            var engineNow = await NowAsync(ends.Token);
            foreach (var listed in await engine.ListAsync(ends.Token))
            {
                // One that has ended may have said why after its last line that was taken.
                if ((listed.State == "running" || marks.Count > 0) && IsOurs(WireFacts.NameOf(listed), listed.Labels ?? []))
                {
                    Join(listed.Id, null);
                }
            }

            await foreach (var (happened, at) in engine.EventsAsync(engineNow, null, ends.Token))
            {
                if (happened.What == ContainerHappening.Started && IsOurs(happened.Name, happened.Labels))
                {
                    Join(happened.Id, at);
                }
            }

            batches.TryComplete(new IOException("Docker ended its stream of events"));
        }
#pragma warning disable CA1031 // It is thrown where the lines are read.
        catch (Exception e)
#pragma warning restore CA1031
        {
            batches.TryComplete(e);
        }
        finally
        {
            await ends.CancelAsync();
            await Task.WhenAll(running.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        void Join(string id, long? startedAt)
        {
            var reader = readers.GetOrAdd(id, _ => new Reader(id, LogMark.Read(marks.GetValueOrDefault(Stream(id, 1))), LogMark.Read(marks.GetValueOrDefault(Stream(id, 2))), newest));
            if (reader.TryStart(startedAt))
            {
                var task = FollowOneAsync(reader, batches, ends);
                running[task] = true;
                _ = task.ContinueWith(t => running.TryRemove(t, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
    }

    private async Task FollowOneAsync(Reader reader, ChannelWriter<LineBatch> batches, CancellationTokenSource ends)
    {
        try
        {
            do
            {
                await ReadAsync(reader, batches, ends.Token);

                // The engine may end what it tells before a container's last words: what is left is read once it has ended.
                await ReadAsync(reader, batches, ends.Token);
            }
            while (reader.GoesOn());
        }
        catch (DockerException e) when (e.Trouble is not DockerTrouble.Unreachable)
        {
            // Gone meanwhile, or its log driver keeps nothing that can be read.
            reader.GoesOn();
            Unread(reader.Id, e.Message);
        }
#pragma warning disable CA1031 // It is thrown where the lines are read.
        catch (Exception e)
#pragma warning restore CA1031
        {
            batches.TryComplete(e);
            await ends.CancelAsync();
        }
    }

    private async Task ReadAsync(Reader reader, ChannelWriter<LineBatch> batches, CancellationToken cancellationToken)
    {
        if (await engine.InspectAsync(reader.Id, cancellationToken) is not { } container)
        {
            return;
        }

        // One that started after the last line that was ever taken started while nobody listened.
        var started = WireFacts.Moment(container.State?.StartedAt) is { } at ? (at - DateTimeOffset.UnixEpoch).Ticks * 100 : 0;
        var from = (reader.From ?? (started > reader.Newest ? started - Overlap : null)) is { } since ? $"&since={EngineReader.Seconds(since)}" : "&tail=0";
        await using var stream = await api.OpenAsync($"/containers/{reader.Id}/logs?follow=1&stdout=1&stderr=1&timestamps=1{from}", cancellationToken);
        var cutter = new LogLineCutter(container.Config?.Tty ?? false);
        var lines = new List<LogLine>();
        var buffer = new byte[BufferSize];
        int read;
        do
        {
            read = await stream.ReadAsync(buffer, cancellationToken);
            cutter.Take(buffer.AsSpan(0, read), lines);
            if (read == 0)
            {
                cutter.End(lines);
            }

            foreach (var batch in reader.Batches(lines))
            {
                await batches.WriteAsync(batch, cancellationToken);
            }

            lines.Clear();
        }
        while (read > 0);
    }

    private bool IsOurs(string name, IReadOnlyDictionary<string, string> labels) => catalogue.OwnerOf(name, labels)?.Service.Name == service.Name;

    /// <summary>By the engine's clock.</summary>
    private async Task<long> NowAsync(CancellationToken cancellationToken) =>
        WireFacts.Moment((await api.GetAsync("/info", DockerJson.Default.EngineInfo, cancellationToken)).SystemTime) is { } now ? (now - DateTimeOffset.UnixEpoch).Ticks * 100 : 0;

    private static string Stream(string id, byte stream) => string.Create(CultureInfo.InvariantCulture, $"{id}/{stream}");

    /// <summary>How far one container was read.</summary>
    private sealed class Reader(string id, LogMark? output, LogMark? error, long newest)
    {
        private readonly Lock gate = new();
        private LogMark? output = output;
        private LogMark? error = error;
        private long? startedAt;
        private bool runs;
        private bool again;
        private LogResume[] resumes = [];

        public string Id => id;

        /// <summary>The time of the last line that was taken of any container.</summary>
        public long Newest => newest;

        /// <summary>Where to read from; null is from now on.</summary>
        public long? From
        {
            get
            {
                resumes = [new LogResume(output), new LogResume(output), new LogResume(error)];
                // The engine writes down a start when it is done: the first lines are older than that.
                return (output is null && error is null ? startedAt : Math.Max(output?.At ?? 0, error?.At ?? 0)) - Overlap;
            }
        }

        /// <summary>False when it is being read: then it is read again once that has ended.</summary>
        public bool TryStart(long? at)
        {
            lock (gate)
            {
                startedAt ??= at;
                again = runs;
                return !runs && (runs = true);
            }
        }

        public bool GoesOn()
        {
            lock (gate)
            {
                (runs, again) = (again, false);
                return runs;
            }
        }

        /// <summary>
        /// In slices of half the overlap, so that each line counts when it was written; and because a batch of one stream may be the last that is
        /// taken: then it is read on from its time less the overlap, and no line of the other stream that comes after it here may be older.
        /// </summary>
        public IEnumerable<LineBatch> Batches(List<LogLine> lines)
        {
            for (var at = 0; at < lines.Count;)
            {
                var first = lines[at].At ?? 0;
                var slice = lines.Skip(at).TakeWhile(l => Math.Abs((l.At ?? first) - first) < Overlap / 2).ToList();
                at += slice.Count;
                foreach (var stream in slice.Where(l => resumes[l.Stream].IsNew(l)).ToList().GroupBy(l => l.Stream))
                {
                    yield return Batch(stream.Key, [.. stream]);
                }
            }
        }

        private LineBatch Batch(byte stream, List<LogLine> lines)
        {
            var mark = resumes[stream].Mark;
            (output, error) = stream == 2 ? (output, mark) : (mark, error);
            return new LineBatch(Stream(id, stream), [.. lines.Select(l => (ReadOnlyMemory<byte>)l.Text)], mark?.ToString())
            {
                At = lines[0].At is { } at ? DateTimeOffset.UnixEpoch.AddTicks(at / 100) : null,
            };
        }
    }

    [LoggerMessage(3507, LogLevel.Warning, "The output of container {Container} was not read: {Why}")]
    private partial void Unread(string container, string why);
}
