using System.IO.Pipes;
using System.Text;
using Nightjar.Core.Services;
using Nightjar.Logs.Sources;

namespace Nightjar.Tests.Logs.Sources;

/// <summary>Standard input, or any other stream that is read once.</summary>
public sealed class StreamLinesTests
{
    private static readonly Dictionary<string, string> NoMarks = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lines_come_as_they_are_written_and_the_last_one_counts_without_its_end()
    {
        var lines = new StreamLines(new ServiceName("shop"), "standard input", () => new MemoryStream(Encoding.UTF8.GetBytes("one\r\ntwo\n\n" + new string('x', 200_000) + "\nlast")));

        var read = new List<string>();
        await foreach (var batch in lines.FollowAsync(NoMarks, Token))
        {
            Assert.Null(batch.Mark);
            read.AddRange(batch.Lines.Select(l => Encoding.UTF8.GetString(l.Span)));
        }

        Assert.Equal(["one", "two", "", new string('x', 65_536), "last"], read);
    }

    [Fact]
    public async Task A_reader_that_is_stopped_does_not_wait_for_the_writer_and_another_goes_on()
    {
        await using var writer = new AnonymousPipeServerStream(PipeDirection.Out);
        var input = new AnonymousPipeClientStream(PipeDirection.In, writer.ClientSafePipeHandle);
        var lines = new StreamLines(new ServiceName("shop"), "standard input", () => input);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await writer.WriteAsync("first\n"u8.ToArray(), Token);
        await using (var reader = lines.FollowAsync(NoMarks, stop.Token).GetAsyncEnumerator(stop.Token))
        {
            Assert.True(await reader.MoveNextAsync());
            var next = reader.MoveNextAsync().AsTask();
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        }

        await writer.WriteAsync("second\n"u8.ToArray(), Token);
        await using var again = lines.FollowAsync(NoMarks, Token).GetAsyncEnumerator(Token);
        Assert.True(await again.MoveNextAsync());
        Assert.Equal("second", Encoding.UTF8.GetString(again.Current.Lines[0].Span));
    }

    [Fact]
    public async Task A_writer_that_is_too_fast_is_held_up()
    {
        var endless = new EndlessStream();
        var lines = new StreamLines(new ServiceName("shop"), "standard input", () => endless);
        await using var reader = lines.FollowAsync(NoMarks, Token).GetAsyncEnumerator(Token);
        for (var i = 0; i < 20; i++)
        {
            Assert.True(await reader.MoveNextAsync());
        }

        Assert.InRange(endless.Reads, 20, 30);
        endless.IsOver = true;
    }

    private sealed class EndlessStream : MemoryStream
    {
        private int reads;

        public int Reads => Volatile.Read(ref reads);

        public bool IsOver { get; set; }

        public override int Read(Span<byte> buffer)
        {
            Interlocked.Increment(ref reads);
            buffer.Fill((byte)'\n');
            return IsOver ? 0 : buffer.Length;
        }
    }
}
