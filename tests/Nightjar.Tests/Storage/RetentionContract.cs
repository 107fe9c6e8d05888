using Nightjar.Core.Evidence;
using Nightjar.Core.Incidents;
using Nightjar.Core.Policy;
using Nightjar.Core.Services;

namespace Nightjar.Tests.Storage;

public abstract class RetentionContract<TSubject> : StoreContract<TSubject>
    where TSubject : StoreSubject, new()
{
    private static readonly RetentionOptions Days = new() { Journal = TimeSpan.FromDays(10), Rates = TimeSpan.FromDays(10), HeldBack = TimeSpan.FromDays(10) };

    [Fact]
    public async Task Old_rows_go_young_ones_and_those_of_open_incidents_stay()
    {
        var open = await OpenIncidentAsync("aaaaaaaa");
        var ended = await OpenIncidentAsync("bbbbbbbb", "other");
        await Store.Incidents.WriteAsync(ended with { State = IncidentState.Resolved }, 0, [Samples.Entry("state", Clock.Now, ended.Id)], Token);
        await Store.Journal.AppendAsync(Samples.Entry("old", Clock.Now), Token);
        await Store.Journal.AppendAsync(Samples.Entry("young", Clock.Now.AddDays(5)), Token);

        await Store.Prune(Clock.Now.AddDays(10).AddTicks(1), Days);

        Assert.Equal(["young"], (await Store.Journal.ReadAsync(null, 0, 10, Token)).Where(e => e.Incident is null).Select(e => e.Act));
        Assert.Equal(["open"], (await Store.Journal.ReadAsync(open.Id, 0, 10, Token)).Select(e => e.Act));
        Assert.Empty(await Store.Journal.ReadAsync(ended.Id, 0, 10, Token));
        Assert.NotNull(await Store.Incidents.GetAsync(ended.Id, Token));
    }

    [Fact]
    public async Task The_bound_itself_is_kept_and_sequences_are_never_given_again()
    {
        await Store.Journal.AppendAsync(Samples.Entry("a", Clock.Now), Token);
        var last = Assert.Single(await Store.Journal.ReadAsync(null, 0, 10, Token)).Sequence;

        await Store.Prune(Clock.Now.AddDays(10), Days);
        Assert.Single(await Store.Journal.ReadAsync(null, 0, 10, Token));

        await Store.Prune(Clock.Now.AddDays(10).AddTicks(1), Days);
        await Store.Journal.AppendAsync(Samples.Entry("b", Clock.Now), Token);
        Assert.True(Assert.Single(await Store.Journal.ReadAsync(null, 0, 10, Token)).Sequence > last);
    }

    [Fact]
    public async Task Rates_and_held_back_counts_go_by_their_own_retention()
    {
        await OpenIncidentAsync("aaaaaaaa", "open");
        RateBucket Slice(string service) => new(new ServiceName(service), Clock.Now, 1, 1, RateUnit.Requests);
        await Store.Rates.AddAsync([Slice("open"), Slice("calm"), Slice("calm") with { Start = Clock.Now.AddDays(5) }], NoMarks, Token);
        HeldBack Held(string hash, int days) => new(hash, "s", "r", 1, Clock.Now, Clock.Now.AddDays(days));
        await Store.Ledger.AddHeldBackAsync([Held("aaaaaaaa", 0), Held("bbbbbbbb", 0), Held("cccccccc", 5)], Token);

        await Store.Prune(Clock.Now.AddDays(11), Days);

        var to = Clock.Now.AddDays(30);
        Assert.Single(await Store.Rates.SeriesAsync(new ServiceName("open"), Clock.Now, to, Token));
        Assert.Equal(Clock.Now.AddDays(5), Assert.Single(await Store.Rates.SeriesAsync(new ServiceName("calm"), Clock.Now, to, Token)).Start);
        Assert.Equal(["cccccccc", "aaaaaaaa"], (await Store.Ledger.HeldBackAsync(10, Token)).Select(h => h.Hash));
    }
}
