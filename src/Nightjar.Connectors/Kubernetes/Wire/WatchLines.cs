using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Nightjar.Connectors.Kubernetes.Wire;

/// <summary>One change that a watch told of.</summary>
/// <param name="Type"><c>ADDED</c>, <c>MODIFIED</c>, <c>DELETED</c>, <c>BOOKMARK</c> or <c>ERROR</c>.</param>
/// <param name="Object">Valid until the next one is asked for.</param>
internal readonly record struct WatchLine(string Type, JsonElement Object);

/// <summary>A watch's answer: one JSON object on each line, for as long as it goes on (https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes).</summary>
internal static class WatchLines
{
    /// <summary>Bytes of one line; an object has 1.5 MB at most in the server's own store.</summary>
    public const int Longest = 16 * 1024 * 1024;

    /// <param name="heard">Told at every sign of life.</param>
    public static async IAsyncEnumerable<WatchLine> ReadAsync(Stream stream, Action heard, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 32 * 1024));
        try
        {
            while (true)
            {
                var read = await pipe.ReadAsync(cancellationToken);
                heard();
                var buffer = read.Buffer;
                while (buffer.PositionOf((byte)'\n') is { } end)
                {
                    using var line = Parse(buffer.Slice(0, end));
                    buffer = buffer.Slice(buffer.GetPosition(1, end));
                    yield return new WatchLine(line.RootElement.TryGetProperty("type", out var type) ? type.GetString() ?? "" : "", line.RootElement.TryGetProperty("object", out var changed) ? changed : default);
                }

                if (buffer.Length > Longest)
                {
                    throw new KubeException(KubeFault.Unexpected, $"A watch told of an object of more than {Longest / 1024 / 1024} MB.");
                }

                pipe.AdvanceTo(buffer.Start, buffer.End);
                if (read.IsCompleted)
                {
                    yield break;
                }
            }
        }
        finally
        {
            await pipe.CompleteAsync();
        }
    }

    private static JsonDocument Parse(ReadOnlySequence<byte> line)
    {
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException e)
        {
            throw new KubeException(KubeFault.Unexpected, $"A watch told of something that is no JSON ({SourceHttp.Line(e.Message)}).", e);
        }
    }
}
