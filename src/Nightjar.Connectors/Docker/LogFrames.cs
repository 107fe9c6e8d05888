using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Nightjar.Connectors.Docker;

/// <summary>
/// Takes a container's output out of what the engine wraps it in: eight bytes before each piece, of which the last four are its length;
/// nothing around it for a container with a terminal. https://docs.docker.com/reference/api/engine/version/v1.47/#tag/Container/operation/ContainerAttach
/// </summary>
internal static class LogFrames
{
    private const int Header = 8;

    /// <summary>The engine makes pieces of 16 kB and a timestamp; one that claims more is read in parts.</summary>
    private const int LargestPiece = 64 * 1024;

    /// <summary>Pieces as they come; each is valid until the next. Standard output and standard error are not told apart.</summary>
    public static async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(Stream stream, bool isRaw, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[LargestPiece];
        while (true)
        {
            long left = LargestPiece;
            if (!isRaw)
            {
                var got = await stream.ReadAtLeastAsync(buffer.AsMemory(0, Header), Header, throwOnEndOfStream: false, cancellationToken);
                if (got < Header)
                {
                    yield break;
                }

                if (buffer[0] > 2 || (buffer[1] | buffer[2] | buffer[3]) != 0)
                {
                    throw new IOException("the engine's log stream is not framed as its protocol says");
                }

                left = BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(4));
            }

            while (left > 0)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken);
                if (read == 0)
                {
                    yield break;
                }

                yield return buffer.AsMemory(0, read);
                left = isRaw ? 0 : left - read;
            }
        }
    }
}
