using Nightjar.Core.Incidents;

namespace Nightjar.Tests.Storage;

public abstract class FoldsContract<TSubject> : StoreContract<TSubject>
    where TSubject : StoreSubject, new()
{
    [Fact]
    public async Task Counts_add_up_the_span_widens_and_samples_are_replaced()
    {
        var incident = await OpenIncidentAsync();
        var early = Clock.Now.AddMinutes(-1);
        var late = Clock.Now.AddMinutes(1);

        await Store.Folds.AddAsync([Samples.Fold("aaaaaaaa", late, 4, 1, "new 1", "new 2")], Token);
        await Store.Folds.AddAsync([Samples.Fold("aaaaaaaa", early, 5, 1), Samples.Fold("bbbbbbbb", early, 1, 1, "b")], Token);
        await ReopenAsync();

        var folds = await Store.Folds.ReadAsync(incident.Id, Token);
        var fold = Assert.Single(folds, f => f.Hash == "aaaaaaaa");
        Assert.Equal((10, early, late), (fold.Count, fold.FirstSeen, fold.LastSeen));
        Assert.Equal(["new 1", "new 2"], fold.Samples);
        Assert.Equal(2, folds.Length);
    }

    [Fact]
    public async Task The_folds_of_many_incidents_come_in_one_read_without_their_samples()
    {
        var first = await OpenIncidentAsync();
        var second = await OpenIncidentAsync("bbbbbbbb");
        await Store.Folds.AddAsync([Samples.Fold("cccccccc", Clock.Now.AddMinutes(1), 4, first.Id.Value, "a line")], Token);

        var folds = await Store.Folds.ReadManyAsync([first.Id, second.Id, new IncidentId(77)], Token);

        Assert.Equal([first.Id, second.Id], folds.Keys.OrderBy(i => i.Value));
        Assert.Equal([("aaaaaaaa", 1L), ("cccccccc", 4L)], folds[first.Id].Select(f => (f.Hash, f.Count)));
        Assert.All(folds.Values.SelectMany(f => f), f => Assert.Empty(f.Samples));
        Assert.Empty(await Store.Folds.ReadManyAsync([], Token));
    }

    [Fact]
    public async Task Folds_at_once_sum_exactly()
    {
        var incident = await OpenIncidentAsync();

        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(() => Store.Folds.AddAsync([Samples.Fold("aaaaaaaa", Clock.Now, i, 1), Samples.Fold("cccccccc", Clock.Now, 1, 1)], Token), Token)));

        var counts = (await Store.Folds.ReadAsync(incident.Id, Token)).ToDictionary(f => f.Hash, f => f.Count);
        Assert.Equal(1 + (99 * 100 / 2), counts["aaaaaaaa"]);
        Assert.Equal(100, counts["cccccccc"]);
    }

    [Fact]
    public async Task Samples_are_few_and_short()
    {
        await OpenIncidentAsync();
        var samples = Enumerable.Range(0, 9).Select(i => $"{i}{new string('x', Fold.LongestSample)}").Append(string.Concat(Enumerable.Repeat("😀", 2_000)));

        await Store.Folds.AddAsync([Samples.Fold("aaaaaaaa", Clock.Now, 1, 1, [.. samples])], Token);

        var kept = Assert.Single(await Store.Folds.ReadAsync(new IncidentId(1), Token)).Samples;
        Assert.Equal(Fold.MostSamples, kept.Length);
        Assert.All(kept, sample => Assert.InRange(sample.Length, 1, Fold.LongestSample));
        Assert.StartsWith("5x", kept[0], StringComparison.Ordinal);
        Assert.DoesNotContain('\uFFFD', kept[^1]);
    }

    [Fact]
    public async Task A_batch_with_a_fold_of_an_unknown_incident_is_refused_whole()
    {
        await OpenIncidentAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => Store.Folds.AddAsync([Samples.Fold("aaaaaaaa", Clock.Now, 1, 1), Samples.Fold("aaaaaaaa", Clock.Now, 1, 77)], Token));

        Assert.Equal(1, Assert.Single(await Store.Folds.ReadAsync(new IncidentId(1), Token)).Count);
    }

    [Fact]
    public async Task A_thousand_folds_take_one_short_transaction()
    {
        await OpenIncidentAsync();
        var folds = Enumerable.Range(0, 1_000).Select(i => Samples.Fold($"{i:x8}", Clock.Now, 1, 1, "a sample line of the usual length, with a number 12345")).ToList();
        await Store.Folds.AddAsync(folds, Token);

        var watch = System.Diagnostics.Stopwatch.StartNew();
        await Store.Folds.AddAsync(folds, Token);

        TestContext.Current.SendDiagnosticMessage("1,000 folds: {0} ms", watch.ElapsedMilliseconds);
        Assert.InRange(watch.ElapsedMilliseconds, 0, 500); // 50 is the aim; a busy machine may take longer.
    }
}
