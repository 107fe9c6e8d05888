using System.Text;
using Nightjar.Connectors;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Testing;

namespace Nightjar.Tests.Connectors.Docker;

public sealed class ContainerLinesTests
{
    private static readonly ContainerWatch All = new() { Name = "w*" };
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_container_that_runs_is_followed_from_now_and_one_that_joins_from_its_beginning()
    {
        await using var lab = await DockerLab.OpenAsync(All);
        var web = lab.Engine.Run("web");
        lab.Engine.Run("other");
        lab.Engine.Write(web, "before");
        await using var reader = new Follower(lab, []);
        await lab.ListensAsync();
        await reader.OpensAsync(web);
        lab.Engine.Write(web, "out");
        lab.Engine.Write(web, "err", stream: 2);
        Assert.Equal([$"{web.Id}/1 out", $"{web.Id}/2 err"], await reader.LinesAsync(2));

        var second = lab.Engine.Run("w2");
        lab.Engine.Write(second, "first");
        Assert.Equal([$"{second.Id}/1 first"], await reader.LinesAsync(1));
        lab.Engine.Die(second, 1);
        lab.Engine.Start(second);
        lab.Engine.Write(second, "again");
        Assert.Equal([$"{second.Id}/1 again"], await reader.LinesAsync(1));
    }

    [Fact]
    public async Task After_a_restart_no_line_is_lost_or_doubled_though_they_have_one_time()
    {
        await using var lab = await DockerLab.OpenAsync(All);
        var web = lab.Engine.Run("web");
        var at = (lab.Clock.Now - DateTimeOffset.UnixEpoch).Ticks * 100;
        var marks = new Dictionary<string, string> { [$"{web.Id}/1"] = new LogMark(at + 7, 2).ToString() };
        lab.Engine.Write(web, "old", at: at + 6);
        lab.Engine.Write(web, "a", at: at + 7);
        lab.Engine.Write(web, "b", at: at + 7);
        lab.Engine.Write(web, "c", at: at + 7);
        lab.Engine.Write(web, "written in the same second by the other stream", stream: 2, at: at + 5);
        lab.Engine.Write(web, "d", at: at + 8);
        await using var reader = new Follower(lab, marks);

        Assert.Equal([$"{web.Id}/1 c", $"{web.Id}/1 d", $"{web.Id}/2 written in the same second by the other stream"], (await reader.LinesAsync(3)).Order(StringComparer.Ordinal));
        Assert.Equal((new LogMark(at + 8, 1).ToString(), new LogMark(at + 5, 1).ToString()), (reader.Marks[$"{web.Id}/1"], reader.Marks[$"{web.Id}/2"]));
        lab.Engine.Write(web, "the engine's clock stepped back", at: at - 500_000_000);
        Assert.Equal([$"{web.Id}/1 the engine's clock stepped back"], await reader.LinesAsync(1));
    }

    [Fact]
    public async Task What_is_caught_up_on_has_the_time_at_which_it_was_written()
    {
        await using var lab = await DockerLab.OpenAsync(All);
        var web = lab.Engine.Run("web");
        var second = lab.Clock.Now.AddMinutes(-10).ToUnixTimeSeconds();
        var at = second * 1_000_000_000;
        foreach (var (line, after) in new[] { ("a", 1L), ("b", 900_000_000L), ("c", 60_000_000_000L) })
        {
            lab.Engine.Write(web, line, at: at + after);
        }

        var source = Assert.Single(lab.Room.Lines());
        using var limit = new CancellationTokenSource(Patience);
        var batches = new List<LineBatch>();
        await foreach (var batch in source.FollowAsync(new Dictionary<string, string> { [$"{web.Id}/1"] = new LogMark(at, 1).ToString() }, limit.Token))
        {
            batches.Add(batch);
            if (batches.Sum(b => b.Lines.Count) == 3)
            {
                break;
            }
        }

        var written = DateTimeOffset.FromUnixTimeSeconds(second);
        Assert.All(batches, b => Assert.InRange((b.At - written)?.TotalSeconds ?? -1, 0, 60));
        Assert.Equal(("c", written.AddMinutes(1), new LogMark(at + 60_000_000_000, 1).ToString()), (Encoding.UTF8.GetString(batches[^1].Lines.Single().Span), batches[^1].At, batches[^1].Mark));
        Assert.Equal(new LogMark(at + 900_000_000, 1).ToString(), batches[^2].Mark);
    }

    [Fact]
    public async Task What_a_container_said_at_its_end_while_nobody_read_is_read_later()
    {
        await using var lab = await DockerLab.OpenAsync(All);
        var (web, late) = (lab.Engine.Run("web"), lab.Engine.Run("w2"));
        var at = (lab.Clock.Now - DateTimeOffset.UnixEpoch).Ticks * 100;
        lab.Engine.Write(web, "taken", at: at - 10_000_000_000);
        lab.Engine.Write(web, "panic", stream: 2);
        lab.Engine.Write(late, "started and ended meanwhile");
        lab.Engine.Die(web, 2);
        lab.Engine.Die(late, 2);
        await using var reader = new Follower(lab, new() { [$"{web.Id}/1"] = new LogMark(at - 10_000_000_000, 1).ToString() });
        Assert.Equal([$"{web.Id}/2 panic", $"{late.Id}/1 started and ended meanwhile"], (await reader.LinesAsync(2)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Binary_output_comes_as_it_is_and_an_endless_line_is_cut()
    {
        await using var lab = await DockerLab.OpenAsync(All);
        var web = lab.Engine.Run("web");
        byte[] binary = [0, 255, 1, 13, 200];
        await using var reader = new Follower(lab, []);
        await lab.ListensAsync();
        await reader.OpensAsync(web);
        lab.Engine.Write(web, binary);
        Assert.Equal(binary, await reader.BytesAsync());
        lab.Engine.Write(web, new byte[300_000]);
        Assert.Equal(LogLineCutter.LongestLine, (await reader.BytesAsync()).Length);
        lab.Engine.Write(web, "after");
        Assert.Equal([$"{web.Id}/1 after"], await reader.LinesAsync(1));
    }

    [Fact]
    public async Task A_terminal_has_no_frames()
    {
        await using var lab = await DockerLab.OpenAsync(All);
        var web = lab.Engine.Run("web", id => new StandInContainer(id, "web") { Tty = true });
        await using var reader = new Follower(lab, []);
        await lab.ListensAsync();
        await reader.OpensAsync(web);
        lab.Engine.Write(web, "one");
        lab.Engine.Write(web, "two");
        Assert.Equal([$"{web.Id}/1 one", $"{web.Id}/1 two"], await reader.LinesAsync(2));
    }

    [Fact]
    public async Task An_engine_that_goes_away_is_thrown()
    {
        await using var lab = await DockerLab.OpenAsync(All);
        lab.Engine.Run("web");
        await using var reader = new Follower(lab, []);
        await lab.ListensAsync();
        await lab.Engine.GoAwayAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => reader.LinesAsync(1));
    }

    [Fact]
    public void Pieces_of_one_line_are_one_line_however_they_arrive()
    {
        var time = "2026-11-20T19:56:09.381310278Z ";
        byte[] wire = [.. Frame(1, time + new string('x', 10)), .. Frame(2, time + "mixed in\n"), .. Frame(1, time + "yz\n"), .. Frame(1, "2026-11-20T19:56:10Z no fraction\n"), .. Frame(1, time + "no end")];
        for (var step = 1; step < 60; step++)
        {
            var (cutter, lines) = (new LogLineCutter(isRaw: false), new List<LogLine>());
            foreach (var part in wire.Chunk(step))
            {
                cutter.Take(part, lines);
            }

            cutter.End(lines);
            Assert.Equal(["2 mixed in", "1 xxxxxxxxxxyz", "1 2026-11-20T19:56:10Z no fraction", "1 no end"], lines.Select(l => $"{l.Stream} {Encoding.UTF8.GetString(l.Text)}"));
            Assert.Equal(1795204569381310278, lines[1].At);
        }
    }

    [Fact]
    public void What_is_not_framed_is_refused() =>
        Assert.Throws<IOException>(() => new LogLineCutter(isRaw: false).Take("HTTP/1.1 200 OK"u8, []));

    private static byte[] Frame(byte stream, string text) => [stream, 0, 0, 0, 0, 0, (byte)(text.Length >> 8), (byte)text.Length, .. Encoding.UTF8.GetBytes(text)];

    /// <summary>Whoever reads the lines of the shop.</summary>
    private sealed class Follower : IAsyncDisposable
    {
        private readonly CancellationTokenSource stop = new();
        private readonly DockerLab lab;
        private readonly IAsyncEnumerator<LineBatch> batches;
        private readonly Queue<(string Stream, byte[] Text)> held = [];
        private Task<bool>? next;

        public Follower(DockerLab lab, Dictionary<string, string> marks)
        {
            this.lab = lab;
            batches = Assert.Single(lab.Room.Lines()).FollowAsync(marks, stop.Token).GetAsyncEnumerator(CancellationToken.None);
            next = batches.MoveNextAsync().AsTask();
        }

        public Dictionary<string, string> Marks { get; } = [];

        /// <summary>Until its output is asked for.</summary>
        public async Task OpensAsync(StandInContainer container)
        {
            for (var i = 0; i < 1_000 && !lab.Engine.Asked.ToArray().Contains($"/containers/{container.Id}/logs"); i++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
            }
        }

        public async Task<byte[]> BytesAsync() => (await OneAsync()).Text;

        public async Task<List<string>> LinesAsync(int count)
        {
            var lines = new List<string>();
            while (lines.Count < count)
            {
                var (stream, text) = await OneAsync();
                lines.Add($"{stream} {Encoding.UTF8.GetString(text)}");
            }

            return lines;
        }

        private async Task<(string Stream, byte[] Text)> OneAsync()
        {
            while (held.Count == 0)
            {
                Assert.True(await (next ?? batches.MoveNextAsync().AsTask()).WaitAsync(Patience));
                next = null;
                var batch = batches.Current;
                Marks[batch.Stream] = batch.Mark ?? "";
                foreach (var line in batch.Lines)
                {
                    held.Enqueue((batch.Stream, line.ToArray()));
                }
            }

            return held.Dequeue();
        }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            if (next is not null)
            {
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await batches.DisposeAsync();
            stop.Dispose();
        }
    }
}
