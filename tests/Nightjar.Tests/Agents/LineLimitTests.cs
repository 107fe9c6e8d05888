using System.Text;
using Nightjar.Agents.Fence;

namespace Nightjar.Tests.Agents;

public sealed class LineLimitTests
{
    [Fact]
    public async Task Any_number_of_lines_passes_in_pieces_of_any_size()
    {
        var text = string.Concat(Enumerable.Range(0, 500).Select(i => new string('x', i % 11) + "\n"));
        foreach (var piece in new[] { 1, 7, 4_096 })
        {
            using var held = new MemoryStream(Encoding.UTF8.GetBytes(text));
            using var read = new MemoryStream();

            await new LineLimit(held, 10).CopyToAsync(read, piece);

            Assert.Equal(text, Encoding.UTF8.GetString(read.ToArray()));
        }
    }

    [Fact]
    public async Task A_line_without_an_end_is_read_as_far_as_allowed_and_no_further()
    {
        using var held = new MemoryStream(Encoding.UTF8.GetBytes("short\n" + new string('x', 1_000_000)));

        var e = await Assert.ThrowsAsync<IOException>(() => new LineLimit(held, 1_000).CopyToAsync(Stream.Null, 100));

        Assert.Contains("more than 1000 bytes", e.Message, StringComparison.Ordinal);
        Assert.InRange(held.Position, 1_000, 1_200);
    }
}
