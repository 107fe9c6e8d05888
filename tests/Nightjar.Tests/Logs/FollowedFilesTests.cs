using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Logs.Files;
using Nightjar.Logs.Lines;
using Xunit;

namespace Nightjar.Tests.Logs;

public sealed class FollowedFilesTests : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("nightjar-logs-");

    private readonly LogsClock clock = new();

    private readonly List<string> seen = [];

    private readonly LineCounts counts = new();

    private KnownFiles known = new();

    private string Log => At("app.log");

    [Fact]
    public void A_file_that_was_there_before_is_read_from_its_end()
    {
        Write(Log, "old 1", "old 2");
        var files = Start("app.log");
        Write(Log, "new 1");

        Look(files);

        Assert.Equal(["new 1"], seen);
    }

    [Fact]
    public void A_last_line_without_its_end_is_taken_whole()
    {
        File.WriteAllText(Log, "old 1\nhalf of ");
        var files = Start("app.log");
        File.AppendAllText(Log, "a line\n");

        Look(files);

        Assert.Equal(["half of a line"], seen);
    }

    [Fact]
    public void A_file_that_appears_later_is_read_from_its_beginning()
    {
        var files = Start("app.log");
        Look(files);
        Assert.Equal([Log], files.Waiting);
        Write(Log, "new 1", "new 2");

        Look(files);

        Assert.Equal(["new 1", "new 2"], seen);
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
    public void A_renamed_log_is_read_to_its_end_first()
    {
        var files = Start("app.log");
        Write(Log, "1", "2");
        Look(files);
        Write(Log, "3");
        File.Move(Log, At("app.log.1"));
        Write(Log, "4");
        Look(files);

        // The writer has not opened the new file yet.
        Write(At("app.log.1"), "5");
        Look(files);

        Assert.Equal(["1", "2", "3", "4", "5"], seen.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("app.log")]
    [InlineData("app.log*")]
    public void A_copied_and_truncated_log_is_read_to_its_end_from_the_copy(string glob)
    {
        Write(Log, "0");
        var files = Start(glob);
        Write(Log, "1", "2");
        Look(files);
        Write(Log, "3");
        File.Copy(Log, At("app.log.1"));
        File.WriteAllText(Log, "");
        Write(Log, "a line that is longer than everything that was there before");

        LookLong(files);

        Assert.Equal(["1", "2", "3", "a line that is longer than everything that was there before"], seen.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("app.log", 0)]
    [InlineData("app.log", 1)]
    [InlineData("app.log", 3)]
    [InlineData("app.log", 100)]
    [InlineData("app.log*", 1)]
    [InlineData("app.log*", 3)]
    [InlineData("app.log*", 100)]
    public void Twenty_quick_rotations_lose_and_double_nothing(string glob, int lookEvery)
    {
        Write(Log, "before");
        var files = Start(glob);
        var written = new List<string>();
        for (var rotation = 0; rotation < 20; rotation++)
        {
            var lines = Enumerable.Range(0, 3).Select(i => $"line {rotation:00}-{i}").ToArray();
            Write(Log, lines);
            written.AddRange(lines);
            if (lookEvery > 0 && rotation % lookEvery == 0)
            {
                Look(files);
            }

            Rotate();
        }

        Write(Log, "last");
        LookLong(files);

        Assert.Equal([.. written, "last"], seen.Order(StringComparer.Ordinal).OrderBy(l => l == "last"));
    }

    [Fact]
    public void After_a_restart_reading_goes_on_where_it_was_left()
    {
        Write(Log, "0");
        var files = Start("app.log");
        Write(Log, "1", "2");
        Look(files);
        var left = Stop(files);
        Write(Log, "3");

        Look(Start("app.log", left));

        Assert.Equal(["1", "2", "3"], seen);
    }

    [Fact]
    public void An_event_that_was_still_open_is_read_again_after_a_restart()
    {
        var files = Start("app.log");
        Write(Log, "1");
        files.Advance(search: false);
        var left = Stop(files);
        Write(Log, "  goes on");

        Look(Start("app.log", left));

        Assert.Equal(["1\n  goes on"], seen);
    }

    [Theory]
    [InlineData("app.log", 1)]
    [InlineData("app.log", 4)]
    [InlineData("app.log*", 1)]
    [InlineData("app.log*", 4)]
    public void Logs_that_rotated_while_nobody_looked_are_finished_first(string glob, int rotations)
    {
        Write(Log, "0");
        var files = Start(glob);
        Write(Log, "1");
        Look(files);
        var left = Stop(files);
        Write(Log, "2");
        for (var i = 0; i < rotations; i++)
        {
            Rotate();
            Write(Log, $"{i + 3}");
        }

        LookLong(Start(glob, left));

        Assert.Equal(Enumerable.Range(1, rotations + 2).Select(i => $"{i}"), seen.Order(StringComparer.Ordinal));
        Assert.Equal(0, counts.LostFiles);
    }

    [Fact]
    public void A_log_that_was_truncated_while_nobody_looked_is_finished_in_its_copy()
    {
        var files = Start("app.log");
        Write(Log, "1");
        Look(files);
        var left = Stop(files);
        Write(Log, "2");
        File.Copy(Log, At("app.log-20261120"));
        File.WriteAllText(Log, "3 and then some\n");

        LookLong(Start("app.log", left));

        Assert.Equal(["2", "3 and then some"], seen.Skip(1).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_rotated_file_that_is_gone_is_told()
    {
        var files = Start("app.log");
        Write(Log, "1");
        Look(files);
        var left = Stop(files);
        File.WriteAllText(Log, "another\n");

        Look(Start("app.log", left));

        Assert.Equal(1, counts.LostFiles);
        Assert.Equal(["1", "another"], seen);
    }

    [Fact]
    public void A_new_glob_starts_at_the_end_of_what_is_there()
    {
        Write(Log, "0");
        var left = Stop(Start("app.log"));
        Write(Log, "1");
        Write(At("other.log"), "old");
        var files = Start(["app.log", "other.log"], left);
        Write(At("other.log"), "new");

        Look(files);

        Assert.Equal(["1", "new"], seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_file_that_came_while_nobody_looked_is_read_from_its_beginning()
    {
        Write(At("a.log"), "0");
        var left = Stop(Start("*.log"));
        Write(At("b.log"), "1");

        Look(Start("*.log", left));

        Assert.Equal(["1"], seen);
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

        Assert.Equal([LineCutter.LongestLine, 4], seen.Select(s => s.Length));
        Assert.Equal(1, counts.CutLines);
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
            seen.Clear();
            known = new KnownFiles();
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
            Assert.Equal(whole, seen);
            known.Open.ToList().ForEach(f => f.Dispose());
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
            clock.Move(TimeSpan.FromMinutes(1));
            Look(blocked);
            Assert.Equal(["1"], seen);
            return;
        }

        Write(Log, "0");
        File.SetUnixFileMode(Log, UnixFileMode.None);
        var files = Start("app.log");
        Assert.Contains("not permitted", Assert.Single(files.Faults), StringComparison.Ordinal);
        File.SetUnixFileMode(Log, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        clock.Move(TimeSpan.FromMinutes(1));
        Look(files);
        Assert.Empty(files.Faults);
    }

    public void Dispose()
    {
        known.Open.ToList().ForEach(f => f.Dispose());
        directory.Delete(recursive: true);
    }

    private List<string> ReadAll(string name)
    {
        Write(At("marker"), "x");
        var files = Start("none");
        var left = Stop(files);
        Look(Start(name, left with { Globs = [At(name)] }));
        known.Open.ToList().ForEach(f => f.Dispose());
        return [.. seen];
    }

    private FollowedFiles Start(string glob, FollowState? left = null) => Start([glob], left);

    private FollowedFiles Start(string[] globs, FollowState? left)
    {
        known = new KnownFiles();
        var files = new FollowedFiles([.. globs.Select(At)], new FollowContext(known, counts, (text, _) => seen.Add(Encoding.UTF8.GetString(text)), clock, NullLogger.Instance));
        files.Start(left);
        return files;
    }

    /// <summary>Reads until nothing is left, and lets open events end.</summary>
    private void Look(FollowedFiles files)
    {
        for (var round = 0; round < 3; round++)
        {
            while (files.Advance(search: true) != ReadOutcome.Idle)
            {
            }

            clock.Move(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>So long that rotated files are given up and taken up under their new names.</summary>
    private void LookLong(FollowedFiles files)
    {
        for (var round = 0; round < 5; round++)
        {
            Look(files);
        }
    }

    private FollowState Stop(FollowedFiles files)
    {
        var state = files.State;
        known.Open.ToList().ForEach(f => f.Dispose());
        return state;
    }

    /// <summary>As logrotate does: app.log.1 becomes app.log.2, and so on, and app.log becomes app.log.1.</summary>
    private void Rotate()
    {
        for (var i = 30; i > 0; i--)
        {
            if (File.Exists(At($"app.log.{i}")))
            {
                File.Move(At($"app.log.{i}"), At($"app.log.{i + 1}"));
            }
        }

        File.Move(Log, At("app.log.1"));
    }

    private string At(string name) => Path.Combine(directory.FullName, name);

    private static void Write(string path, params string[] lines) => File.AppendAllText(path, string.Concat(lines.Select(l => l + "\n")));
}
