using System.Text.Json.Nodes;
using Nightjar.Core.Investigation;
using Nightjar.Demo.Model;
using Nightjar.Testing;

namespace Nightjar.Live.Agent;

/// <summary>The real program in the real fence: both phases, as far as a valid answer and as far as none.</summary>
public sealed class PhaseTests
{
    [Fact]
    public async Task Phase_1_ends_with_the_finding_that_was_submitted()
    {
        await using var shop = await Shop.OpenAsync(Shop.Script(ModelTurn.Calls("mcp__nightjar__errors", []), Shop.Reads(), Shop.Finds()));

        var finding = await shop.InvestigateAsync();

        Assert.Equal("take takes more than there is", finding.RootCause);
        Assert.Equal(new CodePlace(AgentLab.File, 2, null), finding.Place);
        Assert.Equal("E1", Assert.Single(finding.Evidence).Id);
        Assert.Contains(shop.Lab.Sign, finding.By, StringComparison.Ordinal);
        Assert.Contains("shelf.count - n", shop.Lab.Model.Requests.ElementAt(2).Last, StringComparison.Ordinal);
        Assert.Empty(shop.Lab.Model.Strays);
    }

    [Fact]
    public async Task Phase_2_edits_the_private_clone_and_its_check_passes()
    {
        await using var shop = await Shop.OpenAsync(Shop.Script(Shop.Reads(), Shop.Edits(), ModelTurn.Calls("mcp__nightjar__run_check", []), Shop.Submits()));

        var (attempt, diff) = await shop.ProposeAsync();

        Assert.Equal("fix(stock): take no more than there is", attempt.Change?.Subject);
        Assert.Equal(CodeOrigin.WrittenByModel, attempt.Change?.Origin);
        Assert.Contains("+    if n > shelf.count:", diff, StringComparison.Ordinal);
        Assert.Null(new Core.Proposal.Gate(new Core.Proposal.GateOptions()).Refusal(diff, [new FileChange(AgentLab.File, 2, 0)], CodeOrigin.WrittenByModel));
        Assert.Contains("The check passed", shop.Lab.Model.Requests.ElementAt(3).Last, StringComparison.Ordinal);
        Assert.Equal(AgentLab.Faulty, await System.IO.File.ReadAllTextAsync(Path.Combine(shop.Place.File("shop"), AgentLab.File)));
    }

    [Fact]
    public async Task What_does_not_hold_is_refused_with_every_fault_and_may_be_mended_once()
    {
        await using var shop = await Shop.OpenAsync(Shop.Script(
            Shop.Finds(f =>
            {
                (f["file"], f["confidence"], f["suspect_commit"], f["evidence_ids"]) = ("no/such.py", 7, "abcdef1", new JsonArray("E99"));
                f.Remove("missing");
            }),
            Shop.Finds()));

        Assert.Equal(0.9, (await shop.InvestigateAsync()).Confidence);

        var refusal = shop.Lab.Model.Requests.ElementAt(1).Last;
        Assert.All(["no such text file", "from 0 to 1", "no such commit", "no evidence E99", "missing: is missing"], part => Assert.Contains(part, refusal, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_answer_that_does_not_hold_fails_the_run()
    {
        await using var shop = await Shop.OpenAsync(_ => Shop.Finds(f => f["confidence"] = 7));

        var e = await Assert.ThrowsAsync<AgentException>(() => shop.InvestigateAsync());

        Assert.Contains("twice", e.Message, StringComparison.Ordinal);
        Assert.InRange(shop.Lab.Model.Requests.Count, 2, 3);
    }

    [Fact]
    public async Task Who_only_talks_is_told_once_and_then_fails()
    {
        await using var shop = await Shop.OpenAsync(_ => ModelTurn.Says("I believe it is the weather."));

        var e = await Assert.ThrowsAsync<AgentException>(() => shop.InvestigateAsync());

        Assert.Contains("without submitting anything", e.Message, StringComparison.Ordinal);
        Assert.Equal(2, shop.Lab.Model.Requests.Count);
        Assert.Contains("submit_finding", shop.Lab.Model.Requests.Last().Last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Phase_2_may_say_why_there_is_no_change()
    {
        await using var shop = await Shop.OpenAsync(_ => ModelTurn.Says("The disk of the server is full; no change of this code mends that."));

        var (attempt, diff) = await shop.ProposeAsync();

        Assert.Null(attempt.Change);
        Assert.Contains("The disk of the server is full", attempt.Why, StringComparison.Ordinal);
        Assert.Empty(diff);
    }

    [Fact]
    public async Task A_change_that_changes_nothing_is_not_accepted()
    {
        await using var shop = await Shop.OpenAsync(Shop.Script(Shop.Submits(), Shop.Reads(), Shop.Edits(), Shop.Submits()));

        Assert.NotNull((await shop.ProposeAsync()).Attempt.Change);
        Assert.Contains("No file was changed", shop.Lab.Model.Requests.ElementAt(1).Last, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_attempt_has_a_transcript_of_its_own_and_each_call_a_row_in_the_journal()
    {
        await using var shop = await Shop.OpenAsync(Shop.Script(ModelTurn.Calls("mcp__nightjar__errors", []), Shop.Finds()));

        await shop.InvestigateAsync();
        await shop.InvestigateAsync();

        foreach (var attempt in new[] { 1, 2 })
        {
            var path = shop.Lab.TranscriptOf("investigate", attempt);
            var events = (await System.IO.File.ReadAllLinesAsync(path)).Select(l => JsonNode.Parse(l) ?? new JsonObject()).ToList();
            Assert.Equal("init", (string?)events[0]["subtype"]);
            Assert.Equal("result", (string?)events[^1]["type"]);
            Assert.Equal(2, events.Count(e => (string?)e["type"] == "user" && e.ToJsonString().Contains("tool_result", StringComparison.Ordinal)));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(path));
        }

        Assert.False(System.IO.File.Exists(shop.Lab.TranscriptOf("investigate", 3)));
        var rows = await shop.Lab.JournalAsync();
        Assert.Equal(6, rows.Count(r => r.Act == "model"));
        Assert.All(rows.Where(r => r.Act == "model"), r => Assert.Equal(0.0045m, r.CostUsd));
        Assert.Equal(["errors", "submit_finding", "errors", "submit_finding"], rows.Where(r => r.Act == "tool").Select(r => r.Why.Split('(')[0]));
        Assert.Equal(0.027m, (await shop.Lab.Store.Spend.FiguresAsync(null, CancellationToken.None)).Today);
    }
}
