namespace Nightjar.Agents.Fence;

/// <summary>
/// Reads a stream of lines that an agent writes, and ends with an <see cref="IOException"/> at a line that is longer than any honest one: who
/// reads lines holds each of them in memory.
/// </summary>
internal sealed class LineLimit(Stream inner, int longest) : Stream
{
    private long length;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Checked(buffer.AsSpan(offset, inner.Read(buffer, offset, count)));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        return Checked(buffer.Span[..count]);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int Checked(ReadOnlySpan<byte> read)
    {
        // No line is longer than a whole read, but the first, which began before, and the last, which goes on.
        var end = read.LastIndexOf((byte)'\n');
        length = end < 0 ? length + read.Length : read.Length - end - 1;
        return length <= longest ? read.Length : throw new IOException($"a line of more than {longest} bytes was written");
    }
}
