using System.Text;
using Nightjar.Core.Services;
using Nightjar.Logs;

namespace Nightjar.Tests.Logs;

/// <summary>Logs as nobody should write them.</summary>
public sealed class BadLogTests : FollowLab
{
    [Fact]
    public void A_log_that_rotates_a_hundred_times_between_two_looks_and_keeps_three_files_loses_only_what_is_gone()
    {
        Write(Log, "before us");
        var files = Start("app.log");
        for (var round = 0; round < 5; round++)
        {
            for (var i = 0; i < 100; i++)
            {
                Write(Log, $"line {round} {i:00}");
                Rotate();
                File.Delete(At("app.log.4"));
            }

            Write(Log, $"line {round} last");
            Look(files);
        }

        LookLong(files);
        Assert.Equal(Seen.Distinct(), Seen);
        Assert.All(Enumerable.Range(0, 5), round => Assert.Superset(new HashSet<string> { $"line {round} 97", $"line {round} 98", $"line {round} 99", $"line {round} last" }, Seen.ToHashSet()));
        Assert.InRange(Known.Open.Count, 1, 10);
    }

    [Fact]
    public void A_binary_log_is_read_to_its_end_and_good_lines_between_are_found()
    {
        var chance = new Random(11);
        Write(Log, "before us");
        var files = Start("app.log");
        for (var round = 0; round < 10; round++)
        {
            var noise = new byte[300_000];
            chance.NextBytes(noise);
            using (var file = new FileStream(Log, FileMode.Append))
            {
                file.Write(noise);
            }

            Write(Log, "", $"{{\"message\":\"good line {round}\"}}");
        }

        Look(files);

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{{\"message\":\"good line {i}\"}}"), Seen.Where(s => s.StartsWith("{\"message\":\"good", StringComparison.Ordinal)));
    }

    [Fact]
    public void Whatever_the_bytes_are_something_comes_of_them()
    {
        var chance = new Random(12);
        var log = new ServiceLog(new Service { Name = new ServiceName("shop") }, Clock, everywhere: LogTrigger.Usual);
        for (var i = 0; i < 20_000; i++)
        {
            var noise = new byte[chance.Next(1, 400)];
            chance.NextBytes(noise);
            noise[0] = (byte)"{<[2 \t"[chance.Next(6)];
            log.Take(noise, isBacklog: false);
        }

        Assert.Equal(20_000, log.Events);
        Assert.NotEmpty(log.Digest(Clock.Now, Clock.Now.AddMinutes(1)).Templates);
        Assert.Equal(20_000, new ServiceLog(new Service { Name = new ServiceName("shop") }, Clock).TakeUp(log.Keep()) ? 20_000 : 0);
    }

    [Theory]
    [InlineData(-86_400)]
    [InlineData(-30)]
    [InlineData(45)]
    [InlineData(86_400)]
    public void A_step_of_the_clock_neither_raises_an_alarm_nor_keeps_one_from_being_raised(int seconds)
    {
        var log = new ServiceLog(new Service { Name = new ServiceName("shop") }, Clock);
        Serve(log, 500, "info");
        Clock.Jump(TimeSpan.FromSeconds(seconds));
        Serve(log, 500, "info");
        Assert.Empty(log.Alarms([]));

        // After a step back the window still holds the time before it: it is over when the clock has caught up, or the log says so itself.
        Clock.Advance(TimeSpan.FromSeconds(Math.Max(0, -seconds) + 61));
        Serve(log, 200, "error");

        var alarm = Assert.Single(log.Alarms([]));
        Assert.Equal(200, alarm.Rate?.Errors);
    }

    private void Serve(ServiceLog log, int lines, string level)
    {
        for (var i = 0; i < lines; i++)
        {
            log.Take(Encoding.UTF8.GetBytes($$"""{"level":"{{level}}","message":"order {{i}}","exception":"{{(level == "error" ? "StockError" : "")}}"}"""), isBacklog: false);
        }
    }
}
