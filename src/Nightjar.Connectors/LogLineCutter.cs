using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Nightjar.Connectors;

/// <summary>One line of a container's output.</summary>
/// <param name="Stream">1 is standard output, 2 standard error; a terminal has 1 alone.</param>
/// <param name="At">Nanoseconds since 1970, by the engine's clock; null when it did not say.</param>
internal sealed record LogLine(byte Stream, long? At, byte[] Text);

/// <summary>
/// Takes lines out of what the engine sends: eight bytes before each piece, of which the first is the stream and the last four are the
/// length; each piece begins with its time; a line of more than 16 kB comes in several pieces of one time, and only the last of them ends
/// with a line feed. A container with a terminal has lines alone. https://docs.docker.com/reference/api/engine/version/v1.47/#tag/Container/operation/ContainerAttach
/// </summary>
internal sealed class LogLineCutter(bool isRaw)
{
    /// <summary>Bytes of a line that are kept; the rest of a longer one is left out.</summary>
    public const int LongestLine = 64 * 1024;

    private const int Header = 8;

    /// <summary>Characters of a time such as 2026-11-20T19:56:09.381310278Z, and some to spare.</summary>
    private const int LongestTime = 40;

    private readonly byte[] header = new byte[Header];
    private readonly Piece[] pieces = [new(), new(), new()];
    private int headerHas;
    private uint left;

    /// <exception cref="IOException">It is not framed as the protocol says.</exception>
    public void Take(ReadOnlySpan<byte> bytes, List<LogLine> lines)
    {
        if (isRaw)
        {
            TakeRaw(bytes, lines);
            return;
        }

        while (!bytes.IsEmpty)
        {
            if (left == 0)
            {
                bytes = TakeHeader(bytes, lines);
                continue;
            }

            var part = bytes[..(int)Math.Min(left, (uint)bytes.Length)];
            bytes = bytes[part.Length..];
            left -= (uint)part.Length;
            pieces[header[0]].Add(part);
            if (left == 0)
            {
                pieces[header[0]].EndPiece(header[0], lines);
            }
        }
    }

    /// <summary>The output has ended; what has no line feed is a line all the same.</summary>
    public void End(List<LogLine> lines)
    {
        for (var stream = 0; stream < pieces.Length; stream++)
        {
            pieces[stream].End((byte)Math.Max(1, stream), lines);
        }
    }

    private ReadOnlySpan<byte> TakeHeader(ReadOnlySpan<byte> bytes, List<LogLine> lines)
    {
        var part = bytes[..Math.Min(Header - headerHas, bytes.Length)];
        part.CopyTo(header.AsSpan(headerHas));
        headerHas += part.Length;
        if (headerHas == Header)
        {
            if (header[0] >= pieces.Length || (header[1] | header[2] | header[3]) != 0)
            {
                throw new IOException("the engine's log stream is not framed as its protocol says");
            }

            headerHas = 0;
            left = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4));
            pieces[header[0]].Begin();
            if (left == 0)
            {
                pieces[header[0]].EndPiece(header[0], lines);
            }
        }

        return bytes[part.Length..];
    }

    private void TakeRaw(ReadOnlySpan<byte> bytes, List<LogLine> lines)
    {
        while (!bytes.IsEmpty)
        {
            var at = bytes.IndexOf((byte)'\n');
            var part = at < 0 ? bytes : bytes[..(at + 1)];
            bytes = bytes[part.Length..];
            pieces[1].Add(part);
            if (at >= 0)
            {
                pieces[1].EndPiece(1, lines);
                pieces[1].Begin();
            }
        }
    }

    /// <summary>What has come of a line of one stream.</summary>
    private sealed class Piece
    {
        private readonly MemoryStream text = new();
        private readonly StringBuilder time = new();
        private bool isInTime = true;
        private bool endsLine;
        private long? at;

        public void Begin()
        {
            isInTime = true;
            endsLine = false;
            time.Clear();
        }

        public void Add(ReadOnlySpan<byte> bytes)
        {
            while (isInTime && !bytes.IsEmpty)
            {
                var next = (char)bytes[0];
                bytes = bytes[1..];
                time.Append(next);
                if (next == ' ' || next == '\n' || time.Length == LongestTime)
                {
                    EndTime();
                }
            }

            Append(bytes);
        }

        public void EndPiece(byte stream, List<LogLine> lines)
        {
            if (isInTime && time.Length > 0)
            {
                EndTime();
            }

            if (endsLine)
            {
                Cut(stream, lines);
            }
        }

        public void End(byte stream, List<LogLine> lines)
        {
            if (text.Length > 0)
            {
                Cut(stream, lines);
            }
        }

        /// <summary>Where there is no time, it was text.</summary>
        private void EndTime()
        {
            isInTime = false;
            if (Nanoseconds(time.ToString()) is { } read)
            {
                at ??= read;
            }
            else
            {
                Append(Encoding.Latin1.GetBytes(time.ToString()));
            }
        }

        private void Append(ReadOnlySpan<byte> bytes)
        {
            if (!bytes.IsEmpty)
            {
                endsLine = bytes[^1] == '\n';
                text.Write(bytes[..(int)Math.Min(bytes.Length, Math.Max(0, LongestLine - text.Length))]);
            }
        }

        private void Cut(byte stream, List<LogLine> lines)
        {
            lines.Add(new LogLine(stream, at, text.GetBuffer().AsSpan(0, (int)text.Length).TrimEnd("\r\n"u8).ToArray()));
            text.SetLength(0);
            (at, endsLine) = (null, false);
        }

        private static long? Nanoseconds(string time)
        {
            var dot = time.IndexOf('.', StringComparison.Ordinal);
            var end = time.AsSpan(dot + 1).IndexOfAnyExceptInRange('0', '9');
            return dot == 19 && end is > 0 and <= 9 && time[0] is '1' or '2'
                && DateTimeOffset.TryParseExact(string.Concat(time.AsSpan(0, dot), time.AsSpan(dot + 1 + end).TrimEnd()), "yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var second)
                && long.TryParse(time.AsSpan(dot + 1, end), NumberStyles.None, CultureInfo.InvariantCulture, out var fraction)
                ? (second.ToUnixTimeSeconds() * 1_000_000_000) + (fraction * (long)Math.Pow(10, 9 - end))
                : null;
        }
    }
}
