using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Nightjar.Connectors.Kubernetes.Wire;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;

namespace Nightjar.Connectors.Kubernetes.Lines;

/// <summary>What the pods of one service write. Each container is a stream of its own; a run that is new is read from its beginning.</summary>
internal sealed partial class PodLines(ServiceName service, KubeApi api, TimeProvider clock, ILogger logger) : ILineSource
{
    /// <summary>Batches that wait to be taken: half a megabyte, or one line. Then the servers wait.</summary>
    private const int MostWaiting = 64;

    private const int BufferSize = 8 * 1024;

    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(1);

    private readonly Channel<bool> bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ConcurrentDictionary<ContainerRun, Task> reading = new();
    private volatile ImmutableDictionary<ContainerRun, WantedRun> wanted = ImmutableDictionary<ContainerRun, WantedRun>.Empty;

    public ServiceName Service => service;

    public string Name => $"pods in {api.Name}";

    /// <summary>Which runs are read from now on.</summary>
    public void Want(IEnumerable<WantedRun> runs)
    {
        wanted = runs.ToImmutableDictionary(r => r.Run);
        bell.Writer.TryWrite(true);
    }

    public async IAsyncEnumerable<LineBatch> FollowAsync(IReadOnlyDictionary<string, string> marks, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var batches = Channel.CreateBounded<LineBatch>(MostWaiting);
        reading.Clear();
        var joining = JoinAsync(marks, batches.Writer, ends.Token);
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
            await joining.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.WhenAll(reading.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task JoinAsync(IReadOnlyDictionary<string, string> marks, ChannelWriter<LineBatch> batches, CancellationToken cancellationToken)
    {
        do
        {
            foreach (var want in wanted.Values.Where(w => !reading.ContainsKey(w.Run)))
            {
                reading[want.Run] = ReadAsync(want, LogMark.Read(marks.GetValueOrDefault(want.Run.Stream)), batches, cancellationToken);
            }

            foreach (var (run, _) in reading.Where(r => r.Value.IsCompleted && !wanted.ContainsKey(r.Key)))
            {
                reading.TryRemove(run, out _);
            }
        }
        while (await bell.Reader.WaitToReadAsync(cancellationToken) && bell.Reader.TryRead(out _));
    }

    /// <summary>Until it has ended and all of its log was read, or nobody wants it any more.</summary>
    private async Task ReadAsync(WantedRun want, LogMark? mark, ChannelWriter<LineBatch> batches, CancellationToken cancellationToken)
    {
        var rest = FirstRest;
        while (wanted.TryGetValue(want.Run, out var now))
        {
            try
            {
                mark = await ReadOnceAsync(want, mark, batches, cancellationToken);
                if (now.IsOver)
                {
                    return;
                }

                rest = FirstRest;
            }
            catch (KubeException e) when (e.Fault is KubeFault.NotFound or KubeFault.Forbidden or KubeFault.Invalid)
            {
                // Gone, not ours to read, or nothing that can be read: saying so once is enough.
                Unread(want.Run.Namespace, want.Run.Pod, want.Run.Container, e.Message);
                return;
            }
            catch (Exception e) when (e is KubeException or IOException or HttpRequestException)
            {
                rest = rest * 2 < LongestRest ? rest * 2 : LongestRest;
            }

            await Task.Delay(rest, clock, cancellationToken);
        }
    }

    /// <summary>Returns how far it came.</summary>
    private async Task<LogMark?> ReadOnceAsync(WantedRun want, LogMark? mark, ChannelWriter<LineBatch> batches, CancellationToken cancellationToken)
    {
        var resume = new LogResume(mark);
        // A log that is silent has no answer before its first line: that is not waited for in vain.
        using var response = await api.StreamAsync(want.Run.Log(mark?.At, !want.IsNew), $"read the log of {want.Run.Namespace}/{want.Run.Pod}", cancellationToken, Timeout.InfiniteTimeSpan);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var (cutter, lines, buffer) = (new LogLineCutter(isRaw: true), new List<LogLine>(), new byte[BufferSize]);
        int read;
        do
        {
            read = await stream.ReadAsync(buffer, cancellationToken);
            cutter.Take(buffer.AsSpan(0, read), lines);
            if (read == 0)
            {
                cutter.End(lines);
            }

            var fresh = lines.Where(resume.IsNew).ToList();
            if (fresh.Count > 0)
            {
                await batches.WriteAsync(
                    new LineBatch(want.Run.Stream, [.. fresh.Select(l => (ReadOnlyMemory<byte>)l.Text)], resume.Mark?.ToString())
                    {
                        At = fresh[0].At is { } at ? DateTimeOffset.UnixEpoch.AddTicks(at / 100) : null,
                    },
                    cancellationToken);
            }

            lines.Clear();
        }
        while (read > 0);
        return resume.Mark;
    }

    [LoggerMessage(3420, LogLevel.Information, "The log of {Namespace}/{Pod} {Container} is not read: {Why}")]
    private partial void Unread(string @namespace, string pod, string container, string why);
}
