using System.Text;
using Nightjar.Agents.Gateway;
using Nightjar.Core.Policy;

namespace Nightjar.Tests.Agents.Gateway;

public sealed class UsageReaderTests
{
    private const string Stream = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":10,\"output_tokens\":1,\"cache_read_input_tokens\":5}}}\n\nevent: ping\ndata: {\"type\":\"ping\"}\n\nevent: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"{\\\"usage\\\":\\n é\"}}\n\nevent: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":20}}\n\n";

    private static readonly TokenUsage Expected = new(10, 20, 0, 0, 5);

    [Fact]
    public void Wherever_the_chunks_end_the_figures_are_the_same()
    {
        var bytes = Encoding.UTF8.GetBytes(Stream);
        for (var size = 1; size <= bytes.Length; size++)
        {
            Assert.Equal(Expected, Read(bytes.Chunk(size)).Usage);
        }
    }

    [Fact]
    public void Lines_may_end_as_on_Windows() => Assert.Equal(Expected, Read(Encoding.UTF8.GetBytes(Stream.Replace("\n", "\r\n", StringComparison.Ordinal)).Chunk(1)).Usage);

    [Fact]
    public void Before_the_last_count_nothing_is_final()
    {
        var reader = Read(Encoding.UTF8.GetBytes(Stream[..Stream.IndexOf("event: message_delta", StringComparison.Ordinal)]).Chunk(50));

        Assert.Equal((new TokenUsage(10, 1, 0, 0, 5), false), (reader.Usage, reader.IsFinal));
    }

    [Fact]
    public void A_line_that_never_ends_is_not_held_and_hides_nothing_that_follows()
    {
        var reader = new UsageReader(isStream: true);
        var chunk = Encoding.UTF8.GetBytes(new string('x', 1_000_000));
        for (var i = 0; i < 40; i++)
        {
            reader.Take(chunk);
        }

        reader.Take(Encoding.UTF8.GetBytes($"\n{Stream}"));

        Assert.Equal(Expected, reader.Usage);
        Assert.True(reader.IsFinal);
    }

    [Theory]
    [InlineData("data: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":20}}\n")]
    [InlineData("data: {\"type\":\"message_start\",\"message\":null}\n")]
    [InlineData("data: {\"type\":5}\ndata: []\ndata:\ndata: {\n\0\xff\n")]
    public void Anything_else_tells_nothing(string text)
    {
        var reader = Read([Encoding.Latin1.GetBytes(text)]);

        Assert.Null(reader.Usage);
        Assert.False(reader.IsFinal);
    }

    private static UsageReader Read(IEnumerable<byte[]> chunks)
    {
        var reader = new UsageReader(isStream: true);
        foreach (var chunk in chunks)
        {
            reader.Take(chunk);
        }

        reader.End();
        return reader;
    }
}
