using Nightjar.Core.Evidence;
using Nightjar.Core.Policy;

namespace Nightjar.Tests.Storage;

public abstract class FiguresContract<TSubject> : StoreContract<TSubject>
    where TSubject : StoreSubject, new()
{
    [Fact]
    public async Task Looks_add_up_to_slices_and_what_was_not_measured_counts_for_nothing()
    {
        await Store.Figures.AddAsync([Look(0, 100, 10) with { Moved = (1, 2, 3, 4) }, Look(1, 300, 30) with { Restarts = 2, Moved = (1, 2, 3, 4) }, Look(2, null, null) with { IsWell = null, Cpu = null }, Look(3, null, null) with { IsWell = false, Cpu = null }], Token);
        await ReopenAsync();

        var slice = Assert.Single(await SeriesAsync("web"));
        Assert.Equal((Clock.Now, TimeSpan.FromMinutes(5), 2L, 3L), (slice.Start, slice.Length, slice.Well, slice.Known));
        Assert.Equal((TimeSpan.FromMilliseconds(200), 0.5, 20L, 30L, 100L, 2L), (slice.Response, slice.Cpu, slice.Memory, slice.MostMemory, slice.MemoryLimit, slice.Restarts));
        Assert.Equal((2L, 4L, 6L, 8L), slice.Moved);
        Assert.Empty(await SeriesAsync(Hostile));
    }

    [Fact]
    public async Task Slow_containers_come_slowest_first()
    {
        await Store.Figures.AddAsync([Look(0, 900, 1) with { Container = "a" }, Look(1, 1_200, 1) with { Container = "a" }, Look(0, 3_000, 1) with { Container = Hostile }, Look(0, 1_000, 1) with { Container = "c" }, Look(0, null, 1) with { Container = "d" }], Token);

        var slow = await Store.Figures.SlowerThanAsync(TimeSpan.FromSeconds(1), Clock.Now.AddHours(-1), Clock.Now.AddHours(1), Token);
        Assert.Equal([(Kept(Hostile), 3_000.0), ("a", 1_050.0)], slow.Select(s => (s.Container, s.Mean.TotalMilliseconds)));
    }

    [Fact]
    public async Task Uptime_is_the_share_of_looks_that_could_tell()
    {
        await Store.Figures.AddAsync([Look(0, null, 1), Look(1, null, 1) with { IsWell = false }, Look(2, null, 1), Look(3, null, 1), Look(4, null, 1) with { IsWell = null }, Look(0, null, 1) with { Container = "b", IsWell = null }], Token);
        Assert.Equal([KeyValuePair.Create("web", 0.75)], await Store.Figures.UptimeAsync(Clock.Now.AddHours(-1), Clock.Now.AddHours(1), Token));
    }

    [Fact]
    public async Task Fine_slices_are_kept_two_days_and_hours_for_the_retention()
    {
        var start = Clock.Now;
        await Store.Figures.AddAsync([Look(0, 5, 1)], Token);
        Clock.Advance(TimeSpan.FromDays(3));
        await Store.Prune(Clock.Now, new RetentionOptions());

        var slice = Assert.Single(await Store.Figures.SeriesAsync("web", start, Clock.Now, Clock.Now, Token));
        Assert.Equal(TimeSpan.FromHours(1), slice.Length);
        Assert.Empty(await Store.Figures.SlowerThanAsync(TimeSpan.Zero, start, Clock.Now, Token));
        Clock.Advance(TimeSpan.FromDays(28));
        await Store.Prune(Clock.Now, new RetentionOptions());
        Assert.Empty(await Store.Figures.SeriesAsync("web", start, Clock.Now, Clock.Now, Token));
    }

    private Task<IReadOnlyList<ContainerSlice>> SeriesAsync(string container) => Store.Figures.SeriesAsync(container, Clock.Now.AddHours(-1), Clock.Now.AddHours(1), Clock.Now, Token);

    private ContainerFigure Look(int minute, int? response, long? memory) =>
        new("web", Clock.Now.AddMinutes(minute), true, response is { } ms ? TimeSpan.FromMilliseconds(ms) : null, 0.5, memory, 100, 0);
}
