using Nightjar.Core.Evidence;
using Nightjar.Core.Services;

namespace Nightjar.Tests.Storage;

public abstract class RatesContract<TSubject> : StoreContract<TSubject>
    where TSubject : StoreSubject, new()
{
    private static readonly ServiceName Shop = new("shop");

    [Fact]
    public async Task Slices_add_up_and_outlive_a_restart()
    {
        await Store.Rates.AddAsync([Slice(0, 1, 10), Slice(1, 2, 20)], NoMarks, Token);
        await Store.Rates.AddAsync([Slice(0, 3, 30)], NoMarks, Token);
        await ReopenAsync();

        Assert.Equal([Slice(0, 4, 40), Slice(1, 2, 20)], await Store.Rates.SeriesAsync(Shop, Clock.Now, Clock.Now.AddHours(1), Token));
        Assert.Equal(new RateReading(Clock.Now, Clock.Now.AddHours(1), 6, 60, RateUnit.Requests), await Store.Rates.ReadAsync(Shop, Clock.Now, Clock.Now.AddHours(1), Token));
    }

    [Fact]
    public async Task The_start_is_in_the_end_is_not()
    {
        await Store.Rates.AddAsync([Slice(0, 1, 1), Slice(1, 1, 1), Slice(2, 1, 1)], NoMarks, Token);

        var reading = await Store.Rates.ReadAsync(Shop, Slice(1, 0, 0).Start, Slice(2, 0, 0).Start, Token);

        Assert.Equal(1, reading.Total);
        Assert.Equal([Slice(1, 1, 1)], await Store.Rates.SeriesAsync(Shop, Slice(1, 0, 0).Start, Slice(2, 0, 0).Start, Token));
    }

    [Fact]
    public async Task One_slice_of_lines_makes_the_reading_one_of_lines()
    {
        await Store.Rates.AddAsync([Slice(0, 1, 1), Slice(1, 1, 1) with { Of = RateUnit.Lines }], NoMarks, Token);

        Assert.Equal(RateUnit.Lines, (await Store.Rates.ReadAsync(Shop, Clock.Now, Clock.Now.AddHours(1), Token)).Of);
        Assert.Equal(RateUnit.Requests, (await Store.Rates.ReadAsync(Shop, Clock.Now, Clock.Now.AddSeconds(10), Token)).Of);
    }

    [Fact]
    public async Task No_traffic_is_no_rate()
    {
        Assert.Equal((0, 0.0), (await Store.Rates.ReadAsync(Shop, Clock.Now, Clock.Now.AddHours(1), Token)) is var r ? (r.Total, r.Rate) : default);
        Assert.Empty(await Store.Rates.SeriesAsync(Shop, Clock.Now, Clock.Now.AddHours(1), Token));
    }

    [Fact]
    public async Task A_crooked_start_counts_for_its_slice()
    {
        await Store.Rates.AddAsync([Slice(0, 1, 1), Slice(0, 1, 1) with { Start = Clock.Now.AddSeconds(9.9) }], NoMarks, Token);

        Assert.Equal([Slice(0, 2, 2)], await Store.Rates.SeriesAsync(Shop, Clock.Now, Clock.Now.AddHours(1), Token));
    }

    [Fact]
    public async Task Counts_at_once_sum_exactly()
    {
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => Store.Rates.AddAsync([Slice(0, 1, 2)], NoMarks, Token), Token)));

        Assert.Equal([Slice(0, 50, 100)], await Store.Rates.SeriesAsync(Shop, Clock.Now, Clock.Now.AddHours(1), Token));
    }

    [Fact]
    public async Task A_hostile_name_is_a_service_of_its_own()
    {
        var hostile = new ServiceName(Hostile);
        await Store.Rates.AddAsync([Slice(0, 1, 2) with { Service = hostile }], NoMarks, Token);

        Assert.Equal(2, (await Store.Rates.ReadAsync(hostile, Clock.Now, Clock.Now.AddHours(1), Token)).Total);
        Assert.Equal(0, (await Store.Rates.ReadAsync(Shop, Clock.Now, Clock.Now.AddHours(1), Token)).Total);
    }

    [Fact]
    public async Task Counts_and_the_mark_of_how_far_was_counted_are_written_both_or_neither()
    {
        await Store.Rates.AddAsync([Slice(0, 1, 2)], new Dictionary<string, string> { ["logs:shop"] = "10" }, Token);

        await Assert.ThrowsAsync<ArgumentException>(() => Store.Rates.AddAsync([Slice(0, 1, 2)], new Dictionary<string, string> { ["logs:shop"] = "20", ["too long"] = new('x', 300_000) }, Token));
        await ReopenAsync();

        Assert.Equal([Slice(0, 1, 2)], await Store.Rates.SeriesAsync(Shop, Clock.Now, Clock.Now.AddHours(1), Token));
        Assert.Equal("10", await Store.Marks.GetAsync("logs:shop", Token));
    }

    private RateBucket Slice(int number, long errors, long total) => new(Shop, Clock.Now + (number * RateBucket.Slice), errors, total, RateUnit.Requests);
}
