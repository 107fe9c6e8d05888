using Nightjar.Core.Incidents;

namespace Nightjar.Tests.Storage;

public abstract class JournalContract<TSubject> : StoreContract<TSubject>
    where TSubject : StoreSubject, new()
{
    [Fact]
    public async Task Every_field_comes_back_also_after_a_restart()
    {
        var incident = await OpenIncidentAsync();
        var entry = new JournalEntry
        {
            Incident = incident.Id,
            At = Clock.Now.AddTicks(7),
            Actor = "investigate",
            Act = "open-request",
            Step = JournalStep.Intent,
            Key = "1/open-request",
            Why = "to show it",
            Data = """{"a":1}""",
            CostUsd = 0.000_123_456_789m,
        };
        await Store.Journal.AppendAsync(entry, Token);
        await ReopenAsync();

        var read = Assert.Single(await Store.Journal.FindAsync("1/open-request", Token));
        Assert.Equal(entry with { Sequence = read.Sequence }, read);
    }

    [Fact]
    public async Task Rows_are_read_after_a_sequence_of_one_incident_or_of_all()
    {
        var incident = await OpenIncidentAsync();
        await Store.Journal.AppendAsync(Samples.Entry("start", Clock.Now), Token);
        await Store.Journal.AppendAsync(Samples.Entry("note", Clock.Now, incident.Id), Token);

        var all = await Store.Journal.ReadAsync(null, 0, 10, Token);
        Assert.Equal(["open", "start", "note"], all.Select(e => e.Act));
        Assert.Equal(["start", "note"], (await Store.Journal.ReadAsync(null, all[0].Sequence, 10, Token)).Select(e => e.Act));
        Assert.Equal(["open"], (await Store.Journal.ReadAsync(incident.Id, 0, 1, Token)).Select(e => e.Act));
        Assert.Empty(await Store.Journal.FindAsync("none", Token));
    }

    [Fact]
    public async Task Rows_of_an_effect_come_oldest_first()
    {
        foreach (var step in new[] { JournalStep.Intent, JournalStep.Failed, JournalStep.Done })
        {
            await Store.Journal.AppendAsync(Samples.Entry("push", Clock.Now) with { Key = "k", Step = step }, Token);
        }

        Assert.Equal([JournalStep.Intent, JournalStep.Failed, JournalStep.Done], (await Store.Journal.FindAsync("k", Token)).Select(e => e.Step));
    }

    [Fact]
    public async Task A_long_reason_is_cut_and_a_long_result_is_left_out_and_said()
    {
        await Store.Journal.AppendAsync(Samples.Entry("long", Clock.Now) with { Key = "k", Why = new string('w', 5_000), Data = new string('d', 256 * 1024) }, Token);
        await Store.Journal.AppendAsync(Samples.Entry("longer", Clock.Now) with { Key = "k", Why = "pushed", Data = new string('d', (256 * 1024) + 1) }, Token);

        var rows = await Store.Journal.FindAsync("k", Token);
        Assert.Equal(4_000, rows[0].Why.Length);
        Assert.EndsWith("…", rows[0].Why, StringComparison.Ordinal);
        Assert.Equal(256 * 1024, rows[0].Data?.Length);
        Assert.Null(rows[1].Data);
        Assert.Equal("(result of 262145 characters left out) pushed", rows[1].Why);
    }

    [Fact]
    public async Task A_row_of_an_unknown_incident_is_refused()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Store.Journal.AppendAsync(Samples.Entry("x", Clock.Now, new IncidentId(5)), Token));

        Assert.Empty(await Store.Journal.ReadAsync(null, 0, 10, Token));
    }

    [Fact]
    public async Task Hostile_text_is_kept_as_text()
    {
        await Store.Journal.AppendAsync(new JournalEntry { At = Clock.Now, Actor = Hostile, Act = Hostile, Key = Hostile, Why = Hostile, Data = Hostile }, Token);

        var read = Assert.Single(await Store.Journal.FindAsync(Hostile, Token));
        Assert.All([read.Actor, read.Act, read.Key, read.Why, read.Data], text => Assert.Equal(Kept(Hostile), text));
    }
}
