using Microsoft.Extensions.Logging.Abstractions;
using Nightjar.Connectors.Host;
using Nightjar.Core.Services;
using Nightjar.Core.Signals;
using Nightjar.Testing;
using Nightjar.Tests.Logs;

namespace Nightjar.Tests.Connectors.Host;

public sealed class DiskWatcherTests
{
    private static readonly ServiceName Shop = new("shop");

    private readonly FakeClock clock = new();
    private readonly Outside outside = new();
    private double free = 50;

    [Fact]
    public async Task Under_a_tenth_it_is_a_finding_over_twelve_hundredths_it_is_over_and_between_nothing_comes_or_goes()
    {
        await using var watching = Watch(_ => Space(free));
        await watching.UntilAsync(() => watching.Says == "/data: 50 % free");
        free = 10;
        await NextLookAsync(watching, "/data: 10 % free");
        Assert.Empty(outside.Signals);

        free = 9.9;
        await NextLookAsync(watching, "/data: 9.9 % free");
        var signal = Assert.Single(outside.Signals);
        Assert.Equal((SignalKind.Finding, "disk:/data", "disk-low", Severity.Warning), (signal.Kind, signal.Source, signal.Condition, signal.Severity));
        Assert.Equal("/data has 9.9 % free (99 of 1000 GB), less than 10 %", signal.Message);
        var before = watcher?.LastWell(Shop, "disk:/data");
        free = 11.9;
        await NextLookAsync(watching, "/data: 11.9 % free");
        Assert.Equal(before, watcher?.LastWell(Shop, "disk:/data"));

        free = 12;
        await NextLookAsync(watching, "/data: 12 % free");
        Assert.Equal(clock.Now, watcher?.LastWell(Shop, "disk:/data"));
        free = 3;
        await NextLookAsync(watching, "/data: 3 % free");
        Assert.Equal([Severity.Warning, Severity.Critical], outside.Signals.Select(s => s.Severity));
    }

    [Fact]
    public async Task While_it_lasts_it_is_told_every_ten_minutes_and_at_once_when_it_gets_worse()
    {
        free = 8;
        await using var watching = Watch(_ => Space(free));
        await watching.UntilAsync(() => outside.Signals.Count == 1);
        await PassAsync(watching, 9);
        Assert.Single(outside.Signals);
        await PassAsync(watching, 1);
        Assert.Equal(2, outside.Signals.Count);
        free = 2;
        await NextLookAsync(watching, "/data: 2 % free");
        Assert.Equal(Severity.Critical, outside.Signals.Last().Severity);
    }

    [Fact]
    public async Task A_file_system_that_is_gone_is_neither_full_nor_well()
    {
        await using var watching = Watch(_ => throw new IOException("Transport endpoint is not connected"));
        await watching.UntilAsync(() => watching.Says == "/data: Transport endpoint is not connected");

        Assert.False(watching.Health.IsWell);
        Assert.Empty(outside.Signals);
        Assert.Null(watcher?.LastWell(Shop, "disk:/data"));
    }

    [Fact]
    public async Task What_the_door_did_not_take_is_told_at_the_next_look()
    {
        outside.Refusals = 1;
        free = 5;
        await using var watching = Watch(_ => Space(free));
        await watching.UntilAsync(() => watching.Says.Contains("disk full", StringComparison.Ordinal));
        await NextLookAsync(watching, "/data: 5 % free");

        Assert.Single(outside.Signals);
    }

    [Fact]
    public void The_real_file_system_tells_its_space()
    {
        var space = DiskWatcher.Read(Path.GetTempPath());

        Assert.InRange(space.Free, 1, space.Total);
        Assert.ThrowsAny<IOException>(() => DiskWatcher.Read("/no/such/place"));
    }

    private DiskWatcher? watcher;

    private Watching Watch(Func<string, DiskSpace> read)
    {
        watcher = new DiskWatcher(new HostOptions { Service = Shop, Disks = [new DiskOptions("/data")] }, outside, read, clock, NullLogger<DiskWatcher>.Instance);
        return Watching.Of(watcher, clock);
    }

    private static DiskSpace Space(double percent) => new(1_000_000_000_000, (long)(percent * 10_000_000_000));

    private async Task NextLookAsync(Watching watching, string says)
    {
        await clock.TimersAsync(1);
        clock.Advance(TimeSpan.FromMinutes(1));
        await watching.UntilAsync(() => watching.Says == says);
    }

    private async Task PassAsync(Watching watching, int minutes)
    {
        for (var i = 0; i < minutes; i++)
        {
            free += 0.1;
            await NextLookAsync(watching, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/data: {free:0.#} % free"));
            await Task.Yield();
        }
    }
}
