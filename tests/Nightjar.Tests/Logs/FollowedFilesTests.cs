using System.Text;
using Nightjar.Logs.Files;
using Nightjar.Logs.Lines;

namespace Nightjar.Tests.Logs;

public sealed class FollowedFilesTests : FollowLab
{
    [Fact]
    public void A_file_that_was_there_before_is_read_from_its_end()
    {
        Write(Log, "old 1", "old 2");
        var files = Start("app.log");
        Write(Log, "new 1");

        Look(files);

        Assert.Equal(["new 1"], Seen);
    }

    [Fact]
    public void A_last_line_without_its_end_is_taken_whole()
    {
        File.WriteAllText(Log, "old 1\nhalf of ");
        var files = Start("app.log");
        File.AppendAllText(Log, "a line\n");

        Look(files);

        Assert.Equal(["half of a line"], Seen);
    }

    [Fact]
    public void A_file_that_appears_later_is_read_from_its_beginning()
    {
        var files = Start("app.log");
        Look(files);
        Assert.Equal([Log], files.Waiting);
        Write(Log, "new 1", "new 2");

        Look(files);

        Assert.Equal(["new 1", "new 2"], Seen);
        Assert.Empty(files.Waiting);
    }

    [Theory]
    [InlineData("*.log", "a.log b.log", "c.txt d/e.log")]
    [InlineData("d/**/*.log", "d/e.log d/f/g.log", "a.log")]
    [InlineData("**/x.log", "x.log d/x.log d/f/x.log", "d/xx.log")]
    [InlineData("app-?.log", "app-1.log app-b.log", "app-10.log app-.log")]
    public void Globs_find_what_they_mean(string glob, string found, string others)
    {
        foreach (var name in found.Split(' ').Concat(others.Split(' ')))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(At(name)) ?? ".");
            Write(At(name), "x");
        }

        Assert.Equal(found.Split(' ').Select(At).Order(StringComparer.Ordinal), new PathPattern(At(glob)).Find());
    }

    [Fact]
    public void A_line_of_fifty_megabytes_is_cut_and_counted()
    {
        var files = Start("app.log");
        using (var file = File.OpenHandle(Log, FileMode.Create, FileAccess.Write))
        {
            var block = new byte[1024 * 1024];
            block.AsSpan().Fill((byte)'x');
            for (var i = 0; i < 50; i++)
            {
                RandomAccess.Write(file, block, i * (long)block.Length);
            }

            RandomAccess.Write(file, "\nnext\n"u8, 50L * block.Length);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Look(files);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal([LineCutter.LongestLine, 4], Seen.Select(s => s.Length));
        Assert.Equal(1, Counts.CutLines);
        Assert.True(allocated < 4_000_000, $"{allocated} bytes were allocated");
    }

    [Fact]
    public void However_writes_are_cut_the_events_are_the_same()
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 40).Select(i => (i % 5) switch
        {
            0 => $"2026-11-20 12:00:00 ERROR failed {i}\njava.lang.IllegalStateException: bööm\n\tat a.B.c(B.java:1)\nCaused by: x.Y: z\n\tat a.B.d(B.java:2)\n",
            1 => $"{{\"level\":\"info\",\"message\":\"ok {i}\"}}\r\n",
            2 => $"Traceback (most recent call last):\n  File \"/a.py\", line {i}, in f\nValueError: {i}\n",
            3 => $"panic: oops {i}\n\ngoroutine 1 [running]:\nmain.f(0x1)\n\t/a.go:1 +0x1\n",
            _ => $"plain line {i}\n\n",
        })));
        File.WriteAllBytes(At("whole.log"), text);
        var whole = ReadAll("whole.log");
        Assert.Equal(40, whole.Count);

        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            Seen.Clear();
            Known = new KnownFiles();
            var name = $"cut-{seed}.log";
            var files = Start(name);
            for (var at = 0; at < text.Length;)
            {
                var length = Math.Min(random.Next(1, 90), text.Length - at);
                using (var file = new FileStream(At(name), FileMode.Append))
                {
                    file.Write(text, at, length);
                }

                at += length;
                files.Advance(search: false);
            }

            Look(files);
            Assert.Equal(whole, Seen);
            Known.Open.ToList().ForEach(f => f.Dispose());
        }
    }

    [Fact]
    public void A_file_that_may_not_be_read_is_told_and_tried_again()
    {
        if (Environment.UserName == "root" || OperatingSystem.IsWindows())
        {
            // Nothing is forbidden to root; a directory in the file's place is refused to everybody.
            Directory.CreateDirectory(Log);
            var blocked = Start("app.log");
            Look(blocked);
            Directory.Delete(Log);
            Write(Log, "1");
            Clock.Advance(TimeSpan.FromMinutes(1));
            Look(blocked);
            Assert.Equal(["1"], Seen);
            return;
        }

        Write(Log, "0");
        File.SetUnixFileMode(Log, UnixFileMode.None);
        var files = Start("app.log");
        Assert.Contains("not permitted", Assert.Single(files.Faults), StringComparison.Ordinal);
        File.SetUnixFileMode(Log, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Clock.Advance(TimeSpan.FromMinutes(1));
        Look(files);
        Assert.Empty(files.Faults);
    }

    private List<string> ReadAll(string name)
    {
        Write(At("marker"), "x");
        var files = Start("none");
        var left = Stop(files);
        Look(Start(name, left with { Globs = [At(name)] }));
        Known.Open.ToList().ForEach(f => f.Dispose());
        return [.. Seen];
    }
}
