namespace Nightjar.Connectors.Docker;

/// <summary>Lines of a stream, one JSON value each. One that is too long is left out.</summary>
internal sealed class JsonLines(Stream stream)
{
    /// <summary>An event carries all labels of its container: some kilobytes, a megabyte at worst.</summary>
    private const int Longest = 1024 * 1024;

    private byte[] held = new byte[16 * 1024];
    private int start;
    private int end;
    private bool skips;

    /// <summary>Null at the end of the stream; valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var at = held.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (at >= 0)
            {
                var line = held.AsMemory(start, at);
                start += at + 1;
                if (!skips && at > 0)
                {
                    return line;
                }

                skips = false;
                continue;
            }

            MakeRoom();
            var read = await stream.ReadAsync(held.AsMemory(end), cancellationToken);
            if (read == 0)
            {
                return null;
            }

            end += read;
        }
    }

    private void MakeRoom()
    {
        if (start > 0)
        {
            held.AsSpan(start, end - start).CopyTo(held);
            (start, end) = (0, end - start);
        }

        if (end < held.Length)
        {
            return;
        }

        if (held.Length >= Longest)
        {
            (end, skips) = (0, true);
        }
        else
        {
            Array.Resize(ref held, held.Length * 2);
        }
    }
}
