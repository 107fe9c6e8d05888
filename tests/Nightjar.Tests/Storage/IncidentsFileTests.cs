using System.Text.Json;
using Nightjar.Core.Incidents;
using Nightjar.Storage.Sqlite;

namespace Nightjar.Tests.Storage;

/// <summary><c>incidents.jsonl</c>, and a kill at each point of writing a line of it.</summary>
public sealed class IncidentsFileTests : SqliteRoom
{
    private string LinesPath => At("incidents.jsonl");

    [Fact]
    public async Task A_finished_incident_is_one_line_with_the_eight_fields()
    {
        await using var store = await OpenAsync();
        await RememberAsync(store, 1);
        await RememberAsync(store, 2);
        await RememberAsync(store, 1);

        var lines = File.ReadAllLines(LinesPath);
        Assert.Equal([1, 2], Numbers(lines));
        using var json = JsonDocument.Parse(lines[0]);
        Assert.Equal(
            ["ts", "fingerprint", "fp_hash", "pr_url", "incident_report_path", "root_cause", "confidence", "phase_durations_sec"],
            json.RootElement.EnumerateObject().Take(8).Select(p => p.Name));
        Assert.EndsWith("}\n", File.ReadAllText(LinesPath), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kill_between_row_and_line_loses_nothing()
    {
        var store = await OpenAsync();
        await RememberAsync(store, 1);
        Directory.CreateDirectory(At("aside"));
        File.Move(LinesPath, At("aside/lines"));
        Directory.CreateDirectory(LinesPath); // the row can be written now, the line cannot
        await Assert.ThrowsAsync<StoreUnavailableException>(() => RememberAsync(store, 2));
        await store.DisposeAsync();
        Directory.Delete(LinesPath);
        File.Move(At("aside/lines"), LinesPath);

        await using var again = await OpenAsync();

        Assert.Equal([1, 2], Numbers(File.ReadAllLines(LinesPath)));
    }

    [Fact]
    public async Task The_same_call_again_brings_a_line_that_failed()
    {
        await using var store = await OpenAsync();
        Directory.CreateDirectory(LinesPath);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => RememberAsync(store, 1));
        Directory.Delete(LinesPath);

        await RememberAsync(store, 1);

        Assert.Equal([1], Numbers(File.ReadAllLines(LinesPath)));
    }

    [Fact]
    public async Task A_kill_between_line_and_its_mark_doubles_nothing()
    {
        await MakeTwoAsync();
        Sql("UPDATE memory SET in_file = 0");

        await using var again = await OpenAsync();

        Assert.Equal([1, 2], Numbers(File.ReadAllLines(LinesPath)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(-2)]
    [InlineData(-1)]
    public async Task A_kill_in_the_middle_of_a_line_completes_it(int cut)
    {
        await MakeTwoAsync();
        var whole = File.ReadAllBytes(LinesPath);
        var second = Array.IndexOf(whole, (byte)'\n') + 1;
        File.WriteAllBytes(LinesPath, whole[..(cut > 0 ? second + cut : whole.Length + cut)]);
        Sql("UPDATE memory SET in_file = 0 WHERE incident = 2");

        await using var again = await OpenAsync();

        Assert.Equal(whole, File.ReadAllBytes(LinesPath));
    }

    [Fact]
    public async Task A_half_line_of_somebody_else_is_left_and_closed_off()
    {
        await MakeTwoAsync();
        File.AppendAllText(LinesPath, "# my note");

        await using var again = await OpenAsync();
        await RememberAsync(again, 3);

        var lines = File.ReadAllLines(LinesPath);
        Assert.Equal("# my note", lines[2]);
        Assert.Equal([1, 2, 3], Numbers(lines.Where(line => line != "# my note")));
    }

    [Fact]
    public async Task A_file_that_was_taken_away_is_written_anew()
    {
        await MakeTwoAsync();
        File.Delete(LinesPath);

        await using var again = await OpenAsync();

        Assert.Equal([1, 2], Numbers(File.ReadAllLines(LinesPath)));
    }

    [Fact]
    public async Task Hostile_text_stays_within_its_line()
    {
        await using var store = await OpenAsync();
        await store.Memory.RememberAsync(Samples.Record(1, "a\nb", "c\r\n\u2028d\u0085", Clock.Now) with { RootCause = "x\n{\"incident\":9}\ny" }, Token);

        Assert.Equal([1], Numbers(File.ReadAllLines(LinesPath)));
    }

    private static IEnumerable<long> Numbers(IEnumerable<string> lines) => lines.Select(line =>
    {
        using var json = JsonDocument.Parse(line);
        return json.RootElement.GetProperty("incident").GetInt64();
    }).ToList();

    private async Task MakeTwoAsync()
    {
        await using var store = await OpenAsync();
        await RememberAsync(store, 1);
        await RememberAsync(store, 2);
    }

    private Task RememberAsync(SqliteStore store, long incident) => store.Memory.RememberAsync(Samples.Record(incident, "aaaaaaaa", "shop", Clock.Now), Token);
}
