using Nightjar.Core.Incidents;

namespace Nightjar.Tests.Storage;

/// <summary>Frozen evidence, and the memory of finished incidents.</summary>
public abstract class LearningContract<TSubject> : StoreContract<TSubject>
    where TSubject : StoreSubject, new()
{
    [Fact]
    public async Task Bundles_are_numbered_within_their_incident_and_come_back_whole()
    {
        var first = await OpenIncidentAsync();
        var second = await OpenIncidentAsync("bbbbbbbb");
        var bundle = Samples.Bundle(Clock.Now);
        var hostile = bundle with { Missing = [Hostile], Trigger = bundle.Trigger with { Message = Hostile } };

        Assert.Equal("1-1", await Store.Evidence.KeepAsync(first.Id, bundle, Token));
        Assert.Equal("1-2", await Store.Evidence.KeepAsync(first.Id, hostile, Token));
        Assert.Equal("2-1", await Store.Evidence.KeepAsync(second.Id, bundle, Token));
        await ReopenAsync();

        var read = await Store.Evidence.ReadAsync(first.Id, Token);
        Assert.Equal(["1-1", "1-2"], read.Select(r => r.Id));
        Assert.Equal(Samples.Texts([bundle, hostile]), Samples.Texts(read.Select(r => r.Bundle)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Store.Evidence.KeepAsync(new IncidentId(9), bundle, Token));
    }

    [Fact]
    public async Task Similar_ones_are_of_the_same_fingerprint_first_then_of_the_service_newest_first()
    {
        await Store.Memory.RememberAsync(Samples.Record(1, "aaaaaaaa", "shop", Clock.Now), Token);
        await Store.Memory.RememberAsync(Samples.Record(2, "bbbbbbbb", "shop", Clock.Now.AddDays(1)), Token);
        await Store.Memory.RememberAsync(Samples.Record(3, "aaaaaaaa", "other", Clock.Now.AddDays(2)), Token);
        await Store.Memory.RememberAsync(Samples.Record(4, "bbbbbbbb", "other", Clock.Now.AddDays(3)), Token);
        await ReopenAsync();

        var similar = await Store.Memory.SimilarAsync("aaaaaaaa", "shop", 10, Token);
        Assert.Equal([3, 1, 2], similar.Select(r => r.Incident));
        Assert.Equal(Samples.Text(Samples.Record(3, "aaaaaaaa", "other", Clock.Now.AddDays(2))), Samples.Text(similar[0]));
        Assert.Equal([3], (await Store.Memory.SimilarAsync("aaaaaaaa", "shop", 1, Token)).Select(r => r.Incident));
    }

    [Fact]
    public async Task An_incident_is_remembered_once()
    {
        var record = Samples.Record(1, Hostile, Hostile, Clock.Now) with { RootCause = Hostile };

        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Task.Run(() => Store.Memory.RememberAsync(record with { Signals = i }, Token), Token)));

        var kept = Assert.Single(await Store.Memory.SimilarAsync(Hostile, Hostile, 10, Token));
        Assert.Equal(Kept(Hostile), kept.RootCause);
    }

    [Fact]
    public async Task One_that_was_taken_up_again_is_remembered_by_its_last_end()
    {
        var record = Samples.Record(1, "aaaaaaaa", "shop", Clock.Now) with { Outcome = "ClosedUnmerged" };
        await Store.Memory.RememberAsync(record, Token);
        await Store.Memory.RememberAsync(record with { At = Clock.Now.AddDays(1), Outcome = "Merged" }, Token);
        await ReopenAsync();

        Assert.Equal("Merged", Assert.Single(await Store.Memory.SimilarAsync("aaaaaaaa", "shop", 10, Token)).Outcome);
    }
}
