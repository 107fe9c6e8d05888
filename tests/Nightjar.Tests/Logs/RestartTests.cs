namespace Nightjar.Tests.Logs;

public sealed class RestartTests : FollowLab
{
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

        Assert.Equal(["1", "2", "3"], Seen);
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

        Assert.Equal(["1\n  goes on"], Seen);
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

        Assert.Equal(Enumerable.Range(1, rotations + 2).Select(i => $"{i}"), Seen.Order(StringComparer.Ordinal));
        Assert.Equal(0, Counts.LostFiles);
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

        Assert.Equal(["2", "3 and then some"], Seen.Skip(1).Order(StringComparer.Ordinal));
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

        Assert.Equal(1, Counts.LostFiles);
        Assert.Equal(["1", "another"], Seen);
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

        Assert.Equal(["1", "new"], Seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_file_that_came_while_nobody_looked_is_read_from_its_beginning()
    {
        Write(At("a.log"), "0");
        var left = Stop(Start("*.log"));
        Write(At("b.log"), "1");

        Look(Start("*.log", left));

        Assert.Equal(["1"], Seen);
    }
}
