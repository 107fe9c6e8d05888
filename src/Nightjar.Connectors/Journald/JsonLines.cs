using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Nightjar.Connectors.Journald;

/// <summary>Lines of a pipe; one that is too long is passed over.</summary>
internal sealed class JsonLines(PipeReader pipe, int longest)
{
    /// <summary>Ends without a word when it is cancelled.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isTooLong = false;
        while (await ReadOnAsync(cancellationToken) is { } read)
        {
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                var line = rest.Slice(0, end);
                if (!isTooLong && line.Length <= longest)
                {
                    yield return line.ToArray();
                }

                isTooLong = false;
                rest = rest.Slice(rest.GetPosition(1, end));
            }

            if (isTooLong || rest.Length > longest)
            {
                isTooLong = true;
                rest = rest.Slice(rest.End);
            }

            pipe.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
            {
                yield break;
            }
        }
    }

    private async Task<ReadResult?> ReadOnAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await pipe.ReadAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
