using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Logs.Lines;

namespace Nightjar.Logs.Sources;

/// <summary>
/// Lines of a byte stream that can be read once, such as standard input. It is read on a thread of its own, because a read of a terminal
/// or pipe cannot be called off; whoever writes to it waits while nobody follows. No marks: what was read is gone.
/// </summary>
public sealed class StreamLines : ILineSource
{
    private const int BufferSize = 64 * 1024;

    /// <summary>Batches that wait, each of at most a buffer: half a megabyte.</summary>
    private const int MostWaiting = 8;

    private readonly Func<Stream> open;
    private readonly Channel<LineBatch> batches = Channel.CreateUnbounded<LineBatch>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
    private readonly SemaphoreSlim room = new(MostWaiting);
    private int isReading;

    /// <param name="open">Called once, when it is first followed.</param>
    public StreamLines(ServiceName service, string name, Func<Stream> open) => (Service, Name, this.open) = (service, name, open);

    public ServiceName Service { get; }

    public string Name { get; }

    public async IAsyncEnumerable<LineBatch> FollowAsync(IReadOnlyDictionary<string, string> marks, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref isReading, 1) == 0)
        {
            new Thread(Read) { IsBackground = true, Name = Name }.Start();
        }

        await foreach (var batch in batches.Reader.ReadAllAsync(cancellationToken))
        {
            room.Release();
            yield return batch;
        }
    }

    private void Read()
    {
        try
        {
            using var stream = open();
            var lines = new List<ReadOnlyMemory<byte>>();
            var cutter = new LineCutter((line, _) => lines.Add(line.ToArray()), new LineCounts(), 0);
            var buffer = new byte[BufferSize];
            int read;
            while ((read = stream.Read(buffer)) > 0)
            {
                cutter.Push(buffer.AsSpan(0, read));
                Give(lines);
            }

            cutter.End();
            Give(lines);
            batches.Writer.Complete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            batches.Writer.Complete(e);
        }
    }

    private void Give(List<ReadOnlyMemory<byte>> lines)
    {
        if (lines.Count > 0)
        {
            room.Wait();
            batches.Writer.TryWrite(new LineBatch(Name, [.. lines], null));
            lines.Clear();
        }
    }
}
