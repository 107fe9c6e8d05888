namespace Nightjar.Tests.Logs;

public sealed class RotationTests : FollowLab
{
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

        Assert.Equal(["1", "2", "3", "4", "5"], Seen.Order(StringComparer.Ordinal));
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

        Assert.Equal(["1", "2", "3", "a line that is longer than everything that was there before"], Seen.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("app.log", 0, 20)]
    [InlineData("app.log", 1, 20)]
    [InlineData("app.log", 3, 20)]
    [InlineData("app.log", 100, 20)]
    [InlineData("app.log*", 1, 20)]
    [InlineData("app.log*", 3, 20)]
    [InlineData("app.log*", 100, 20)]
    [InlineData("app.log", 0, 100)]
    [InlineData("app.log*", 0, 100)]
    [InlineData("app.log", 50, 100)]
    public void Many_quick_rotations_lose_and_double_nothing(string glob, int lookEvery, int rotations)
    {
        Write(Log, "before");
        var files = Start(glob);
        var written = new List<string>();
        for (var rotation = 0; rotation < rotations; rotation++)
        {
            var lines = Enumerable.Range(0, 3).Select(i => $"line {rotation:000}-{i}").ToArray();
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

        Assert.Equal([.. written, "last"], Seen.Order(StringComparer.Ordinal).OrderBy(l => l == "last"));
    }
}
