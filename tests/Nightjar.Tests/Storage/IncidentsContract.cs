using System.Text.Json;
using Nightjar.Core.Incidents;
using Nightjar.Core.Services;

namespace Nightjar.Tests.Storage;

public abstract class IncidentsContract<TSubject> : StoreContract<TSubject>
    where TSubject : StoreSubject, new()
{
    [Fact]
    public async Task A_new_incident_gets_the_next_number_and_its_fold_and_journal_row()
    {
        var first = await OpenIncidentAsync("aaaaaaaa");
        var second = await OpenIncidentAsync("bbbbbbbb");

        Assert.Equal(1, first.Id.Value);
        Assert.Equal(2, second.Id.Value);
        Assert.Equal(1, Assert.Single(await Store.Folds.ReadAsync(second.Id, Token)).Count);
        Assert.Equal("open", Assert.Single(await Store.Journal.ReadAsync(second.Id, 0, 10, Token)).Act);
    }

    [Fact]
    public async Task Every_field_comes_back_also_after_a_restart()
    {
        var written = await Store.Incidents.OpenAsync(Samples.Full("aaaaaaaa", Clock.Now), Samples.Fold("aaaaaaaa", Clock.Now), Samples.Entry("open", Clock.Now), Token);
        await ReopenAsync();

        var read = await Store.Incidents.GetAsync(written.Id, Token);

        Assert.Equal(Samples.Text(written), Samples.Text(read));
        Assert.Null(await Store.Incidents.GetAsync(new IncidentId(99), Token));
    }

    [Fact]
    public async Task Ids_and_names_are_written_bare()
    {
        var incident = await OpenIncidentAsync();

        using var json = JsonDocument.Parse(Samples.Text(incident));

        Assert.Equal(1, json.RootElement.GetProperty("id").GetInt64());
        Assert.Equal("shop", json.RootElement.GetProperty("service").GetString());
    }

    [Fact]
    public async Task A_write_with_the_right_version_replaces_the_row_and_appends_its_journal()
    {
        var incident = await OpenIncidentAsync();

        var won = await Store.Incidents.WriteAsync(incident with { Title = "New" }, incident.Version, [Samples.Entry("state", Clock.Now, incident.Id)], Token);

        var read = await Store.Incidents.GetAsync(incident.Id, Token);
        Assert.True(won);
        Assert.Equal("New", read?.Title);
        Assert.Equal(incident.Version + 1, read?.Version);
        Assert.Equal(["open", "state"], (await Store.Journal.ReadAsync(incident.Id, 0, 10, Token)).Select(e => e.Act));
    }

    [Fact]
    public async Task A_write_with_an_old_version_writes_nothing()
    {
        var incident = await OpenIncidentAsync();
        await Store.Incidents.WriteAsync(incident with { Title = "First" }, incident.Version, [], Token);

        var won = await Store.Incidents.WriteAsync(incident with { Title = "Late" }, incident.Version, [Samples.Entry("late", Clock.Now, incident.Id)], Token);

        Assert.False(won);
        Assert.Equal("First", (await Store.Incidents.GetAsync(incident.Id, Token))?.Title);
        Assert.DoesNotContain(await Store.Journal.ReadAsync(incident.Id, 0, 10, Token), e => e.Act == "late");
    }

    [Fact]
    public async Task Of_a_hundred_writes_at_once_with_one_version_exactly_one_wins()
    {
        var incident = await OpenIncidentAsync();

        var wins = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(() =>
            Store.Incidents.WriteAsync(incident with { Title = $"{i}" }, incident.Version, [Samples.Entry("state", Clock.Now, incident.Id)], Token), Token)));

        Assert.Single(wins, true);
        var read = await Store.Incidents.GetAsync(incident.Id, Token);
        Assert.True(wins[int.Parse(read?.Title ?? "", System.Globalization.CultureInfo.InvariantCulture)]);
        Assert.Single(await Store.Journal.ReadAsync(incident.Id, 0, 1000, Token), e => e.Act == "state");
    }

    [Fact]
    public async Task Opening_what_is_open_already_returns_the_open_one_and_folds_into_it()
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => OpenIncidentAsync(), Token)));

        Assert.All(opened, incident => Assert.Equal(1, incident.Id.Value));
        Assert.Single(await Store.Incidents.ListAsync(new IncidentQuery(), Token));
        Assert.Equal(20, Assert.Single(await Store.Folds.ReadAsync(new IncidentId(1), Token)).Count);
        Assert.Single(await Store.Journal.ReadAsync(new IncidentId(1), 0, 100, Token));
    }

    [Fact]
    public async Task A_fingerprint_of_an_open_incident_cannot_be_given_to_another()
    {
        var first = await OpenIncidentAsync("aaaaaaaa");
        var second = await OpenIncidentAsync("bbbbbbbb");

        var taken = await Assert.ThrowsAsync<FingerprintTakenException>(() => Store.Incidents.WriteAsync(
            second with { Fingerprints = second.Fingerprints.Add(Samples.Owned("aaaaaaaa", Clock.Now)) }, second.Version, [], Token));

        Assert.Equal(first.Id, taken.Owner);
        Assert.Single((await Store.Incidents.GetAsync(second.Id, Token))?.Fingerprints ?? []);
    }

    [Fact]
    public async Task A_fingerprint_moves_with_a_split_and_is_free_when_its_incident_ends()
    {
        var first = await OpenIncidentAsync("aaaaaaaa");
        var both = first with { Fingerprints = first.Fingerprints.Add(Samples.Owned("bbbbbbbb", Clock.Now)) };
        Assert.True(await Store.Incidents.WriteAsync(both, 0, [], Token));
        Assert.Equal(first.Id, (await Store.Incidents.LatestAsync("bbbbbbbb", Token))?.Id);

        Assert.True(await Store.Incidents.WriteAsync(first, 1, [], Token));
        Assert.Null(await Store.Incidents.LatestAsync("bbbbbbbb", Token));
        Assert.Equal(2, (await OpenIncidentAsync("bbbbbbbb")).Id.Value);

        Assert.True(await Store.Incidents.WriteAsync(first with { State = IncidentState.Resolved }, 2, [], Token));
        Assert.Equal(3, (await OpenIncidentAsync("aaaaaaaa")).Id.Value);
    }

    [Fact]
    public async Task The_owner_of_a_fingerprint_is_the_open_one_or_else_the_latest()
    {
        foreach (var _ in Enumerable.Range(0, 3))
        {
            var ended = await OpenIncidentAsync();
            await Store.Incidents.WriteAsync(ended with { State = IncidentState.GaveUp }, 0, [], Token);
        }

        Assert.Equal(3, (await Store.Incidents.LatestAsync("aaaaaaaa", Token))?.Id.Value);

        var reopened = await Store.Incidents.GetAsync(new IncidentId(2), Token) ?? throw new InvalidOperationException();
        await Store.Incidents.WriteAsync(reopened with { State = IncidentState.Detected }, 1, [], Token);
        Assert.Equal(2, (await Store.Incidents.LatestAsync("aaaaaaaa", Token))?.Id.Value);
        Assert.Null(await Store.Incidents.LatestAsync("ffffffff", Token));
    }

    [Fact]
    public async Task Lists_are_newest_first_and_can_be_narrowed()
    {
        foreach (var i in Enumerable.Range(1, 6))
        {
            await OpenIncidentAsync($"hash{i}", i % 2 == 0 ? "even" : "odd");
        }

        var third = await Store.Incidents.GetAsync(new IncidentId(3), Token) ?? throw new InvalidOperationException();
        await Store.Incidents.WriteAsync(third with { State = IncidentState.Resolved }, 0, [], Token);

        async Task<IEnumerable<long>> Ids(IncidentQuery query) => (await Store.Incidents.ListAsync(query, Token)).Select(i => i.Id.Value);
        Assert.Equal([6, 5, 4, 3, 2, 1], await Ids(new IncidentQuery()));
        Assert.Equal([5, 1], await Ids(new IncidentQuery { Open = true, Service = new ServiceName("odd") }));
        Assert.Equal([3], await Ids(new IncidentQuery { Open = false }));
        Assert.Equal([3, 2], await Ids(new IncidentQuery { Before = 4, Limit = 2 }));
        Assert.Empty(await Ids(new IncidentQuery { Limit = -1 }));
    }

    [Fact]
    public async Task What_is_due_is_known_to_the_tick()
    {
        var due = Clock.Now.AddTicks(1);
        var incident = await OpenIncidentAsync();
        await OpenIncidentAsync("bbbbbbbb");
        await Store.Incidents.WriteAsync(incident with { NextDue = due.ToOffset(TimeSpan.FromHours(5)) }, 0, [], Token);
        await ReopenAsync();

        Assert.Equal([(incident.Id, due)], await Store.Incidents.DueAsync(Token));
    }

    [Fact]
    public async Task An_ended_incident_with_a_message_that_nobody_took_in_is_due()
    {
        var incident = await OpenIncidentAsync();
        await Store.Inbox.PostAsync(incident.Id, InboxKind.GiveUp, "ann", "", Token);
        var seen = (await Store.Inbox.ReadAsync(incident.Id, 0, Token))[^1].Sequence;
        await Store.Incidents.WriteAsync(incident with { NextDue = null, InboxSeen = seen }, 0, [], Token);
        Assert.Empty(await Store.Incidents.DueAsync(Token));

        await Store.Inbox.PostAsync(incident.Id, InboxKind.Retry, "ann", "", Token);
        await ReopenAsync();
        Assert.Equal([incident.Id], (await Store.Incidents.DueAsync(Token)).Select(d => d.Id));
    }

    [Fact]
    public async Task Hostile_text_is_kept_as_text()
    {
        var draft = Samples.Incident(Hostile, Hostile, Clock.Now) with { Title = Hostile, Waiting = Hostile, AcknowledgedBy = Hostile };

        var opened = await Store.Incidents.OpenAsync(draft, Samples.Fold(Hostile, Clock.Now, 1, 0, Hostile), Samples.Entry("open", Clock.Now), Token);
        await ReopenAsync();

        Assert.Equal(Hostile, (await Store.Incidents.GetAsync(opened.Id, Token))?.Title);
        Assert.Equal(opened.Id, (await Store.Incidents.LatestAsync(Hostile, Token))?.Id);
        Assert.Single(await Store.Incidents.ListAsync(new IncidentQuery { Service = new ServiceName(Hostile) }, Token));
        Assert.Equal(Kept(Hostile), Assert.Single(await Store.Folds.ReadAsync(opened.Id, Token)).Hash);
    }

    [Fact]
    public async Task Half_a_character_is_replaced_and_stops_nothing()
    {
        var opened = await Store.Incidents.OpenAsync(Samples.Incident("a\ud83d", "s\ude00", Clock.Now) with { Title = "x\ud83dy" }, Samples.Fold("a\ud83d", Clock.Now), Samples.Entry("open", Clock.Now) with { Why = "\ud83d" }, Token);

        Assert.Equal("x\uFFFDy", (await Store.Incidents.GetAsync(opened.Id, Token))?.Title);
        Assert.Equal(opened.Id, (await Store.Incidents.LatestAsync("a\ud83d", Token))?.Id);
    }
}
